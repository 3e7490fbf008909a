"""What a shopper sends back: how many of which line, why, and what they want for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.commands import ReturnLine
from orders.models import OrderItem, OrderReturnItem
from orders.queries import ReturnableLine

Reason = OrderReturnItem.Reason
REASONS = (
    ("", _("Please choose")),
    (Reason.UNWANTED, _("I don't want it after all")),
    (Reason.TOO_SMALL, _("Too small")),
    (Reason.TOO_LARGE, _("Too large")),
    (Reason.NOT_AS_DESCRIBED, _("Not as described")),
    (Reason.DAMAGED, _("It arrived damaged")),
    (Reason.DEFECTIVE, _("It doesn't work")),
    (Reason.WRONG_ITEM, _("It isn't what I ordered")),
    (Reason.MISSING, _("It wasn't in the parcel")),
    (Reason.LATE, _("It came too late")),
    (Reason.OTHER, _("Another reason")),
)
# As kind and resolution of the return.
WISHES = (
    ("return:refund", _("My money back, the way I paid")),
    ("return:gift_card", _("A gift card over the amount")),
    ("exchange:exchange", _("Another size or colour instead")),
    ("claim:replacement", _("It was damaged, wrong or missing: please send it again")),
    ("claim:refund", _("It was damaged, wrong or missing: my money back")),
)
SELECT = {"class": "select"}


@dataclass(frozen=True)
class Row:
    """A line of the order with the fields that ask about it."""

    item: OrderItem
    quantity: int
    units: forms.BoundField
    reason: forms.BoundField | None = None
    instead: forms.BoundField | None = None


class LinesForm(forms.Form):
    """Asks for units of each line that can come back."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, lines: Sequence[ReturnableLine], chosen: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            choices = [(n, str(n)) for n in range(line.quantity + 1)]
            self.fields[f"units-{line.item.pk}"] = forms.TypedChoiceField(
                label=_("How many"),
                choices=choices,
                coerce=int,
                required=False,
                initial=line.quantity if chosen else 0,
                widget=forms.Select(attrs=SELECT),
            )

    @property
    def rows(self) -> Iterator[Row]:
        for line in self.lines:
            yield Row(line.item, line.quantity, self[f"units-{line.item.pk}"])

    @property
    def units(self) -> dict[UUID, int]:
        """How many units of which lines were chosen; the form must be valid."""
        found = {line.item.pk: self.cleaned_data[f"units-{line.item.pk}"] for line in self.lines}
        return {item_id: units for item_id, units in found.items() if units}

    def clean(self) -> dict[str, Any]:
        """Ask for at least one unit."""
        is_readable = not any(name.startswith("units-") for name in self.errors)
        if self.lines and is_readable and not self.units:
            self.add_error(None, _("Please choose at least one thing."))
        return self.cleaned_data


class ReturnForm(LinesForm):
    """The form of the portal; `kinds` are those that the time still allows."""

    wish = forms.ChoiceField(
        label=_("What would you like?"),
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Please choose.")},
    )
    comment = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )

    def __init__(
        self, *args: Any, lines: Sequence[ReturnableLine], kinds: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, lines=lines, **kwargs)
        for line in lines:
            self.fields[f"reason-{line.item.pk}"] = forms.ChoiceField(
                label=_("Why"),
                choices=REASONS,
                required=False,
                widget=forms.Select(attrs=SELECT),
            )
            if line.instead and "exchange" in kinds:
                others = [(str(variant.pk), variant.name) for variant in line.instead]
                self.fields[f"instead-{line.item.pk}"] = forms.ChoiceField(
                    label=_("Instead"),
                    choices=[("", _("Please choose")), *others],
                    required=False,
                    widget=forms.Select(attrs=SELECT),
                )
        wish: Any = self.fields["wish"]
        wish.choices = [pair for pair in WISHES if self._is_possible(pair[0], kinds)]

    @property
    def rows(self) -> Iterator[Row]:
        for line in self.lines:
            key = f"instead-{line.item.pk}"
            yield Row(
                line.item,
                line.quantity,
                self[f"units-{line.item.pk}"],
                self[f"reason-{line.item.pk}"],
                self[key] if key in self.fields else None,
            )

    def clean(self) -> dict[str, Any]:
        """Ask why for what is chosen, and what instead in an exchange."""
        super().clean()
        for item_id in self.units if self.is_readable else ():
            if not self.cleaned_data.get(f"reason-{item_id}"):
                self.add_error(f"reason-{item_id}", _("Please say why."))
            key = f"instead-{item_id}"
            if self.kind == "exchange" and not self.cleaned_data.get(key):
                self.add_error(key if key in self.fields else None, _("Please choose."))
        return self.cleaned_data

    @property
    def has_anything(self) -> bool:
        """Whether there is something to send back, and a way to."""
        wish: Any = self.fields["wish"]
        return bool(self.lines and wish.choices)

    @property
    def is_readable(self) -> bool:
        """Whether every line says how many."""
        return not any(name.startswith("units-") for name in self.errors)

    @property
    def kind(self) -> str:
        return str(self.cleaned_data.get("wish", "")).partition(":")[0]

    def asked(self) -> dict[str, Any]:
        """Return what `request_return` is to be asked for; the form must be valid."""
        kind, _colon, resolution = self.cleaned_data["wish"].partition(":")
        return {
            "kind": kind,
            "resolution": resolution,
            "comment": self.cleaned_data["comment"],
            "lines": [
                ReturnLine(
                    order_item_id=item_id,
                    quantity=units,
                    reason=self.cleaned_data[f"reason-{item_id}"],
                    wanted_variant_id=self._instead(item_id) if kind == "exchange" else None,
                )
                for item_id, units in self.units.items()
            ],
        }

    def _instead(self, item_id: UUID) -> UUID:
        return UUID(self.cleaned_data[f"instead-{item_id}"])

    def _is_possible(self, wish: str, kinds: Sequence[str]) -> bool:
        kind = wish.partition(":")[0]
        return kind in kinds and (kind != "exchange" or any(line.instead for line in self.lines))
