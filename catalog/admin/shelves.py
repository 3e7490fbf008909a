from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin

from catalog import commands
from catalog.admin.forms import CategoryForm
from catalog.models import Brand, Category
from shopflow.lib.admin import CommandAdmin, CommandForm


class BrandForm(CommandForm[Brand]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "Its address in the shop; empty: made from the name"


@admin.register(Brand)
class BrandAdmin(CommandAdmin[Brand]):
    """Brands are switched off, never deleted: products keep pointing at them."""

    form = BrandForm
    fields = ("name", "slug", "is_active")
    list_display = ("name", "slug", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Brand:
        data = form.cleaned_data
        return commands.save_brand(
            name=data["name"],
            slug=data["slug"] or None,
            is_active=data["is_active"],
            brand_id=row_id,
        )


@admin.register(Category)
class CategoryAdmin(CommandAdmin[Category]):
    """Shelves are switched off, never deleted: products stand on them."""

    form = CategoryForm
    fields = (
        *("name", "slug", "parent", "sort_order", "is_active", "description"),
        *("seo_title", "seo_description"),
    )
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own attribute
    list_display = ("name", "parent", "slug", "sort_order", "is_active")
    list_select_related = ("parent",)
    list_filter = ("is_active",)
    search_fields = ("name",)
    # Shelves below their shelf, as in the shop's menu.
    ordering = ("path",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Category:
        data = form.cleaned_data
        return commands.save_category(
            name=data["name"],
            slug=data["slug"],
            parent_id=data["parent"].pk if data["parent"] else None,
            sort_order=data["sort_order"],
            is_active=data["is_active"],
            description=data["description"],
            seo_title=data["seo_title"],
            seo_description=data["seo_description"],
            category_id=row_id,
        )
