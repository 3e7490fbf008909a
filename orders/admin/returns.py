"""Returns, as staff see them: each step is a command."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from orders import commands, queries
from orders.models import Order, OrderReturn, OrderReturnItem
from shopflow.lib.admin import Act, ActingAdmin

Status, Resolution = OrderReturn.Status, OrderReturn.Resolution


class ApproveForm(forms.Form):
    note = forms.CharField(
        max_length=255, required=False, help_text="The shopper reads it, with where to send it."
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=255, help_text="The shopper reads it.")


class CloseForm(forms.Form):
    note = forms.CharField(max_length=255, help_text="The shopper reads it.")
    is_sent_back = forms.BooleanField(
        label="What came goes back to the shopper, without money", required=False
    )


class ReceiveForm(forms.Form):
    """For each line that is waited for: how many came, and whether they are sold again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: list[OrderReturnItem] = list(self.initial.get("lines", ()))
        for line in self.lines:
            name = f"{line.order_item.product_name} {line.order_item.variant_name}".strip()
            key = str(line.order_item_id)
            self.fields[f"units-{key}"] = forms.IntegerField(
                label=f"{name}: came", min_value=0, max_value=line.quantity_awaited, required=False
            )
            self.initial[f"units-{key}"] = line.quantity_awaited
            self.fields[f"restock-{key}"] = forms.BooleanField(
                label="It is sold again", required=False
            )
            self.initial[f"restock-{key}"] = True
            self.fields[f"note-{key}"] = forms.CharField(
                label="Its condition", max_length=255, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Return what the command is called with."""
        said = self.cleaned_data
        lines = [
            commands.ReceivedLine(
                order_item_id=line.order_item_id,
                quantity=said.get(f"units-{line.order_item_id}") or 0,
                restock=said.get(f"restock-{line.order_item_id}", False),
                note=said.get(f"note-{line.order_item_id}", ""),
            )
            for line in self.lines
        ]
        return {"lines": [line for line in lines if line.quantity]}


class StartForm(forms.Form):
    """A return that somebody asks for by phone."""

    wish = forms.ChoiceField(
        label="What they would like",
        choices=[
            ("return:refund", "send it back for the money"),
            ("return:gift_card", "send it back for a gift card"),
            ("claim:replacement", "a claim: get it again"),
            ("claim:refund", "a claim: get the money"),
        ],
    )
    reason = forms.ChoiceField(
        choices=[pair for pair in OrderReturnItem.Reason.choices if pair[0] != "withdrawal"]
    )
    comment = forms.CharField(label="Their words", max_length=2000, required=False)
    is_accepted = forms.BooleanField(label="Accept it at once", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left: Mapping[UUID, int] = self.initial.get("left", {})
        for item in self.initial.get("items", ()):
            self.fields[f"units-{item.pk}"] = forms.IntegerField(
                label=f"{item.product_name} {item.variant_name}".strip(),
                min_value=0,
                max_value=self.left[item.pk],
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Return what `start` is called with."""
        said = self.cleaned_data
        kind, _colon, resolution = said.get("wish", "").partition(":")
        lines = [
            commands.ReturnLine(order_item_id=item_id, quantity=units, reason=said["reason"])
            for item_id in self.left
            if (units := said.get(f"units-{item_id}")) and "reason" in said
        ]
        asked = {"kind": kind, "resolution": resolution, "comment": said.get("comment", "")}
        return {"asked": {**asked, "lines": lines}, "is_accepted": said.get("is_accepted", False)}


def start(order: Order, *, by: UUID | None, asked: Mapping[str, Any], is_accepted: bool) -> str:
    row = commands.request_return(order_id=order.pk, by=by, is_late_allowed=True, **asked)
    if is_accepted:
        commands.approve_return(return_id=row.pk, by=by)
    return f"{row} is written down{' and accepted' if is_accepted else ''}."


def _returnable(order: Order) -> Mapping[str, Any]:
    left = {item_id: units for item_id, units in queries.units_left(order.pk).items() if units > 0}
    return {"left": left, "items": [item for item in order.items.all() if item.pk in left]}


START_RETURN = Act(
    name="return",
    title="Start a return",
    hint="For somebody who calls; however long ago it arrived.",
    permission="orders.change_orderreturn",
    form=StartForm,
    initial=_returnable,
    run=start,
    is_possible=lambda order: (
        order.shipped_at is not None and order.status != Order.Status.REFUNDED
    ),
)


def approve(row: OrderReturn, *, by: UUID | None, note: str) -> str:
    commands.approve_return(return_id=row.pk, note=note, by=by)
    return f"{row} is accepted; the shopper has the address."


def refuse(row: OrderReturn, *, by: UUID | None, reason: str) -> str:
    commands.refuse_return(return_id=row.pk, reason=reason, by=by)
    return f"{row} is refused, and the shopper knows why."


def receive(row: OrderReturn, *, by: UUID | None, lines: list[commands.ReceivedLine]) -> str:
    received = commands.receive_return(return_id=row.pk, lines=lines, by=by)
    whole = received.status == Status.RECEIVED
    return f"{row} is {'here' if whole else 'partly here'}. {_what_follows(received)}"


def replace(row: OrderReturn, *, by: UUID | None) -> str:
    done = commands.send_replacement(return_id=row.pk, by=by)
    return f"Order {done.replacement} sends what is wanted instead of {row}."


def accept(row: OrderReturn, *, by: UUID | None) -> str:
    commands.accept_claim(return_id=row.pk, by=by)
    return f"The money for {row} is on its way back."


def close(row: OrderReturn, *, by: UUID | None, note: str, is_sent_back: bool) -> str:
    commands.close_return(return_id=row.pk, note=note, is_sent_back=is_sent_back, by=by)
    return f"{row} is closed, and the shopper knows why."


def _what_follows(row: OrderReturn) -> str:
    if row.resolution == Resolution.REFUND:
        return "The money is on its way back."
    if row.resolution == Resolution.GIFT_CARD:
        return "The gift card is on its way."
    return "Now send what is wanted instead."


def _awaited(row: OrderReturn) -> Mapping[str, Any]:
    lines = row.items.select_related("order_item").order_by("id")
    return {"lines": [line for line in lines if line.quantity_awaited]}


@admin.register(OrderReturn)
class OrderReturnAdmin(ActingAdmin[OrderReturn]):
    acts = (
        Act(
            name="receive",
            title="Receive",
            hint="What is due for it is given back at once; what is sold again is on its shelf.",
            form=ReceiveForm,
            initial=_awaited,
            run=receive,
            is_possible=lambda row: row.is_awaited,
        ),
        Act(
            name="replace",
            title="Send what is wanted instead",
            hint="A new order that costs nothing; ship it as any other.",
            run=replace,
            is_possible=lambda row: row.can_be_replaced,
        ),
        Act(
            name="approve",
            title="Accept",
            form=ApproveForm,
            run=approve,
            is_possible=lambda row: row.status == Status.REQUESTED,
        ),
        Act(
            name="refund",
            title="Give the money back without the goods",
            hint="For claims: nothing came, or it is of no use to anybody.",
            run=accept,
            is_possible=lambda row: (
                row.kind == OrderReturn.Kind.CLAIM
                and row.resolution == Resolution.REFUND
                and row.status in {Status.REQUESTED, Status.APPROVED}
            ),
            is_grave=True,
        ),
        Act(
            name="refuse",
            title="Refuse",
            form=ReasonForm,
            run=refuse,
            is_possible=lambda row: row.status == Status.REQUESTED,
        ),
        Act(
            name="close",
            title="Close",
            hint="No more goods are waited for.",
            form=CloseForm,
            run=close,
            is_possible=lambda row: row.is_open and row.status != Status.REQUESTED,
        ),
    )
    shows_personal_data = True
    history_parts = ("items",)
    list_display = ("return_number", "created_at", "kind", "status", "resolution", "order")
    list_filter = ("status", "kind", "resolution")
    list_select_related = ("order",)
    search_fields = ("return_number__startswith",)
    search_help_text = "A return number, or its beginning"
    ordering = ("-id",)
    sortable_by = ()

    def page_context(self, request: HttpRequest, row: OrderReturn) -> dict[str, Any]:
        items: QuerySet[OrderReturnItem] = row.items.select_related(
            "order_item", "wanted_variant"
        ).order_by("id")
        return {"items": items, "refunds": row.refunds.order_by("id")}
