"""What staff fill in on an order's page."""

from typing import Any
from uuid import UUID

from django import forms

from orders import queries
from orders.models import OrderShipment

UNITS = "units_"
Status = OrderShipment.Status


class UnitsForm(forms.Form):
    """A field per order line that has units left; `initial["lines"]` are (id, words, units).

    What a browser sends ends as `units`, by line; None when it sent no such field at all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item_id, words, left in self.initial.get("lines", ()):
            self.fields[f"{UNITS}{item_id}"] = forms.IntegerField(
                label=words, min_value=0, max_value=left, initial=self.units_at_first(left)
            )
            self.fields[f"{UNITS}{item_id}"].required = False

    @staticmethod
    def units_at_first(left: int) -> int:
        return left

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {name for name in self.data if name.startswith(UNITS)}
        units = {
            UUID(name.removeprefix(UNITS)): cleaned.pop(name, None) or 0
            for name in self.fields
            if name.startswith(UNITS)
        }
        return {**cleaned, "units": units if given else None}


class ShipForm(UnitsForm):
    carrier = forms.CharField(max_length=50)
    tracking_number = forms.CharField(max_length=100)
    estimated_delivery = forms.DateField(
        required=False,
        label="Expected on",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The shopper sees it; leave it empty if the carrier didn't say.",
    )


class TakeOutForm(UnitsForm):
    reason = forms.CharField(max_length=255, required=False)

    @staticmethod
    def units_at_first(left: int) -> int:
        return 0


class ProposalForm(forms.Form):
    """The proposal that is shown, and what was agreed to."""

    change_id = forms.UUIDField(widget=forms.HiddenInput)
    expected_difference = forms.DecimalField(
        max_digits=12, decimal_places=2, widget=forms.HiddenInput
    )


class TrackForm(forms.Form):
    """`initial["parcels"]` are (id, words) of those that are under way."""

    shipment_id = forms.ChoiceField(label="Parcel")
    status = forms.ChoiceField(
        label="What happened",
        choices=[
            (Status.IN_TRANSIT, "On its way"),
            (Status.OUT_FOR_DELIVERY, "Out for delivery"),
            (Status.FAILED, "Couldn't be delivered"),
            (Status.DELIVERED, "Delivered"),
            (Status.RETURNED, "Came back to us"),
            (Status.LOST, "Lost"),
        ],
    )
    location = forms.CharField(max_length=100, required=False, label="Where")
    description = forms.CharField(max_length=255, required=False, label="In words")
    occurred_at = forms.DateTimeField(
        required=False,
        label="When (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Empty: now",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parcels: Any = self.fields["shipment_id"]
        parcels.choices = self.initial.get("parcels", ())


class CancelForm(forms.Form):
    reason = forms.CharField(max_length=100)


class MailForm(forms.Form):
    fact = forms.ChoiceField(
        label="Which mail",
        choices=[(str(fact), fact.replace("_", " ")) for fact in queries.TOLD_AGAIN],
    )


class NoteForm(forms.Form):
    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    is_shown_to_shopper = forms.BooleanField(
        required=False,
        label="The shopper reads it too",
        help_text="It stands on their order page, and goes to them by mail.",
    )
