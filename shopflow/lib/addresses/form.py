"""An address as a form: the fields of one country, in the order in which it writes them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from shopflow.lib.addresses.checks import ALWAYS, LONGEST, AddressInvalid, checked_address
from shopflow.lib.addresses.countries import Country

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
TOKENS = {
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
    "address_line_1": "address-line1",
    "address_line_2": "address-line2",
    "city": "address-level2",
    "state": "address-level1",
    "postal_code": "postal-code",
    "phone": "tel",
}


class AddressForm(forms.Form):
    """What a country asks for; valid, its `address` is as it is kept."""

    first_name = forms.CharField(label=_("First name"))
    last_name = forms.CharField(label=_("Last name"))
    company = forms.CharField(label=_("Company"))
    address_line_1 = forms.CharField(label=_("Street and number"))
    address_line_2 = forms.CharField(label=_("Apartment, floor"))
    city = forms.CharField()
    state = forms.CharField()
    postal_code = forms.CharField()
    phone = forms.CharField(label=_("Phone"), widget=forms.TextInput(attrs={"type": "tel"}))

    address: Mapping[str, str]
    use_required_attribute = False

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        for part in ("city", "state", "postal_code"):
            if part not in country.parts:
                del self.fields[part]
            else:
                self.fields[part].label = country.words[part]
        if "state" in country.parts and country.states:
            names = sorted(country.states.items(), key=lambda pair: pair[1])
            choices = [("", _("Choose one")), *names]
            self.fields["state"] = forms.CharField(
                label=country.words["state"], widget=forms.Select(choices=choices)
            )
        self.order_fields([*list(TOKENS)[:5], *country.parts])
        for name, field in self.fields.items():
            if name in TOKENS:
                self._dress(name, field)

    def clean(self) -> dict[str, Any]:
        """Check all of it as one address."""
        data = self.cleaned_data
        written = {name: data.get(name, "") for name in LONGEST}
        try:
            self.address = checked_address({**written, "country_code": self.country.code})
        except AddressInvalid as error:
            for name, fault in error.faults.items():
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, fault.sentence)
        return data

    def rows(self) -> Iterator[tuple[BoundField, bool]]:
        """Yield each field of the address, and whether it may be left out."""
        for name in self.fields:
            if name in TOKENS:
                yield self[name], name not in ALWAYS and name not in self.country.required

    def _dress(self, name: str, field: forms.Field) -> None:
        is_select = isinstance(field.widget, forms.Select)
        field.required = False  # the check says what is missing, in one go
        field.widget.attrs["class"] = "select" if is_select else "input"
        field.widget.attrs["autocomplete"] = TOKENS[name]
        if not is_select:
            field.widget.attrs["maxlength"] = LONGEST[name]
