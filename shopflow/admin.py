"""The staff site: Django's own, subclassed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts import views
from accounts.queries import has_factor
from shopflow.lib.http import SeeOther
from shopflow.lib.proof import safe_path
from shopflow.lib.transactions import acting_as_staff, is_told, reading

# Statements that begin and end a command's transaction rather than stand in it.
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK")
View = Callable[..., HttpResponseBase]
NOT_FOR_SHOPPERS = "This part of the shop is for the people who work here."


class ShopflowAdminSite(admin.AdminSite):
    """Where staff work; every change goes through the shop's commands."""

    site_header = "ShopFlow"
    site_title = "ShopFlow admin"
    index_title = "Your shop"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let staff in who proved who they are by a second factor, in this session."""
        return super().has_permission(request) and request.user.is_verified()  # type: ignore[union-attr]  # django-otp's

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the shop's own login, or to the second factor that is still missing."""
        target = request.GET.get(REDIRECT_FIELD_NAME, "")
        next_url = safe_path(request, target, default=reverse("admin:index"))
        user = request.user
        if self.has_permission(request):
            return SeeOther(next_url)
        if not user.is_authenticated:
            return redirect_to_login(next_url, resolve_url(settings.LOGIN_URL))
        if user.is_active and user.is_staff:
            page = "accounts:code" if has_factor(user) else "accounts:factors"
            return redirect_to_login(next_url, reverse(page))
        return render(request, "refused.html", {"message": NOT_FOR_SHOPPERS}, status=403)

    # The shop's own pages do both: Django's would write past the commands.

    def logout(  # type: ignore[override]  # any answer will do, not just a template's
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return cast(HttpResponse, views.logout(request))

    def password_change(  # type: ignore[override]  # any answer will do, not just a template's
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return SeeOther(reverse("accounts:password"))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Run a page as staff work; what it only shows is read in one transaction."""
        return super().admin_view(_as_staff(view), cacheable)


def _as_staff(view: View) -> View:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with acting_as_staff(request.user.pk):
            if request.method not in {"GET", "HEAD"}:
                # Commands open their own transactions, and so does whatever is read around them.
                with connection.execute_wrapper(_in_own_transaction):
                    return _rendered(view(request, *args, **kwargs))
            with reading():
                return _rendered(view(request, *args, **kwargs))

    return page


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Templates read lazily: a page that Django renders later would read as nobody."""
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    return response


def _in_own_transaction(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, about: Any
) -> Any:
    """Run a statement outside commands as the staff's role too; the results stay at the client."""
    if is_told() or sql.startswith(TRANSACTION):
        return execute(sql, params, many, about)
    # Django opens transactions of its own here and there, around the checks of a form for one.
    with reading(durable=False):
        return execute(sql, params, many, about)
