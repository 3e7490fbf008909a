"""Parcels, as clients see them and as staff send them."""

from typing import Any

from rest_framework import serializers

from orders.models import OrderShipment, OrderShipmentEvent, OrderShipmentItem
from shopflow.lib.api import Body, WholeNumber


class PackedItemSerializer(serializers.ModelSerializer[OrderShipmentItem]):
    """So many units of the order's item `item` in a parcel."""

    item = serializers.UUIDField(source="order_item_id")
    sku = serializers.CharField(source="order_item.sku")

    class Meta:
        model = OrderShipmentItem
        fields = ("item", "sku", "quantity")
        read_only_fields = fields


class ShipmentEventSerializer(serializers.ModelSerializer[OrderShipmentEvent]):
    """Where a parcel was, and when."""

    class Meta:
        model = OrderShipmentEvent
        fields = ("status", "description", "location", "occurred_at")
        read_only_fields = fields


class ShipmentSerializer(serializers.ModelSerializer[OrderShipment]):
    """A parcel. `tracking_url` is the carrier's page, empty for carriers we don't know."""

    tracking_url = serializers.CharField()
    items = PackedItemSerializer(many=True)
    events = ShipmentEventSerializer(many=True)

    class Meta:
        model = OrderShipment
        fields = (
            "id",
            "carrier",
            "tracking_number",
            "tracking_url",
            "status",
            "estimated_delivery",
            "shipped_at",
            "delivered_at",
            "items",
            "events",
        )
        read_only_fields = fields


class PackedBody(Body):
    """So many units of one of the order's items."""

    item = serializers.UUIDField()
    quantity = WholeNumber(min_value=1)


class ShipmentBody(Body):
    """A parcel that leaves; without `items` everything that is left goes."""

    carrier = serializers.CharField(max_length=50)
    tracking_number = serializers.CharField(max_length=100)
    estimated_delivery = serializers.DateField(required=False, allow_null=True)
    items = PackedBody(many=True, required=False, allow_empty=False)

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Raises ValidationError for an item that is named twice."""
        if len({packed["item"] for packed in items}) < len(items):
            raise serializers.ValidationError("Name each item once.", code="repeated_item")
        return items


class ShipmentEventBody(Body):
    """What became of a parcel; the carrier's own `event_id` is taken once."""

    status = serializers.ChoiceField(OrderShipment.TOLD)
    description = serializers.CharField(required=False, allow_blank=True, max_length=255)
    location = serializers.CharField(required=False, allow_blank=True, max_length=100)
    occurred_at = serializers.DateTimeField(required=False, help_text="Without it: now")
    event_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
