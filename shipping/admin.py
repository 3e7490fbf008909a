"""Zones, ways of shipping and taxes, as staff see them."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError

from shipping import commands
from shipping.models import ShippingMethod, ShippingZone, TaxRate
from shopflow.lib.admin import CommandAdmin, CommandForm

COUNTRY = re.compile(r"[A-Z]{2}")


class ZoneForm(CommandForm[ShippingZone]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "countries" in self.fields:
            self.fields["countries"].help_text = "Two-letter codes with commas: US, CA"

    def clean_countries(self) -> list[str]:
        countries = [code.upper() for code in self.cleaned_data["countries"]]
        if not all(COUNTRY.fullmatch(code) for code in countries):
            raise ValidationError("Write countries as two letters: US, CA.")
        return countries

    def clean_states(self) -> list[str]:
        return [code.upper() for code in self.cleaned_data["states"]]


class MethodForm(CommandForm[ShippingMethod]):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        shortest, longest = cleaned.get("estimated_days_min"), cleaned.get("estimated_days_max")
        if shortest is not None and longest is not None and longest < shortest:
            self.add_error("estimated_days_max", "This is shorter than the shortest time.")
        for name in ("price", "free_above"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, "A price is 0 or more.")
        return cleaned


class TaxRateForm(CommandForm[TaxRate]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rate" in self.fields:
            self.fields["rate"].help_text = "0.19 is 19 %"

    def clean_rate(self) -> Decimal:
        rate: Decimal = self.cleaned_data["rate"]
        if not 0 <= rate < 1:
            raise ValidationError("A rate is 0 or more and below 1: write 0.19 for 19 %.")
        return rate


@admin.register(ShippingZone)
class ShippingZoneAdmin(CommandAdmin[ShippingZone]):
    form = ZoneForm
    fields = ("name", "countries", "states", "is_active")
    list_display = ("name", "places", "is_active")
    ordering = ("name",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> ShippingZone:
        return commands.save_zone(**form.cleaned_data, zone_id=row_id)

    @admin.display(description="Countries and states")
    def places(self, zone: ShippingZone) -> str:
        return ", ".join([*zone.countries, *zone.states])


@admin.register(ShippingMethod)
class ShippingMethodAdmin(CommandAdmin[ShippingMethod]):
    form = MethodForm
    fields = (
        "zone",
        "name",
        "carrier",
        "price",
        "free_above",
        "estimated_days_min",
        "estimated_days_max",
        "is_active",
    )
    list_display = ("name", "zone", "price", "free_above", "is_active")
    list_select_related = ("zone",)
    list_filter = ("is_active",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> ShippingMethod:
        data = dict(form.cleaned_data)
        zone = data.pop("zone")
        return commands.save_method(**data, zone_id=zone.pk, method_id=row_id)


@admin.register(TaxRate)
class TaxRateAdmin(CommandAdmin[TaxRate]):
    form = TaxRateForm
    fields = ("zone", "tax_class", "name", "rate", "included_in_price")
    list_display = ("name", "zone", "tax_class", "rate", "included_in_price")
    list_select_related = ("zone",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> TaxRate:
        data = dict(form.cleaned_data)
        zone = data.pop("zone")
        return commands.save_tax_rate(**data, zone_id=zone.pk, rate_id=row_id)
