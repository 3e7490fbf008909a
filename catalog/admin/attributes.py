"""What can be said of products, as staff keep it."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from catalog import commands
from catalog.models import Attribute
from shopflow.lib.admin import CommandAdmin, CommandForm

COLOUR = re.compile(r"#[0-9a-f]{6}")


class ChoicesField(forms.CharField):
    """Values, one per line, each perhaps with its colour: `Ocean | #1f5f8b`."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"required": False, "widget": forms.Textarea(attrs={"rows": 8})}
        super().__init__(**usual | kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        choices: dict[str, str] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            name, _, colour = (part.strip() for part in line.partition("|"))
            if colour and not COLOUR.fullmatch(colour.lower()):
                raise ValidationError(f"“{colour}” is no colour. Write it like #1f5f8b.")
            choices[name] = colour.lower()
        return choices


class AttributeForm(CommandForm[Attribute]):
    choices = ChoicesField(
        help_text="In the order shoppers see them, one per line; a colour after a bar: "
        "“Ocean | #1f5f8b”. Values of products that aren't named here come last."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            rows = self.instance.choices.all()
            lines = (f"{row.value} | {row.colour}" if row.colour else row.value for row in rows)
            self.initial["choices"] = "\n".join(lines)


@admin.register(Attribute)
class AttributeAdmin(CommandAdmin[Attribute]):
    """Lists are narrowed by what is filterable; products hold the values under the slug."""

    form = AttributeForm
    fields = ("name", "slug", "type", "unit", "is_filterable", "sort_order", "choices")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own attribute
    list_display = ("name", "slug", "type", "is_filterable", "sort_order")
    list_filter = ("is_filterable",)
    search_fields = ("name", "slug")
    history_parts = ("choices",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Attribute:
        return commands.save_attribute(**form.cleaned_data, attribute_id=row_id)
