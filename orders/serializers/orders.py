"""What clients see of an order, and what they send to place or cancel one."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from carts.queries import Exemption
from orders.models import (
    Order,
    OrderAddress,
    OrderDiscountLine,
    OrderItem,
    OrderTaxLine,
)
from orders.serializers.shipments import ShipmentSerializer
from shopflow.lib.addresses import AddressInvalid, checked_address
from shopflow.lib.api import Body, MoneyValue
from shopflow.lib.api.schema import ProblemSerializer
from shopflow.lib.money import Money, as_json

Output = serializers.Serializer


class OrderItemSerializer(serializers.ModelSerializer[OrderItem]):
    """A line as it was sold. `image` is the address of a picture on this shop, or empty."""

    unit_price = MoneyValue()
    line_total = MoneyValue()
    discount = MoneyValue(source="discount_amount")
    tax = MoneyValue(source="tax_amount")
    image = serializers.CharField(source="image_url")

    class Meta:
        model = OrderItem
        fields = (
            "id",
            "sku",
            "product_name",
            "variant_name",
            "image",
            "quantity",
            "unit_price",
            "line_total",
            "discount",
            "tax",
        )
        read_only_fields = fields


class OrderAddressSerializer(serializers.ModelSerializer[OrderAddress]):
    class Meta:
        model = OrderAddress
        fields = (
            "first_name",
            "last_name",
            "company",
            "address_line_1",
            "address_line_2",
            "city",
            "state",
            "postal_code",
            "country_code",
            "phone",
        )
        read_only_fields = fields


class OrderTaxLineSerializer(serializers.ModelSerializer[OrderTaxLine]):
    taxable = MoneyValue()
    amount = MoneyValue()

    class Meta:
        model = OrderTaxLine
        fields = ("name", "rate", "taxable", "amount")
        read_only_fields = fields


class OrderDiscountSerializer(serializers.ModelSerializer[OrderDiscountLine]):
    amount = MoneyValue()

    class Meta:
        model = OrderDiscountLine
        fields = ("code", "description", "amount")
        read_only_fields = fields


class OrderCardSerializer(serializers.ModelSerializer[Order]):
    """A sale as one of a list."""

    number = serializers.CharField(source="order_number")
    total = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = (
            "number",
            "status",
            "payment_status",
            "fulfilment_status",
            "placed_at",
            "total",
        )
        read_only_fields = fields

    @extend_schema_field(MoneyValue)
    def get_total(self, order: Order) -> dict[str, str]:
        return as_json(Money(order.total, order.currency))


class OrderSerializer(serializers.ModelSerializer[Order]):
    """A sale with everything its page shows."""

    number = serializers.CharField(source="order_number")
    email = serializers.CharField(source="customer_email")
    is_payable = serializers.BooleanField()
    is_cancellable = serializers.BooleanField()
    items = OrderItemSerializer(many=True)
    subtotal = MoneyValue()
    discount = MoneyValue(source="discount_total")
    discounts = OrderDiscountSerializer(source="discount_lines", many=True)
    shipping = MoneyValue(source="shipping_cost")
    tax = MoneyValue()
    tax_exemption = serializers.ChoiceField(
        [exemption.value for exemption in Exemption],
        help_text="Why it bears no tax; empty: it does",
    )
    taxes = OrderTaxLineSerializer(source="tax_lines", many=True)
    total = MoneyValue()
    amount_paid = MoneyValue()
    amount_refunded = MoneyValue()
    shipping_method = serializers.CharField(source="shipping_method_name")
    shipping_address = serializers.SerializerMethodField()
    billing_address = serializers.SerializerMethodField()
    shipments = ShipmentSerializer(many=True)

    class Meta:
        model = Order
        fields = (
            "number",
            "status",
            "payment_status",
            "fulfilment_status",
            "email",
            "placed_at",
            "confirmed_at",
            "shipped_at",
            "delivered_at",
            "cancelled_at",
            "cancel_reason",
            "is_payable",
            "is_cancellable",
            "items",
            "subtotal",
            "discount",
            "discounts",
            "shipping",
            "tax",
            "taxes",
            "prices_include_tax",
            "tax_exemption",
            "vat_id",
            "is_pickup",
            "pickup_hours",
            "total",
            "amount_paid",
            "amount_refunded",
            "shipping_method",
            "shipping_address",
            "billing_address",
            "shipments",
        )
        read_only_fields = fields

    @extend_schema_field(OrderAddressSerializer)
    def get_shipping_address(self, order: Order) -> Any:
        return _address(order, OrderAddress.Type.SHIPPING)

    @extend_schema_field(OrderAddressSerializer)
    def get_billing_address(self, order: Order) -> Any:
        return _address(order, OrderAddress.Type.BILLING)


class PlacedOrderSerializer(Output[Order]):
    """`token` is a guest's key to this order, sent as X-Order-Token."""

    number = serializers.CharField(source="order_number")
    status = serializers.ChoiceField(Order.Status.choices)
    total = MoneyValue()
    token = serializers.SerializerMethodField()

    def get_token(self, order: Order) -> str:
        return str(self.context["token"])


class ClientActionSerializer(Output[Any]):
    """What the client does next: open `redirect` (an address on this shop) in a browser."""

    redirect = serializers.CharField()


class CheckoutAnswerSerializer(Output[Any]):
    """The order placed, and where to pay it."""

    order = PlacedOrderSerializer()
    client_action = ClientActionSerializer()


class ShortLineSerializer(Output[Any]):
    """A variant of which less is there than the cart wants."""

    variant = serializers.UUIDField()
    available = serializers.IntegerField(required=False)


@extend_schema_field({"$ref": "#/components/schemas/Quote"})
class QuoteReference(serializers.JSONField):
    """The component the cart's own quote is described by."""


class CheckoutRefusalSerializer(ProblemSerializer):
    """`quote_changed` comes with the new `quote`, `out_of_stock` with the short `lines`."""

    quote = QuoteReference(required=False)
    lines = ShortLineSerializer(many=True, required=False)


class AddressBody(Body):
    """Where a parcel goes, or who is billed."""

    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    company = serializers.CharField(required=False, allow_blank=True, max_length=100)
    address_line_1 = serializers.CharField(max_length=255)
    address_line_2 = serializers.CharField(required=False, allow_blank=True, max_length=255)
    city = serializers.CharField(required=False, allow_blank=True, max_length=100)
    state = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Its code or its name"
    )
    postal_code = serializers.CharField(required=False, allow_blank=True, max_length=20)
    country_code = serializers.RegexField("^[A-Z]{2}$", help_text="ISO 3166, as in `US`")
    phone = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="Kept as E.164"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the address as its country writes it; raises ValidationError."""
        try:
            return checked_address(attrs)
        except AddressInvalid as error:
            raise serializers.ValidationError(
                {
                    name: serializers.ErrorDetail(fault.sentence, code=fault.code)
                    for name, fault in error.faults.items()
                }
            ) from None


class CheckoutBody(Body):
    """`expected_total` is the total of the quote the shopper agreed to."""

    email = serializers.EmailField(max_length=254)
    shipping_address = AddressBody()
    billing_address = AddressBody(
        required=False, allow_null=True, help_text="Null: the same as where the parcel goes"
    )
    shipping_method = serializers.UUIDField(
        required=False, allow_null=True, help_text="Null: the cheapest"
    )
    expected_total = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    vat_id = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=30,
        help_text="Of a business in the EU, as in `DE123456789`",
    )
    payment_provider = serializers.CharField(
        required=False, max_length=30, help_text="`sandbox`, say; what this shop is set up for"
    )

    def validate_payment_provider(self, code: str) -> str:
        """Raises ValidationError for a provider this shop isn't set up for."""
        if code not in settings.PAYMENT_PROVIDERS:
            raise serializers.ValidationError(
                "This shop isn't set up for this provider.", code="unknown_provider"
            )
        return code


class CancellationBody(Body):
    """Why, in the shopper's words, if they like to say."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=100)


def _address(order: Order, kind: str) -> Any:
    found = next(address for address in order.addresses.all() if address.address_type == kind)
    return OrderAddressSerializer(found).data
