"""What clients see of a cart, and what they may send."""

from typing import Any

from rest_framework import serializers

from carts.queries import Exemption, Quote, QuoteDiscount, QuoteLine
from shopflow.lib.api import Body, MoneyValue, WholeNumber

Output = serializers.Serializer


class ProductOfLineSerializer(Output[QuoteLine]):
    """The product a line's variant belongs to."""

    slug = serializers.CharField()
    name = serializers.CharField(source="product_name")


class VariantOfLineSerializer(Output[QuoteLine]):
    """What a line is of; `image` is the address of a picture on this shop, or null."""

    id = serializers.UUIDField(source="variant_id")
    sku = serializers.CharField()
    name = serializers.CharField(source="variant_name")
    product = ProductOfLineSerializer(source="*")
    image = serializers.SerializerMethodField()

    def get_image(self, line: QuoteLine) -> str | None:
        return line.image_url or None


class CartItemSerializer(Output[QuoteLine]):
    """A line of a cart; `notice` says in a sentence what changed since it was added."""

    id = serializers.UUIDField(source="item_id")
    variant = VariantOfLineSerializer(source="*")
    quantity = serializers.IntegerField()
    unit_price = MoneyValue()
    line_total = MoneyValue()
    notice = serializers.CharField(allow_null=True)
    is_gift_card = serializers.BooleanField()


class CartCouponSerializer(Output[QuoteDiscount]):
    """A coupon entered; `problem` says why it takes nothing off, `reason` the same as a code."""

    code = serializers.CharField(source="name")
    description = serializers.CharField()
    amount = MoneyValue()
    problem = serializers.CharField()
    reason = serializers.CharField()


class CartPromotionSerializer(Output[QuoteDiscount]):
    """What is taken off without a code."""

    name = serializers.CharField()
    description = serializers.CharField()
    amount = MoneyValue()


class CartSerializer(Output[Quote]):
    """A cart and what it costs before shipping and tax."""

    id = serializers.SerializerMethodField()
    items = CartItemSerializer(source="lines", many=True)
    coupons = CartCouponSerializer(many=True)
    promotions = CartPromotionSerializer(many=True)
    subtotal = MoneyValue()
    discount = MoneyValue()
    total = MoneyValue()
    missing_for_free_shipping = MoneyValue(allow_null=True)

    def get_id(self, quote: Quote) -> str:
        return str(self.context["cart_id"])


class DeliverySerializer(Output[Any]):
    """The first and the last day a parcel should arrive."""

    locals()["from"] = serializers.DateField()
    to = serializers.DateField()


class PickupPlaceSerializer(Output[Any]):
    """Where goods are fetched, and when, in the shop's words."""

    address_line_1 = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField()
    country_code = serializers.CharField()
    hours = serializers.CharField()


class ShippingOptionSerializer(Output[Any]):
    """A way to ship this cart; its `id` is the `shipping_method` of quote and checkout.

    With a `pickup` the shopper fetches it there; the address of the checkout then says who does.
    """

    id = serializers.UUIDField()
    name = serializers.CharField()
    carrier = serializers.CharField()
    price = MoneyValue()
    delivery = DeliverySerializer()
    pickup = PickupPlaceSerializer(allow_null=True)


class TraceStepSerializer(Output[Any]):
    """One step to the total; the `adds` of all steps but the last add up to it.

    A step that didn't apply adds nothing; its `reason` is a stable code, `result` the sentence.
    """

    rule = serializers.CharField()
    name = serializers.CharField()
    condition = serializers.CharField()
    value = serializers.CharField()
    result = serializers.CharField()
    reason = serializers.CharField()
    adds = serializers.CharField()


class QuoteSerializer(Output[Any]):
    """What a cart costs at a destination; made by `carts.queries.quote_document`."""

    shipping_options = ShippingOptionSerializer(many=True)
    shipping_method = serializers.UUIDField(allow_null=True)
    is_shippable = serializers.BooleanField()
    coupons = CartCouponSerializer(many=True)
    promotions = CartPromotionSerializer(many=True)
    subtotal = MoneyValue()
    discount = MoneyValue()
    shipping = MoneyValue()
    tax = MoneyValue()
    total = MoneyValue()
    missing_for_free_shipping = MoneyValue(allow_null=True)
    prices_include_tax = serializers.BooleanField()
    tax_exemption = serializers.ChoiceField(
        [exemption.value for exemption in Exemption],
        help_text="Why it bears no tax; empty: it does. All prices are without tax then.",
    )
    trace = TraceStepSerializer(many=True)


class GiftCardBody(Body):
    """Who gets these units of a gift card, when; what is left out: who orders gets them, at once.

    `send_on` is at most a year ahead; `message` has up to 300 signs.
    """

    recipient_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    recipient_email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    sender_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    message = serializers.CharField(required=False, allow_blank=True, max_length=300)
    send_on = serializers.DateField(required=False, allow_null=True)


class NewItemBody(Body):
    """So many units of a variant, on top of those in the cart."""

    variant = serializers.UUIDField()
    quantity = WholeNumber()
    gift_card = GiftCardBody(required=False)


class QuantityBody(Body):
    """How many units the line has from now on, 1 to 999."""

    quantity = WholeNumber()


class CouponBody(Body):
    """The code as the shopper typed it."""

    code = serializers.CharField(max_length=50)


class DestinationBody(Body):
    """An address as far as it is known; price and tax need the country, perhaps the state."""

    first_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    company = serializers.CharField(required=False, allow_blank=True, max_length=100)
    address_line_1 = serializers.CharField(required=False, allow_blank=True, max_length=255)
    address_line_2 = serializers.CharField(required=False, allow_blank=True, max_length=255)
    city = serializers.CharField(required=False, allow_blank=True, max_length=100)
    state = serializers.CharField(required=False, allow_blank=True, max_length=100)
    postal_code = serializers.CharField(required=False, allow_blank=True, max_length=20)
    country_code = serializers.RegexField(r"^[A-Z]{2}$")
    phone = serializers.CharField(required=False, allow_blank=True, max_length=20)


class QuoteBody(Body):
    """Where the parcel goes, and how; null takes the cheapest way."""

    shipping_address = DestinationBody()
    shipping_method = serializers.UUIDField(required=False, allow_null=True)
    email = serializers.EmailField(
        required=False,
        allow_blank=True,
        max_length=254,
        help_text="Whose order it will be: some discounts are limited per customer.",
    )
    vat_id = serializers.CharField(
        required=False, allow_blank=True, max_length=30, help_text="Of a business in the EU"
    )
