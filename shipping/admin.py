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
from shipping.queries import PickupPlace
from shopflow.lib.admin import CommandAdmin, CommandForm

COUNTRY = re.compile(r"[A-Z]{2}")
LAST_HOUR = 23
HELP = {
    "free_above": "From this order value on it costs nothing. Empty: it always costs",
    "min_weight_grams": "Grams, of the whole cart",
    "min_order_amount": "After discounts",
    "pickup_country_code": "Two letters: US",
}
PAIRS = (
    ("estimated_days_min", "estimated_days_max", "This is shorter than the shortest time."),
    ("min_weight_grams", "max_weight_grams", "This is less than the lowest weight."),
    ("min_order_amount", "max_order_amount", "This is less than the lowest order value."),
)
# Part of the place -> the end of its column's name.
PLACE = {
    "address_line_1": "address_line",
    "postal_code": "postal_code",
    "city": "city",
    "state": "state",
    "country_code": "country_code",
    "hours": "hours",
}


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
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text

    def clean_pickup_country_code(self) -> str:
        return str(self.cleaned_data["pickup_country_code"]).upper()

    def clean_pickup_state(self) -> str:
        return str(self.cleaned_data["pickup_state"]).upper()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for least, most, sentence in PAIRS:
            low, high = cleaned.get(least), cleaned.get(most)
            if low is not None and high is not None and high < low:
                self.add_error(most, sentence)
        for name in ("price", "free_above", "min_order_amount", "max_order_amount"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, "A price is 0 or more.")
        if (cleaned.get("cutoff_hour") or 0) > LAST_HOUR:
            self.add_error("cutoff_hour", "An hour is 0 to 23.")
        self._check_place(cleaned)
        return cleaned

    def _check_place(self, cleaned: dict[str, Any]) -> None:
        """Say at each field what a place lacks, or that nobody fetches anything there."""
        for name in ("pickup_address_line", "pickup_city", "pickup_country_code"):
            if cleaned.get("is_pickup") and name in cleaned and not cleaned[name]:
                self.add_error(name, "Where is it fetched? Please fill this in.")
        code = cleaned.get("pickup_country_code", "")
        if code and not COUNTRY.fullmatch(code):
            self.add_error("pickup_country_code", "Write the country as two letters: US.")
        elif code and not cleaned.get("is_pickup"):
            self.add_error("is_pickup", "Tick this, or leave the place of the pick-up empty.")


class TaxRateForm(CommandForm[TaxRate]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rate" in self.fields:
            self.fields["rate"].help_text = "0.19 is 19 %"
            self.fields["zone"].required = False
            self.fields["zone"].help_text = "Or name a country below; a country's own rate wins."

    def clean_country_code(self) -> str:
        return str(self.cleaned_data["country_code"]).upper()

    def clean_state(self) -> str:
        return str(self.cleaned_data["state"]).upper()

    def clean_rate(self) -> Decimal:
        rate: Decimal = self.cleaned_data["rate"]
        if not 0 <= rate < 1:
            raise ValidationError("A rate is 0 or more and below 1: write 0.19 for 19 %.")
        return rate

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        zone, code = cleaned.get("zone"), cleaned.get("country_code", "")
        if "zone" in cleaned and zone is None and not COUNTRY.fullmatch(code):
            self.add_error("country_code", "Choose a zone, or write a country as two letters: US.")
        if zone is not None and (code or cleaned.get("state")):
            self.add_error("zone", "A tax holds in a zone or in a country: choose one of them.")
        return cleaned


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
    fieldsets = (
        (None, {"fields": ("zone", "name", "carrier", "price", "free_above", "is_active")}),
        (
            "When it arrives",
            {"fields": (("estimated_days_min", "estimated_days_max"), "cutoff_hour")},
        ),
        (
            "For which carts",
            {
                "fields": (
                    ("min_weight_grams", "max_weight_grams"),
                    ("min_order_amount", "max_order_amount"),
                ),
                "description": "Empty: no bound. Methods side by side make a table of rates.",
            },
        ),
        (
            "Fetched in the store",
            {
                "fields": (
                    "is_pickup",
                    "pickup_address_line",
                    ("pickup_postal_code", "pickup_city"),
                    ("pickup_state", "pickup_country_code"),
                    "pickup_hours",
                ),
                "description": "The place must lie in the zone: its taxes hold.",
            },
        ),
    )
    list_display = ("name", "zone", "price", "free_above", "is_pickup", "is_active")
    list_select_related = ("zone",)
    list_filter = ("is_active",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> ShippingMethod:
        data = dict(form.cleaned_data)
        zone = data.pop("zone")
        place = {part: data.pop(f"pickup_{column}") for part, column in PLACE.items()}
        pickup = PickupPlace(**place) if data.pop("is_pickup") else None
        return commands.save_method(**data, pickup=pickup, zone_id=zone.pk, method_id=row_id)


@admin.register(TaxRate)
class TaxRateAdmin(CommandAdmin[TaxRate]):
    form = TaxRateForm
    fields = (
        "zone",
        "country_code",
        "state",
        "tax_class",
        "name",
        "rate",
        "included_in_price",
    )
    list_display = ("name", "zone", "country_code", "state", "tax_class", "rate")
    list_select_related = ("zone",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> TaxRate:
        data = dict(form.cleaned_data)
        zone = data.pop("zone")
        return commands.save_tax_rate(**data, zone_id=zone and zone.pk, rate_id=row_id)
