"""The staff site: Django's own, subclassed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse

from shopflow.lib import context
from shopflow.lib.transactions import reading_as

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
        with context.bound(is_staff_work=True):
            if request.method not in {"GET", "HEAD"}:
                # Commands open their own transactions.
                return view(request, *args, **kwargs)
            with reading_as(user_id=request.user.pk):
                response = view(request, *args, **kwargs)
                # Templates read lazily, so they are rendered in here too.
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                return response

    return page
