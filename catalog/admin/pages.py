"""What the shop says besides its products, as staff write it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog import commands
from catalog.commands import Link
from catalog.models import ContentPage, Menu, MenuItem
from catalog.queries import preview_token, target_of
from shopflow.lib.admin import CommandAdmin, CommandForm


class PageForm(CommandForm[ContentPage]):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


@admin.register(ContentPage)
class ContentPageAdmin(CommandAdmin[ContentPage]):
    """Pages are switched off, never deleted: menus lead to them, and so do others."""

    form = PageForm
    fields = (
        *("title", "slug", "language", "body", "is_active"),
        *("seo_title", "seo_description", "preview"),
    )
    readonly_fields = ("preview",)
    prepopulated_fields = {"slug": ("title",)}  # noqa: RUF012 - Django's own attribute
    list_display = ("title", "slug", "language", "is_active", "preview")
    list_filter = ("language", "is_active")
    search_fields = ("title", "slug")

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> ContentPage:
        names = ("title", "slug", "language", "body", "is_active", "seo_title", "seo_description")
        facts = {name: form.cleaned_data[name] for name in names}
        return commands.save_page(**facts, page_id=row_id)

    @admin.display(description="Preview")
    def preview(self, page: ContentPage) -> SafeString | str:
        if page._state.adding:
            return "Save it first."
        address = reverse("catalog:page", args=[page.slug])
        link = '<a href="{}?preview={}">As shoppers see it</a>'
        return format_html(link, address, preview_token(page))


class LinksField(forms.CharField):
    """Links, one per line: `Name | target`; a line that begins with a hyphen stands below."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 16, "cols": 80})
        super().__init__(**{"widget": widget, **kwargs})

    def clean(self, value: Any) -> list[Link]:
        links: list[Link] = []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            label, _, target = (part.strip() for part in line.lstrip("- ").partition("|"))
            if not line.startswith("-"):
                links.append(Link(label, target))
            elif links:
                above = links[-1]
                links[-1] = Link(above.label, above.target, [*above.children, Link(label, target)])
            else:
                raise ValidationError("The first line can't begin with a hyphen.")
        return links


class MenuForm(CommandForm[Menu]):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    links = LinksField(
        help_text="One per line: “Shipping | page:shipping”, “Tops | category:clothing/tops” or "
        "“Search | /search/”. A line that begins with a hyphen stands below the one before."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["links"] = "\n".join(_lines(self.instance))
            for name in ("code", "language"):
                if name in self.fields:
                    self.fields[name].disabled = True


@admin.register(Menu)
class MenuAdmin(CommandAdmin[Menu]):
    """The links in a fixed place of every page."""

    form = MenuForm
    fields = ("code", "language", "links")
    list_display = ("code", "language")
    history_parts = ("items",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Menu:
        data = form.cleaned_data
        return commands.save_menu(code=data["code"], language=data["language"], links=data["links"])


def _lines(menu: Menu) -> list[str]:
    items = list(menu.items.select_related("page", "category").order_by("sort_order", "id"))
    lines = []
    for item in items:
        if item.parent_id is None:
            below = [child for child in items if child.parent_id == item.pk]
            lines += [_line(item), *(f"- {_line(child)}" for child in below)]
    return lines


def _line(item: MenuItem) -> str:
    return " | ".join(filter(None, [item.label, target_of(item)]))
