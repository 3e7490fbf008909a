"""Starting to pay an order, for mobile clients."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request

from orders.queries import guest_token, opened
from payments import commands
from payments.serializers import PaymentAnswerSerializer, PaymentBody
from shopflow.lib.api import answer, checked, domain_document, user_id_of
from shopflow.lib.api.schema import IDEMPOTENCY_KEY, ORDER_TOKEN
from shopflow.lib.errors import DomainError
from shopflow.lib.idempotency import Answer, answer_once, claim_of, kept_answer
from shopflow.lib.transactions import acting_as


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
