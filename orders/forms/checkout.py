"""What a shopper writes at checkout, and where an order can be looked up."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.commands import Address
from shipping.queries import VatAnswer, vat_answer
from shopflow.lib.addresses import AddressInvalid, checked_address, country_of, e164
from shopflow.lib.templatetags.shop import country

PARTS = ("city", "state", "postal_code")
# Each page has its own of these.
NOT_TYPED = frozenset({"expected_total", "key"})
# What a pick-up still asks for; nothing is sent to the rest of the address.
OF_WHO_FETCHES = frozenset({"country_code", "first_name", "last_name", "phone"})


def typed(posted: Mapping[str, str]) -> dict[str, str]:
    """Return what of a posted form is the shopper's own; boxes that aren't ticked as ''."""
    names = {*CheckoutForm.base_fields, *(f"billing-{name}" for name in BillingForm.base_fields)}
    own = {name: text for name, text in posted.items() if name in names - NOT_TYPED}
    return {**own, "billing_differs": posted.get("billing_differs", "")}


class AddressForm(forms.Form):
    """An address, country first: it decides which other fields matter."""

    country_code = forms.ChoiceField(label=_("Country"))
    name = forms.CharField(label=_("Full name"), max_length=200)
    address_line_1 = forms.CharField(label=_("Street and number"), max_length=255)
    address_line_2 = forms.CharField(
        label=_("Apartment, floor, company"), max_length=255, required=False
    )
    city = forms.CharField(max_length=100, required=False)
    state = forms.CharField(max_length=100, required=False)
    postal_code = forms.CharField(max_length=20, required=False)
    # `autocomplete` tokens: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
    tokens: Mapping[str, str] = {
        "country_code": "country",
        "name": "name",
        "address_line_1": "address-line1",
        "address_line_2": "address-line2",
        "postal_code": "postal-code",
        "city": "address-level2",
        "state": "address-level1",
    }
    section = "shipping"
    checked: Mapping[str, str]
    use_required_attribute = False

    def __init__(
        self, *args: Any, known: list[str], is_pickup: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_pickup = is_pickup
        by_name = sorted((country(code), code) for code in known)
        chooser = cast(forms.ChoiceField, self.fields["country_code"])
        chooser.choices = [(code, name) for name, code in by_name]
        self._ask_for_parts(known)
        for name, field in self.fields.items():
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "select" if is_select else "input"
            if token := self.tokens.get(name):
                field.widget.attrs["autocomplete"] = f"{self.section} {token}"
            if field.required:
                field.error_messages["required"] = _("Please fill this in.")

    @property
    def parts(self) -> list[tuple[forms.BoundField, bool]]:
        """The fields below the street as the country orders them; may each be left out?"""
        return [(self[name], name not in self.needed) for name in self.fields if name in PARTS]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if " " not in name:
            raise forms.ValidationError(_("Please enter your first and last name."))
        if any(len(part) > 100 for part in _split(name)):
            raise forms.ValidationError(_("Please shorten your name."))
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for what this country needs."""
        data = self.cleaned_data
        first_name, last_name = _split(data.get("name", ""))
        written = {name: data.get(name, "") for name in (*self.tokens, "phone")}
        written |= {"first_name": first_name, "last_name": last_name}
        try:
            self.checked = checked_address(written)
        except AddressInvalid as error:
            self._blame(error)
        if self.is_pickup and not self.errors:
            self.checked = _of_who_fetches(written)
        return data

    def _blame(self, error: AddressInvalid) -> None:
        for part, fault in error.faults.items():
            name = "name" if part in {"first_name", "last_name"} else part
            if self.is_pickup and part not in OF_WHO_FETCHES:
                continue
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, fault.sentence)

    def address(self) -> Address:
        """Return the address; the form must be valid."""
        return Address(**self.checked)

    def _ask_for_parts(self, known: list[str]) -> None:
        """Leave the fields that the country chosen last has, in its own words and order."""
        given = self.data if self.is_bound else self.initial
        code = given.get(self.add_prefix("country_code") if self.is_bound else "country_code")
        land = country_of(code if code in known else known[0]) if known else None
        parts = land.parts if land else ()
        self.needed = land.required if land else frozenset()
        for name in PARTS:
            if land is None or name not in parts:
                del self.fields[name]
            else:
                self.fields[name].label = land.words[name]
        if land and "state" in parts and land.states:
            names = sorted(land.states.items(), key=lambda pair: pair[1])
            self.fields["state"].widget = forms.Select(choices=[("", _("Choose one")), *names])
        self.order_fields(["country_code", "name", "address_line_1", "address_line_2", *parts])
        if self.is_pickup:
            self.fields["address_line_1"].required = False


class CheckoutForm(AddressForm):
    """Everything of the checkout page but a billing address of its own."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={"invalid": _("Please enter an e-mail address like name@example.com.")},
        help_text=_("For this order only. With it you can look the order up later."),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Only for the driver, if something is unclear."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    shipping_method = forms.UUIDField(required=False)
    billing_differs = forms.BooleanField(
        label=_("Send the invoice to another address"), required=False
    )
    expected_total = forms.DecimalField(
        required=False, max_digits=12, decimal_places=2, widget=forms.HiddenInput
    )
    key = forms.CharField(max_length=128, required=False, widget=forms.HiddenInput)
    vat_id = forms.CharField(
        label=_("VAT number"),
        max_length=30,
        required=False,
        help_text=_("As in DE123456789. Businesses in other EU countries pay no VAT here."),
    )
    tokens: Mapping[str, str] = {**AddressForm.tokens, "phone": "tel", "vat_id": "off"}
    vat: VatAnswer | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    def clean_vat_id(self) -> str:
        """May talk to a service."""
        self.vat = vat_answer(self.cleaned_data["vat_id"])
        if self.vat is not None and not self.vat.is_valid:
            raise forms.ValidationError(self.vat.problem)
        return self.vat.vat_id if self.vat else ""


class BillingForm(AddressForm):
    section = "billing"


class TrackForm(forms.Form):
    """Number and e-mail, for somebody who lost the link."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=30,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text=_("It looks like ORD-2026-001234."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )


def _of_who_fetches(written: Mapping[str, str]) -> dict[str, str]:
    """Return an address of which nothing but who and in which country is kept."""
    code = written["country_code"]
    phone = e164(written["phone"], country_code=code) if written["phone"] else ""
    names = {name: written[name] for name in ("first_name", "last_name", "country_code")}
    return {**names, "phone": phone, "address_line_1": "", "city": ""}


def _split(name: str) -> tuple[str, str]:
    first, _space, last = name.rpartition(" ")
    return first, last
