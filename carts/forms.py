"""What a shopper writes into the cart."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carts.commands import MOST_CODE_LENGTH, MOST_UNITS
from shopflow.lib.addresses import country_of
from shopflow.lib.templatetags.shop import country

QUANTITY_RULE = _("Please choose a quantity from 1 to 999.")
LONGEST_MESSAGE = 300
ONE_DAY, LATEST_SENDING = timedelta(days=1), timedelta(days=365)
GIFT_CARD_RULES = {
    "recipient_name": _("Please write the names with up to 100 letters."),
    "recipient_email": _("Please enter an e-mail address like name@example.com."),
    "sender_name": _("Please write the names with up to 100 letters."),
    "message": _("Please write a message of up to 300 letters."),
    "send_on": _("Please choose a day from today to a year from now."),
}
UNREADABLE = _("Please choose what you would like to add.")


class QuantityField(forms.IntegerField):
    """How many units, in plain digits; whatever is wrong, one sentence says what is right."""

    def __init__(self, **kwargs: Any) -> None:
        names = ("required", "invalid", "min_value", "max_value")
        super().__init__(
            min_value=1,
            max_value=MOST_UNITS,
            error_messages=dict.fromkeys(names, QUANTITY_RULE),
            **kwargs,
        )

    def to_python(self, value: Any) -> int | None:
        """Return the number; Python would read `1_0` as ten."""
        if isinstance(value, str) and "_" in value:
            raise forms.ValidationError(QUANTITY_RULE, code="invalid")
        return super().to_python(value)


class AddForm(forms.Form):
    """Puts a variant into the cart; `product` is the page it was chosen on."""

    variant = forms.UUIDField(error_messages={"required": UNREADABLE, "invalid": UNREADABLE})
    product = forms.UUIDField(required=False, error_messages={"invalid": UNREADABLE})
    quantity = QuantityField()


class GiftCardForm(forms.Form):
    """Who gets a gift card, from whom, and when; all may stay empty: then who orders gets it."""

    recipient_name = forms.CharField(required=False, max_length=100)
    recipient_email = forms.EmailField(required=False, max_length=254)
    sender_name = forms.CharField(required=False, max_length=100)
    message = forms.CharField(required=False, max_length=LONGEST_MESSAGE)
    send_on = forms.DateField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages = dict.fromkeys(field.error_messages, GIFT_CARD_RULES[name])

    def clean_send_on(self) -> str:
        day: date | None = self.cleaned_data["send_on"]
        today = timezone.now().date()
        # Somewhere it is still yesterday.
        if day is not None and not today - ONE_DAY <= day <= today + LATEST_SENDING:
            raise forms.ValidationError(GIFT_CARD_RULES["send_on"])
        return "" if day is None or day <= today else day.isoformat()

    @property
    def entry(self) -> dict[str, str]:
        """What was said, as a line keeps it: single blanks, and line breaks in the message only."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        return {
            name: "\n".join(" ".join(line.split()) for line in value.splitlines())
            for name, value in said.items()
        }


class LineForm(forms.Form):
    quantity = QuantityField()


class EstimateForm(forms.Form):
    """Where the parcel would go, as far as its price needs to know."""

    country_code = forms.ChoiceField(label=_("Country"))
    postal_code = forms.CharField(label=_("Postcode"), max_length=20)
    state = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, known: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_name = sorted((country(code), code) for code in known)
        chooser = cast(forms.ChoiceField, self.fields["country_code"])
        chooser.choices = [(code, name) for name, code in by_name]
        chooser.widget.attrs |= {"class": "select", "autocomplete": "shipping country"}
        self.fields["postal_code"].widget.attrs |= {
            "class": "input",
            "autocomplete": "shipping postal-code",
        }
        self.fields["postal_code"].error_messages["required"] = _("Please fill this in.")

    def clean(self) -> dict[str, Any]:
        """Find the state by the postcode: nobody is asked for what it says already."""
        data = self.cleaned_data
        code, written = data.get("country_code"), data.get("postal_code", "").strip().upper()
        if not code or not written:
            return data
        land = country_of(code)
        if not land.takes_postal_code(written, state=""):
            example = land.postal_code_example()
            self.add_error(
                "postal_code",
                _("Please enter one like %(example)s.") % {"example": example}
                if example
                else _("Please check this."),
            )
        state = land.state_of_postal_code(written)
        return {**data, "postal_code": written, "state": state}


class CouponForm(forms.Form):
    code = forms.CharField(
        max_length=MOST_CODE_LENGTH,
        error_messages={
            "required": _("Please enter a code."),
            "max_length": _("This code isn't valid."),
        },
    )


def first_error(form: forms.Form) -> str:
    """Return the sentence of the first field that needs correcting."""
    return str(next(iter(form.errors.values()))[0])
