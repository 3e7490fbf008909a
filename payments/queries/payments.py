"""Payments, refunds and saved cards: lists of them, and those that wait for a sweep."""

from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from orders.models import Order
from payments.models import Payment, Refund, UserPaymentMethod
from payments.queries.gift_cards import unreleased_orders, unreturned_orders
from shopflow.lib.paging import Order as SortOrder
from shopflow.lib.providers import WHEN_SHIPPED

LEFT = (Order.FulfilmentStatus.PARTIAL, Order.FulfilmentStatus.FULFILLED)
NEWEST_METHOD = SortOrder(["-id"])


def payments_of(order_id: UUID) -> "QuerySet[Payment]":
    """Return the attempts to pay an order with their refunds, newest first."""
    return Payment.objects.filter(order=order_id).prefetch_related("refunds").order_by("-id")


def methods_of(user_id: UUID) -> "QuerySet[UserPaymentMethod]":
    """Return the ways to pay that a person has saved; sort by NEWEST_METHOD."""
    return UserPaymentMethod.objects.filter(user=user_id, deleted_at=None, is_active=True)


def waiting_refunds(limit: int) -> list[UUID]:
    """Return refunds whose next try is due."""
    due = Refund.objects.filter(status=Refund.Status.PENDING, next_try_at__lte=Now())
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def unsettled_orders(limit: int) -> list[UUID]:
    """Return cancelled orders that have an open attempt, or money that isn't on its way back."""
    cancelled = Payment.objects.filter(order__status=Order.Status.CANCELLED)
    is_open = cancelled.live().values_list("order_id", flat=True)
    has_money = (
        cancelled.filter(amount_captured__gt=F("amount_refunded"))
        .exclude(status=Payment.Status.DISPUTED)
        .exclude(refunds__status=Refund.Status.FAILED)
        .values_list("order_id", flat=True)
    )
    return list(is_open.union(has_money, unreleased_orders(), unreturned_orders())[:limit])


def unclaimed_orders(limit: int) -> list[UUID]:
    """Return claimed orders whose payments or refunds are still a guest's."""
    theirs = {"user": None, "order__user__isnull": False}
    payments, refunds = Payment.objects.filter(**theirs), Refund.objects.filter(**theirs)
    found = payments.values_list("order_id", flat=True).union(
        refunds.values_list("order_id", flat=True)
    )
    return list(found[:limit])


def shipped_uncaptured(limit: int) -> list[UUID]:
    """Return payments whose authorized money is due: staff began to take it, or goods have left."""
    authorized = Payment.objects.filter(status=Payment.Status.AUTHORIZED)
    due = Q(capture_asked__isnull=False)
    if settings.PAYMENT_CAPTURE == WHEN_SHIPPED:
        due |= Q(order__fulfilment_status__in=LEFT)
    return list(authorized.filter(due).order_by("id").values_list("pk", flat=True)[:limit])


def removed_cards(limit: int) -> list[UUID]:
    """Return removed cards that their providers still keep."""
    rows = UserPaymentMethod.objects.filter(deleted_at__isnull=False, detached_at=None)
    return list(rows.order_by("deleted_at").values_list("pk", flat=True)[:limit])
