"""What clients see of a return, and what they send to ask for one or to withdraw."""

from typing import Any

from rest_framework import serializers

from orders.commands import ReturnLine
from orders.models import OrderReturn, OrderReturnItem
from shopflow.lib.api import Body, WholeNumber

KINDS = ("return", "exchange", "claim")
RESOLUTIONS = ("refund", "gift_card", "exchange", "replacement")


class ReturnItemSerializer(serializers.ModelSerializer[OrderReturnItem]):
    """So many units of a line of the order (`item` is its id)."""

    item = serializers.UUIDField(source="order_item_id")
    sku = serializers.CharField(source="order_item.sku")
    product_name = serializers.CharField(source="order_item.product_name")
    wanted_variant = serializers.UUIDField(source="wanted_variant_id", allow_null=True)

    class Meta:
        model = OrderReturnItem
        fields = (
            "item",
            "sku",
            "product_name",
            "quantity",
            "quantity_received",
            "reason",
            "wanted_variant",
        )
        read_only_fields = fields


class ReturnSerializer(serializers.ModelSerializer[OrderReturn]):
    """Goods that come back.

    `replacement` is the number of the order that sends what is wanted; a guest, whose token opens
    one order only, gets it by mail.
    """

    number = serializers.CharField(source="return_number")
    requested_at = serializers.DateTimeField(source="created_at")
    replacement = serializers.SerializerMethodField()
    items = ReturnItemSerializer(many=True)

    class Meta:
        model = OrderReturn
        fields = (
            "number",
            "kind",
            "status",
            "resolution",
            "decision",
            "comment",
            "requested_at",
            "approved_at",
            "received_at",
            "closed_at",
            "replacement",
            "items",
        )
        read_only_fields = fields

    def get_replacement(self, row: OrderReturn) -> str | None:
        return row.replacement.order_number if row.replacement else None


class ReturnLineBody(Body):
    """Units of a line; an exchange names the variant that is wanted instead."""

    item = serializers.UUIDField(help_text="The `id` of one of the order's items")
    quantity = WholeNumber(min_value=1, max_value=10_000)
    reason = serializers.ChoiceField(
        [pair for pair in OrderReturnItem.Reason.choices if pair[0] != "withdrawal"]
    )
    wanted_variant = serializers.UUIDField(required=False, allow_null=True)


class ReturnBody(Body):
    """What comes back, and what for: `kind` and `resolution` must fit each other."""

    kind = serializers.ChoiceField(KINDS)
    resolution = serializers.ChoiceField(RESOLUTIONS)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    lines = ReturnLineBody(many=True, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of `request_return`."""
        lines = [
            ReturnLine(
                order_item_id=line["item"],
                quantity=line["quantity"],
                reason=line["reason"],
                wanted_variant_id=line.get("wanted_variant"),
            )
            for line in attrs["lines"]
        ]
        return {**attrs, "comment": attrs.get("comment", ""), "lines": lines}


class WithdrawalLineBody(Body):
    item = serializers.UUIDField(help_text="The `id` of one of the order's items")
    quantity = WholeNumber(min_value=1, max_value=10_000)


class WithdrawalBody(Body):
    """The statement. Without `lines` it is about the whole order."""

    name = serializers.CharField(max_length=200)
    lines = WithdrawalLineBody(many=True, required=False, allow_empty=False)
