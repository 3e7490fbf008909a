"""Starting to pay an order, gift cards, and saved ways to pay, for mobile clients."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from orders.models import Order
from orders.queries import guest_token, opened
from payments import commands, queries
from payments.models import UserPaymentMethod
from payments.serializers import (
    GiftCardBalanceSerializer,
    GiftCardCodeBody,
    GiftCardsOfOrderSerializer,
    PaymentAnswerSerializer,
    PaymentBody,
    PaymentMethodSerializer,
)
from shopflow.lib import context
from shopflow.lib.api import answer, checked, domain_document, user_id_of
from shopflow.lib.api.schema import IDEMPOTENCY_KEY, ORDER_TOKEN
from shopflow.lib.errors import DomainError
from shopflow.lib.idempotency import Answer, answer_once, claim_of, kept_answer
from shopflow.lib.limits import only_failures, take_all
from shopflow.lib.money import ZERO
from shopflow.lib.transactions import acting_as, reading_as


class PaymentMethodViewSet(viewsets.GenericViewSet[UserPaymentMethod]):
    """The ways to pay that somebody has saved: the provider's tokens, never a card's number."""

    permission_classes = (IsAuthenticated,)
    queryset = UserPaymentMethod.objects.none()
    serializer_class = PaymentMethodSerializer
    page_order = queries.NEWEST_METHOD

    def list(self, request: Request) -> Response:
        """List them, the newest first."""
        user_id = cast(User, request.user).pk
        with reading_as(user_id=user_id):
            rows = self.paginate_queryset(queries.methods_of(user_id))
            return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, method_id: UUID) -> Response:
        """Forget one: it is never charged again."""
        commands.remove_method(user_id=cast(User, request.user).pk, method_id=method_id)
        return Response(status=204)


class PaymentViewSet(viewsets.ViewSet):
    """The attempts to pay an order."""

    @extend_schema(
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        request=PaymentBody,
        responses={201: PaymentAnswerSerializer},
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        """Open a payment and say where the provider's page is."""
        wanted = checked(PaymentBody, request)
        token = request.headers.get("X-Order-Token", "")
        owner = None if token else user_id_of(request)
        with opened(number=number, token=token, user_id=owner) as order:
            order_id, way = order.pk, _way(wanted, owner)
        claim = claim_of(
            actor=f"order:{order_id}",
            route="payments",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        if (first := kept_answer(claim)) is not None:
            return answer(first)
        take_all(
            (commands.TRIES_OF_ORDER, str(order_id)),
            (commands.TRIES_FROM_NETWORK, context.current().network),
        )
        # The browser that comes back from the provider isn't signed in.
        query = urlencode({"token": token or guest_token(order)})
        page = request.build_absolute_uri(reverse("orders:thanks", args=[order.order_number]))
        with acting_as(owner, guest_order=order_id):
            started = _started(order_id, f"{page}?{query}", way)
        return answer(answer_once(claim, work=lambda: started, refusal=_refusal))


class GiftCardViewSet(viewsets.ViewSet):
    """Gift cards: paying an order with them, and what is left on one."""

    @extend_schema(parameters=[ORDER_TOKEN], responses=GiftCardsOfOrderSerializer)
    def list(self, request: Request, number: str) -> Response:
        """Show what gift cards will pay of an order that isn't paid yet."""
        with opened(number=number, **_who(request)) as order:
            return Response(_on_order(order.pk))

    @extend_schema(
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        request=GiftCardCodeBody,
        responses={201: GiftCardsOfOrderSerializer},
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        """Let a gift card pay as far as it goes; a payment opened before is called off."""
        wanted = checked(GiftCardCodeBody, request)
        with opened(number=number, **_who(request)) as order:
            order_id = order.pk
        claim = claim_of(
            actor=f"order:{order_id}",
            route="gift-cards",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        if (first := kept_answer(claim)) is not None:
            return answer(first)
        with (
            only_failures((commands.GUESSES, context.current().network)),
            acting_as(None, guest_order=order_id),
        ):
            # Before the claim, as it may ask the gateway; a card on the order stays as it is.
            commands.add_gift_card(order_id=order_id, code=wanted["code"])
        with opened(number=number, **_who(request)):
            done = Answer.of(201, _on_order(order_id))
        return answer(answer_once(claim, work=lambda: done, refusal=_refusal))

    @extend_schema(
        parameters=[ORDER_TOKEN], responses={200: OpenApiResponse(GiftCardsOfOrderSerializer)}
    )
    def destroy(self, request: Request, number: str, id: UUID) -> Response:
        """Take a gift card off an unpaid order; one that isn't on it changes nothing."""
        with opened(number=number, **_who(request)) as order:
            order_id = order.pk
        with acting_as(None, guest_order=order_id):
            commands.remove_gift_card(order_id=order_id, hold_id=id)
        with opened(number=number, **_who(request)):
            return Response(_on_order(order_id))

    @extend_schema(request=GiftCardCodeBody, responses={200: GiftCardBalanceSerializer})
    def balance(self, request: Request) -> Response:
        """Say what is left on a gift card. By POST: an address stands in logs."""
        wanted = checked(GiftCardCodeBody, request)
        with only_failures((commands.GUESSES, context.current().network)):
            card = queries.card_of(wanted["code"])
        about = {"currency": card.currency}
        return Response(GiftCardBalanceSerializer(card, context=about).data)


def _who(request: Request) -> dict[str, Any]:
    token = request.headers.get("X-Order-Token", "")
    return {"token": token, "user_id": user_id_of(request)}


def _on_order(order_id: UUID) -> Any:
    order = Order.objects.get(pk=order_id)
    held = list(queries.holds_on(order_id))
    left = order.total - sum(hold.amount for hold in held) if order.is_payable else ZERO
    document = {"gift_cards": held, "left_to_pay": left}
    return GiftCardsOfOrderSerializer(document, context={"currency": order.currency}).data


def _way(wanted: Mapping[str, Any], owner: UUID | None) -> commands.WayToPay:
    if (method_id := wanted.get("payment_method")) is not None:
        return commands.WayToPay(card=queries.usable_card(user_id=owner, method_id=method_id))
    keeps_card = wanted.get("keep_card", False) and owner is not None
    return commands.WayToPay(provider=wanted.get("provider", ""), keeps_card=keeps_card)


def _started(order_id: UUID, return_url: str, way: commands.WayToPay) -> Answer:
    # Before the claim, as no transaction may wait for a gateway; two at once get the same page.
    # A refusal isn't kept: the same key may try again when the gateway is back.
    url = commands.start_payment(order_id=order_id, return_url=return_url, way=way)
    return Answer.of(201, {"client_action": {"redirect": url}})


def _refusal(error: DomainError) -> Answer:
    return Answer.of(error.status, domain_document(error))
