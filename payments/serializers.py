"""What clients send to pay, and what they get."""

from typing import Any

from rest_framework import serializers

from payments.models import UserPaymentMethod
from shopflow.lib.api import Body


class PaymentBody(Body):
    """How to pay."""

    provider = serializers.CharField(
        required=False, max_length=30, help_text="Left out: the shop's first"
    )


class HostedPageSerializer(serializers.Serializer[Any]):
    """The address of the provider's page; only its signed report makes the order paid."""

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
