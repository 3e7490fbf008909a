"""Parcels for the apps of people who work here: a hand scanner, a carrier's bridge."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request

from accounts.models import User
from orders import commands
from orders.errors import OrderNotFound, ShipmentNotFound
from orders.models import Order
from orders.serializers import (
    OrderSerializer,
    ShipmentBody,
    ShipmentEventBody,
    ShipmentSerializer,
)
from shopflow.lib.api import answer, checked, domain_document
from shopflow.lib.api.schema import IDEMPOTENCY_KEY
from shopflow.lib.errors import DomainError
from shopflow.lib.idempotency import Answer, answer_once, claim_of
from shopflow.lib.transactions import acting_as_staff


class MayShip(BasePermission):
    """Whoever of the staff may ship orders; their app's sign-in took a second factor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = cast(User, request.user)
        return bool(user.is_staff and user.has_perm("orders.ship_order"))


class StaffShipmentViewSet(viewsets.ViewSet):
    """What leaves the warehouse, and what carriers tell of it."""

    permission_classes = (IsAuthenticated, MayShip)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=ShipmentBody, responses={201: OrderSerializer}
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        """Ship units of an order in one parcel; its shopper hears of it."""
        wanted = checked(ShipmentBody, request)
        return _once(request, f"ship {number}", lambda: _shipped(number, wanted, _by(request)))

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=ShipmentEventBody, responses={201: ShipmentSerializer}
    )
    def event(self, request: Request, number: str, shipment_id: str) -> HttpResponse:
        """Write down where a parcel is."""
        told = checked(ShipmentEventBody, request)
        return _once(
            request,
            f"track {shipment_id}",
            lambda: _tracked(number, UUID(shipment_id), told, _by(request)),
        )


def _once(request: Request, route: str, work: Any) -> HttpResponse:
    claim = claim_of(
        actor=f"user:{_by(request)}",
        route=route,
        key=request.headers.get("Idempotency-Key"),
        body=request.data,
    )
    with acting_as_staff(_by(request)):
        return answer(answer_once(claim, work=work, refusal=_refusal))


def _shipped(number: str, wanted: dict[str, Any], by: UUID) -> Answer:
    items = wanted.pop("items", None)
    units = None if items is None else {packed["item"]: packed["quantity"] for packed in items}
    order = commands.ship(order_id=_order_id(number), units=units, by=by, **wanted)
    shown = Order.objects.with_details().get(pk=order.pk)
    return Answer.of(201, OrderSerializer(shown, context={"currency": shown.currency}).data)


def _tracked(number: str, shipment_id: UUID, told: dict[str, Any], by: UUID) -> Answer:
    order = Order.objects.get(pk=_order_id(number))
    if not order.shipments.filter(pk=shipment_id).exists():
        raise ShipmentNotFound
    shipment = commands.track(shipment_id=shipment_id, by=by, **told)
    return Answer.of(201, ShipmentSerializer(shipment).data)


def _order_id(number: str) -> UUID:
    found = Order.objects.filter(order_number=number.upper())
    order_id = found.values_list("pk", flat=True).first()
    if order_id is None:
        raise OrderNotFound
    return order_id


def _refusal(error: DomainError) -> Answer:
    return Answer.of(error.status, domain_document(error))


def _by(request: Request) -> UUID:
    return cast(User, request.user).pk
