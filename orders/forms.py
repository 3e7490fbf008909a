"""What a shopper writes at checkout, and where an order can be looked up."""

import re
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.commands import Address
from shipping.queries import Destination
from shopflow.lib.templatetags.shop import country

WITH_STATES = "US"
US_STATES: Mapping[str, str] = dict(
    pair.split(":")
    for pair in (
        "AL:Alabama AK:Alaska AZ:Arizona AR:Arkansas CA:California CO:Colorado CT:Connecticut "
        "DE:Delaware DC:District_of_Columbia FL:Florida GA:Georgia HI:Hawaii ID:Idaho IL:Illinois "
        "IN:Indiana IA:Iowa KS:Kansas KY:Kentucky LA:Louisiana ME:Maine MD:Maryland "
        "MA:Massachusetts MI:Michigan MN:Minnesota MS:Mississippi MO:Missouri MT:Montana "
        "NE:Nebraska NV:Nevada NH:New_Hampshire NJ:New_Jersey NM:New_Mexico NY:New_York "
        "NC:North_Carolina ND:North_Dakota OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania "
        "RI:Rhode_Island SC:South_Carolina SD:South_Dakota TN:Tennessee TX:Texas UT:Utah "
        "VT:Vermont VA:Virginia WA:Washington WV:West_Virginia WI:Wisconsin WY:Wyoming"
    ).split()
)
ZIP = re.compile(r"\d{5}(-\d{4})?")
# Countries of the Universal Postal Union without a postcode, as far as shops ship there.
WITHOUT_POSTCODES = frozenset("AE AG AO BS BZ CI FJ HK QA".split())


def destination_of(data: Mapping[str, Any], *, known: list[str]) -> Destination | None:
    """Return where the parcel goes as far as it is known, or None; `known` are our countries."""
    code = data.get("country_code") or ""
    state = data.get("state") or ""
    if code not in known or (code == WITH_STATES and state not in US_STATES):
        return None
    state = state if code == WITH_STATES else ""
    return Destination(code, state, (data.get("postal_code") or "")[:20].replace("\0", ""))


def email_of(data: Mapping[str, Any]) -> str:
    """Return whose order it will be, or '' while that isn't a whole address yet."""
    try:
        return str(forms.EmailField(required=False).clean(data.get("email") or ""))
    except ValidationError:
        return ""


class AddressForm(forms.Form):
    """An address, country first: it decides which other fields matter."""

    country_code = forms.ChoiceField(label=_("Country"))
    name = forms.CharField(label=_("Full name"), max_length=200)
    address_line_1 = forms.CharField(label=_("Street and number"), max_length=255)
    address_line_2 = forms.CharField(
        label=_("Apartment, floor, company"), max_length=255, required=False
    )
    postal_code = forms.CharField(label=_("ZIP or postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False)
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
    use_required_attribute = False

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_name = sorted((country(code), code) for code in known)
        self._field("country_code").choices = [(code, name) for name, code in by_name]
        names = [(code, name.replace("_", " ")) for code, name in US_STATES.items()]
        self._field("state").choices = [("", _("Choose a state")), *names]
        for name, field in self.fields.items():
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "select" if is_select else "input"
            if token := self.tokens.get(name):
                field.widget.attrs["autocomplete"] = f"{self.section} {token}"
            if field.required:
                field.error_messages["required"] = _("Please fill this in.")

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
        code = data.get("country_code")
        if code != WITH_STATES:
            data["state"] = ""
        elif not data.get("state") and "state" not in self.errors:
            self.add_error("state", _("Please choose your state."))
        if code == WITH_STATES and not ZIP.fullmatch(data.get("postal_code", "")):
            self.add_error("postal_code", _("Please enter a ZIP code like 10001."))
        elif not data.get("postal_code") and code not in WITHOUT_POSTCODES:
            self.add_error("postal_code", _("Please fill this in."))
        return data

    def address(self) -> Address:
        """Return the address; the form must be valid."""
        data = self.cleaned_data
        first_name, last_name = _split(data["name"])
        return Address(
            first_name=first_name,
            last_name=last_name,
            address_line_1=data["address_line_1"],
            address_line_2=data["address_line_2"],
            city=data["city"],
            state=data["state"],
            postal_code=data["postal_code"],
            country_code=data["country_code"],
            phone=data.get("phone", ""),
        )

    def _field(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])


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
        max_length=20,
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
    tokens: Mapping[str, str] = {**AddressForm.tokens, "phone": "tel"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    @property
    def method_id(self) -> UUID | None:
        """The way of shipping named in the form, whether or not the rest is valid."""
        try:
            return UUID(self.data.get("shipping_method", ""))
        except ValueError:
            return None


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


def _split(name: str) -> tuple[str, str]:
    first, _space, last = name.rpartition(" ")
    return first, last
