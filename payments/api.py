"""Starting to pay an order, and saved ways to pay, for mobile clients."""

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from orders.queries import guest_token, opened
from payments import commands, queries
from payments.models import UserPaymentMethod
from payments.serializers import (
    PaymentAnswerSerializer,
    PaymentBody,
    PaymentMethodSerializer,
)
from shopflow.lib import context
from shopflow.lib.api import answer, checked, domain_document, user_id_of
from shopflow.lib.api.schema import IDEMPOTENCY_KEY, ORDER_TOKEN
from shopflow.lib.errors import DomainError
from shopflow.lib.idempotency import Answer, answer_once, claim_of, kept_answer
from shopflow.lib.limits import take_all
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
        with opened(number=number, token=token, user_id=user_id_of(request)) as order:
            order_id = order.pk
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
        started = _started(order_id, f"{page}?{query}", wanted.get("provider"))
        return answer(answer_once(claim, work=lambda: started, refusal=_refusal))


def _started(order_id: UUID, return_url: str, provider: str | None) -> Answer:
    # Before the claim, as no transaction may wait for a gateway; two at once get the same page.
    # A refusal isn't kept: the same key may try again when the gateway is back.
    with acting_as(None, guest_order=order_id):
        url = commands.start_payment(order_id=order_id, return_url=return_url, provider=provider)
    return Answer.of(201, {"client_action": {"redirect": url}})


def _refusal(error: DomainError) -> Answer:
    return Answer.of(error.status, domain_document(error))
