"""The statement by which a shopper withdraws from a contract (article 11a (2))."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.returns import LinesForm


class NamedForm(forms.Form):
    """Who withdraws."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
        error_messages={"required": _("Please fill this in.")},
    )
    use_required_attribute = False

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable():
            raise forms.ValidationError(_("Please enter your name."))
        return name


class StatementForm(NamedForm):
    """Who withdraws from which contract, and where the receipt goes."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=30,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text=_("It looks like ORD-2026-001234."),
        error_messages={"required": _("Please fill this in.")},
    )
    email = forms.EmailField(
        label=_("E-mail you ordered with"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
        help_text=_("The receipt goes there at once."),
        error_messages={"required": _("Please fill this in.")},
    )


class OrderStatementForm(NamedForm, LinesForm):
    """Who withdraws, from the whole of an order that is known or from a part of it."""

    @property
    def wanted(self) -> dict[UUID, int] | None:
        """Of which lines how many units, None for the whole order; the form must be valid."""
        whole = {line.item.pk: line.quantity for line in self.lines}
        return None if self.units == whole else self.units
