"""The staff site: Django's own, subclassed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse

from shopflow.lib.transactions import acting_as_staff, is_told, reading

# Statements that begin and end a command's transaction rather than stand in it.
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK")
View = Callable[..., HttpResponseBase]


class ShopflowAdminSite(admin.AdminSite):
    """Where staff work; every change goes through the shop's commands."""

    site_header = "ShopFlow"
    site_title = "ShopFlow admin"
    index_title = "Your shop"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Run a page as staff work; what it only shows is read in one transaction."""
        return super().admin_view(_as_staff(view), cacheable)


class ShopflowAdminConfig(AdminConfig):
    default_site = "shopflow.admin.ShopflowAdminSite"


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
