"""What a shopper writes into the cart."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carts.commands import MOST_CODE_LENGTH, MOST_UNITS

QUANTITY_RULE = _("Please choose a quantity from 1 to 999.")
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


class LineForm(forms.Form):
    quantity = QuantityField()


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
