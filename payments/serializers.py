"""What clients send to pay, and what they get."""

from typing import Any

from rest_framework import serializers

from payments.models import GiftCard, GiftCardHold, GiftCardTransaction, UserPaymentMethod
from shopflow.lib.api import Body, MoneyValue


class PaymentBody(Body):
    """How to pay."""

    provider = serializers.CharField(
        required=False, max_length=30, help_text="Left out: the shop's first"
    )
    payment_method = serializers.UUIDField(
        required=False, help_text="A saved card of the person who is signed in"
    )
    keep_card = serializers.BooleanField(
        required=False, help_text="Save the card that is typed on the provider's page"
    )


class HostedPageSerializer(serializers.Serializer[Any]):
    """Where the shopper goes on: the provider's page, a bank's, or the shop's own when all is done.

    Only the provider's signed report makes the order paid.
    """

    redirect = serializers.CharField()


class PaymentAnswerSerializer(serializers.Serializer[Any]):
    """What the client does next."""

    client_action = HostedPageSerializer()


class PaymentMethodSerializer(serializers.ModelSerializer[UserPaymentMethod]):
    """A saved way to pay: what its owner knows it by, never its number."""

    class Meta:
        model = UserPaymentMethod
        fields = (
            "id",
            "provider",
            "card_brand",
            "card_last_four",
            "exp_month",
            "exp_year",
            "is_default",
            "created_at",
        )
        read_only_fields = fields


class GiftCardCodeBody(Body):
    """A gift card's code as the shopper typed it."""

    code = serializers.CharField(max_length=40)


class GiftCardHoldSerializer(serializers.Serializer[GiftCardHold]):
    """What a gift card will pay of an order, once it is paid."""

    id = serializers.UUIDField()
    last_four = serializers.CharField(source="gift_card.code_last_four")
    amount = MoneyValue()


class GiftCardsOfOrderSerializer(serializers.Serializer[Any]):
    """The gift cards on an order, and what is left to charge otherwise."""

    gift_cards = GiftCardHoldSerializer(many=True)
    left_to_pay = MoneyValue()


class GiftCardMoveSerializer(serializers.Serializer[GiftCardTransaction]):
    """One move of a gift card's money; `type` is issue, redeem, refund, adjustment or expiry."""

    type = serializers.CharField()
    amount = MoneyValue(source="amount_change")
    created_at = serializers.DateTimeField()


class GiftCardBalanceSerializer(serializers.Serializer[GiftCard]):
    """What is left on a gift card; `held` waits for orders that aren't paid yet."""

    last_four = serializers.CharField(source="code_last_four")
    left = MoneyValue(source="available")
    held = MoneyValue()
    is_usable = serializers.BooleanField()
    expires_at = serializers.DateTimeField(allow_null=True)
    history = GiftCardMoveSerializer(source="transactions.all", many=True)
