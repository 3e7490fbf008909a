"""A payment provider's ledger beside ours, payment by payment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from orders.models import Order
from payments.gateways import gateway
from payments.gateways.base import ProviderPayment
from payments.models import Payment, Payout
from payments.models.payments import LIVE
from shopflow.lib.money import ZERO, Money

# Older payments are compared no more: providers list theirs a page at a time.
WINDOW = timedelta(days=35)
# Their clock may go behind ours: what they made a little earlier is looked up too.
CLOCKS = timedelta(hours=1)
NEVER = datetime.min.replace(tzinfo=UTC)


class Kind(StrEnum):
    """In what the two sides differ."""

    UNKNOWN_TO_US = "unknown_to_us"
    UNKNOWN_TO_THEM = "unknown_to_them"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    ORDER_CLOSED = "order_closed"
    DISPUTE = "dispute"
    PAYOUT = "payout"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing the two sides don't agree on, in words and amounts that staff can look up."""

    kind: Kind
    provider: str
    order_number: str
    subject: str
    ours: str = ""
    theirs: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one side says of one payment; `moved_at` is when we last knew money to move."""

    order_number: str
    subject: str
    captured: Decimal
    refunded: Decimal
    currency: str
    moved_at: datetime = NEVER


def theirs_of(*, provider: str, window: timedelta = WINDOW) -> dict[str, ProviderPayment]:
    """Return the provider's payments of the window, by our payments' ids.

    Talks to the gateway. Raises GatewayUnavailable, UnknownProvider.
    """
    since = timezone.now() - window - CLOCKS
    return {seen.key: seen for seen in gateway(provider).list(created_after=since)}


def compare(
    *,
    provider: str,
    theirs: Mapping[str, ProviderPayment],
    settled: datetime | None = None,
    window: timedelta = WINDOW,
) -> list[Difference]:
    """Return where the provider's payments (`theirs_of`) and ours say something else about money.

    Those whose money we know to have moved after `settled` (UTC) are left out.
    """
    took = {key: _entry(seen) for key, seen in theirs.items() if seen.captured.amount}
    ours = _ours(provider, timezone.now() - window, took)
    found: list[Difference] = []
    for key in took.keys() | ours.keys():
        their, our = took.get(key), ours.get(key)
        is_moving = settled is not None and our is not None and our.moved_at > settled
        if not is_moving:
            found += _differences(provider, our, their)
    return sorted(found, key=lambda one: (one.order_number, one.kind))


def behind(*, provider: str, theirs: Mapping[str, ProviderPayment]) -> list[Payment]:
    """Return our payments of which the provider (`theirs_of`) knows more than we, with orders."""
    ids = [UUID(key) for key, seen in theirs.items() if _is_id(key) and seen.status != "pending"]
    ours = Payment.objects.filter(provider=provider, pk__in=ids).select_related("order")
    return [payment for payment in ours if _is_behind(payment, theirs[str(payment.pk)])]


def closed_with_money(settled: datetime) -> "QuerySet[Payment]":
    """Return payments whose money no sale keeps: the order is cancelled, or still says unpaid.

    Those that moved after `settled` (UTC) are left out, and those a bank decides over.
    """
    closed = Q(order__status=Order.Status.CANCELLED, order__cancelled_at__lte=settled)
    return (
        Payment.objects.filter(closed | Q(order__status=Order.Status.PENDING))
        .filter(amount_captured__gt=F("amount_refunded"), captured_at__lte=settled)
        .exclude(status=Payment.Status.DISPUTED)
        .select_related("order")
        .order_by("id")
    )


def unmatched_payouts(provider: str) -> list[Difference]:
    """Return payouts that don't add up, or have lines about nothing we know."""
    waiting = Payout.objects.filter(provider=provider, reconciled_at=None).order_by("id")
    return [
        Difference(
            kind=Kind.PAYOUT,
            provider=provider,
            order_number="",
            subject=payout.provider_payout_id,
            ours=_unmatched(payout),
            theirs=str(Money(payout.amount, payout.currency)),
        )
        for payout in waiting.prefetch_related("lines")
    ]


def _unmatched(payout: Payout) -> str:
    unknown = [line for line in payout.lines.all() if not line.is_matched]
    named = ", ".join(f"{line.type} of {line.amount}" for line in unknown[:5])
    return f"{len(unknown)} not ours: {named}" if unknown else "Its lines don't add up"


def _is_behind(payment: Payment, seen: ProviderPayment) -> bool:
    is_open = payment.status in LIVE and seen.status != payment.status
    return seen.captured.amount > payment.amount_captured or is_open


def _entry(seen: ProviderPayment) -> Entry:
    return Entry(
        order_number=seen.reference,
        subject=seen.id,
        captured=seen.captured.amount,
        refunded=seen.refunded.amount,
        currency=seen.captured.currency,
    )


def _differences(provider: str, our: Entry | None, their: Entry | None) -> Iterator[Difference]:
    if our is None and their is not None:
        yield _difference(Kind.UNKNOWN_TO_US, provider, their, theirs=their.captured)
    elif our is not None and their is None:
        if our.captured:
            yield _difference(Kind.UNKNOWN_TO_THEM, provider, our, ours=our.captured)
    elif our is not None and their is not None:
        if (our.captured, our.currency) != (their.captured, their.currency):
            kind, ours, theirs = Kind.CAPTURED, our.captured, their.captured
            yield _difference(kind, provider, our, ours=ours, theirs=theirs)
        if our.refunded != their.refunded:
            kind, ours, theirs = Kind.REFUNDED, our.refunded, their.refunded
            yield _difference(kind, provider, our, ours=ours, theirs=theirs)


def _difference(
    kind: Kind,
    provider: str,
    entry: Entry,
    *,
    ours: Decimal | None = None,
    theirs: Decimal | None = None,
) -> Difference:
    return Difference(
        kind=kind,
        provider=provider,
        order_number=entry.order_number,
        subject=entry.subject,
        ours="" if ours is None else str(Money(ours, entry.currency)),
        theirs="" if theirs is None else str(Money(theirs, entry.currency)),
    )


def _ours(provider: str, since: datetime, theirs: Iterable[str]) -> dict[str, Entry]:
    """Return what we say was taken since then, and what we know of each payment of theirs."""
    ours = _entries(provider, Q(attempted_at__gte=since, amount_captured__gt=0))
    missing = [UUID(key) for key in theirs if key not in ours and _is_id(key)]
    return ours | _entries(provider, Q(pk__in=missing))


def _entries(provider: str, asked: Q) -> dict[str, Entry]:
    # What a lost dispute took is no refund of the provider's.
    succeeded = Q(refunds__status="succeeded", refunds__dispute=None)
    rows = (
        Payment.objects.filter(asked, provider=provider)
        .annotate(
            returned=Coalesce(Sum("refunds__amount", filter=succeeded), ZERO),
            # NULL is nobody's greatest in PostgreSQL.
            moved_at=Greatest("attempted_at", "captured_at", Max("refunds__updated_at")),
        )
        .select_related("order")
        .defer("order__price_trace", "order__metadata")
    )
    return {
        str(row.pk): Entry(
            order_number=row.order.order_number,
            subject=row.provider_payment_id or str(row.pk),
            captured=row.amount_captured,
            refunded=row.returned,
            currency=row.currency,
            moved_at=row.moved_at,
        )
        for row in cast("Iterable[Any]", rows)
    }


def _is_id(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False
