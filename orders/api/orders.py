"""Placing, looking at and cancelling orders for mobile clients."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from carts.errors import CartNotFound
from carts.models import Cart
from carts.queries import ask_taxes, find_cart, quote_document, token_hash
from orders import commands, queries
from orders.errors import QuoteChanged, VatIdInvalid
from orders.models import Order
from orders.serializers import (
    CancellationBody,
    CheckoutAnswerSerializer,
    CheckoutBody,
    CheckoutRefusalSerializer,
    OrderCardSerializer,
    OrderSerializer,
)
from shipping.queries import vat_answer
from shopflow.lib import context as request_context
from shopflow.lib.api import PROBLEM_TYPE, Body, answer, checked, domain_document, user_id_of
from shopflow.lib.api.schema import CART_TOKEN, IDEMPOTENCY_KEY, ORDER_TOKEN
from shopflow.lib.errors import DomainError
from shopflow.lib.http import pdf
from shopflow.lib.idempotency import Answer, answer_once, claim_of
from shopflow.lib.transactions import reading_as, work_on

BY_CUSTOMER = "by the customer"
PAPER = OpenApiParameter(
    "paper", str, description="The number of a credit note; without it the invoice is meant."
)

MissingLine = inline_serializer(
    "MissingLine",
    {"sku": serializers.CharField(), "product_name": serializers.CharField()},
    many=True,
)
ReorderAnswer = inline_serializer(
    "Reorder",
    {
        "cart": serializers.UUIDField(),
        "cart_token": serializers.CharField(
            allow_null=True, help_text="Of a cart that was made for a guest: its only key."
        ),
        "missing": MissingLine,
    },
)


class PdfRenderer(BaseRenderer):
    """Lets an app ask for `application/pdf`, and for nothing else, where a document is."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, *_: Any) -> bytes:
        return bytes(data)


class CheckoutViewSet(viewsets.ViewSet):
    """The end of the cart and the beginning of the order."""

    @extend_schema(
        parameters=[CART_TOKEN, IDEMPOTENCY_KEY],
        request=CheckoutBody,
        responses={
            201: CheckoutAnswerSerializer,
            (409, PROBLEM_TYPE): CheckoutRefusalSerializer,
        },
    )
    def create(self, request: Request) -> HttpResponse:
        """Place an order for exactly `expected_total` and hold its stock for 15 minutes."""
        wanted = checked(CheckoutBody, request)
        user_id = user_id_of(request)
        cart = None if user_id else _cart_of_guest(request)
        claim = claim_of(
            # A user's cart is looked for later: when a repeated request comes it is closed.
            actor=f"cart:{cart.pk}" if cart else f"user:{user_id}",
            route="checkout",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        wanted |= _asked_before(cart or find_cart(user_id=user_id), wanted)
        return answer(
            answer_once(claim, work=lambda: _placed(cart, user_id, wanted), refusal=_refusal)
        )


class OwnOrderViewSet(viewsets.GenericViewSet[Order]):
    """The orders of who is signed in."""

    permission_classes = (IsAuthenticated,)
    queryset = Order.objects.none()
    serializer_class = OrderCardSerializer
    page_order = queries.BY_NEWEST

    def list(self, request: Request) -> Response:
        """List them, the newest first."""
        user_id = cast(User, request.user).pk
        with reading_as(user_id=user_id):
            rows = self.paginate_queryset(queries.orders_of(user_id))
            return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class OrderViewSet(viewsets.ViewSet):
    """Orders, each opened by its own token, or by who is signed in and placed it."""

    @extend_schema(parameters=[ORDER_TOKEN], responses=OrderSerializer)
    def retrieve(self, request: Request, number: str) -> Response:
        """Show an order."""
        with queries.opened(number=number, **_who(request)) as order:
            return Response(_document(order.pk))

    @extend_schema(
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        request=CancellationBody,
        responses={200: OrderSerializer},
    )
    def cancellation(self, request: Request, number: str) -> HttpResponse:
        """Cancel an order that hasn't shipped; its stock is free again, money goes back."""
        wanted = checked(CancellationBody, request)
        with queries.opened(number=number, **_who(request)) as order:
            order_id = order.pk
        claim = claim_of(
            actor=f"order:{order_id}",
            route="cancellation",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        reason, by = wanted.get("reason") or BY_CUSTOMER, user_id_of(request)
        return answer(
            answer_once(claim, work=lambda: _cancelled(order_id, reason, by), refusal=_refusal)
        )

    @extend_schema(
        parameters=[ORDER_TOKEN, CART_TOKEN, IDEMPOTENCY_KEY],
        request=Body,
        responses={200: ReorderAnswer},
    )
    def reorder(self, request: Request, number: str) -> HttpResponse:
        """Put what is still sold of an order into the caller's cart, at today's prices."""
        checked(Body, request)
        with queries.opened(number=number, **_who(request)) as order:
            order_id = order.pk
        cart_of = {
            "user_id": user_id_of(request),
            "token": request.headers.get("X-Cart-Token"),
        }
        claim = claim_of(
            actor=f"order:{order_id}",
            route="reorder",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        return answer(
            answer_once(claim, work=lambda: _reordered(order_id, cart_of), refusal=_refusal)
        )

    @extend_schema(
        parameters=[ORDER_TOKEN, PAPER],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def invoice(self, request: Request, number: str) -> HttpResponse:
        """Hand out an order's invoice, or one of its credit notes, as PDF/A."""
        with queries.opened(number=number, **_who(request)) as order:
            named = request.query_params.get("paper", "")
            paper = queries.paper_of(order_id=order.pk, named=named)
        return pdf(paper.pdf, name=str(paper))


def _cart_of_guest(request: Request) -> Cart:
    """Return the guest's cart, ordered or not: a repeated request comes when it's closed."""
    token = request.headers.get("X-Cart-Token")
    cart = Cart.objects.filter(token_hash=token_hash(token)).first() if token else None
    if cart is None:
        raise CartNotFound
    return cart


def _asked_before(cart: Cart | None, wanted: dict[str, Any]) -> dict[str, Any]:
    """Ask the services that answer over the network, before the order's transaction begins."""
    vat = vat_answer(wanted.get("vat_id", ""))
    if vat is not None and not vat.is_valid:
        raise VatIdInvalid(vat.problem, errors=[{"pointer": "/vat_id", "detail": vat.problem}])
    if cart is None or cart.closed_at is not None:
        return {"vat": vat, "taxes": None}
    taxes = ask_taxes(
        cart_id=cart.pk,
        address=commands.Address(**wanted["shipping_address"]).destination,
        shipping_method_id=wanted.get("shipping_method"),
        email=wanted["email"],
        vat=vat,
    )
    return {"vat": vat, "taxes": taxes}


def _placed(cart: Cart | None, user_id: UUID | None, wanted: dict[str, Any]) -> Answer:
    cart = cart or find_cart(user_id=user_id)
    if cart is None:
        raise CartNotFound
    billing = wanted.get("billing_address")
    order = commands.place_order(
        cart_id=cart.pk,
        user_id=user_id,
        email=wanted["email"],
        shipping_address=commands.Address(**wanted["shipping_address"]),
        billing_address=commands.Address(**billing) if billing else None,
        shipping_method_id=wanted.get("shipping_method"),
        expected_total=wanted["expected_total"],
        vat=wanted["vat"],
        taxes=wanted["taxes"],
        came_from=request_context.current().inet or "",
    )
    token = queries.guest_token(order)
    page = "payments:pay" if order.is_payable else "orders:thanks"
    address = reverse(page, args=[order.order_number])
    document = {
        "order": order,
        "client_action": {"redirect": f"{address}?{urlencode({'token': token})}"},
    }
    context = {"currency": order.currency, "token": token}
    return Answer.of(201, CheckoutAnswerSerializer(document, context=context).data)


def _cancelled(order_id: UUID, reason: str, by: UUID | None) -> Answer:
    work_on(order_id)
    commands.cancel(order_id=order_id, reason=reason, by=by)
    return Answer.of(200, _document(order_id))


def _reordered(order_id: UUID, cart_of: dict[str, Any]) -> Answer:
    work_on(order_id)
    done = commands.reorder(order_id=order_id, **cart_of)
    lines = [{"sku": item.sku, "product_name": item.product_name} for item in done.missing]
    document = {"cart": str(done.cart_id), "cart_token": done.token, "missing": lines}
    return Answer.of(200, document)


def _document(order_id: UUID) -> Any:
    order = Order.objects.with_details().get(pk=order_id)
    return OrderSerializer(order, context={"currency": order.currency}).data


def _refusal(error: DomainError) -> Answer:
    quote = {"quote": quote_document(error.quote)} if isinstance(error, QuoteChanged) else {}
    return Answer.of(error.status, domain_document(error, **quote))


def _who(request: Request) -> dict[str, Any]:
    return {
        "token": request.headers.get("X-Order-Token", ""),
        "user_id": user_id_of(request),
    }
