"""The payment providers' own ledgers beside ours: rule 13."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from payments.gateways import gateway
from payments.models import Payment
from shopflow.invariants.invariant import Finding
from shopflow.invariants.money import PROVIDERS_LEDGER
from shopflow.lib.errors import DomainError
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as

# Older payments are compared no more: providers list theirs a page at a time.
WINDOW = timedelta(days=35)
# Their clock may go behind ours: what they made a little earlier is looked up too.
CLOCKS = timedelta(hours=1)

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """What one side says of one payment; `moved_at` is when we last knew money to move."""

    order_number: str
    money: tuple[Decimal, Decimal, str]  # captured, given back, currency
    moved_at: datetime = NEVER


NOTHING = Entry("", (Decimal(0), Decimal(0), ""))


def compare_ledgers(*, settled: datetime | None = None) -> Finding:
    """Return the orders of which a provider says something else about money than we do.

    Talks to the gateways, outside of transactions. Payments of the last 35 days are compared;
    those whose money moved after `settled` (UTC) are left out. When a provider doesn't answer and
    no difference was seen, the count is unknown.
    """
    rows: list[str] = []
    silent: list[str] = []
    for provider in settings.PAYMENT_PROVIDERS:
        try:
            rows += _differences(provider, settled)
        except DomainError as error:
            silent.append(f"{provider}: {error}")
    count = len(rows) if rows or not silent else None
    return Finding(PROVIDERS_LEDGER, count, sorted(rows)[:5], why=" ".join(silent))


def _differences(provider: str, settled: datetime | None) -> list[str]:
    since = timezone.now() - WINDOW
    # Theirs first: what they take meanwhile is then simply not compared yet.
    theirs = _theirs(provider, since - CLOCKS)
    ours = _ours(provider, since, theirs)
    names: list[str] = []
    for key in theirs.keys() | ours.keys():
        their, our = theirs.get(key, NOTHING), ours.get(key, NOTHING)
        is_moving = settled is not None and our.moved_at > settled
        if their.money != our.money and not is_moving:
            names.append(our.order_number or their.order_number)
    return names


def _theirs(provider: str, since: datetime) -> dict[str, Entry]:
    """Return what the provider took, by our payments' ids."""
    return {
        seen.key: Entry(
            seen.reference, (seen.captured.amount, seen.refunded.amount, seen.captured.currency)
        )
        for seen in gateway(provider).list(created_after=since)
        if seen.captured.amount
    }


def _ours(provider: str, since: datetime, theirs: Iterable[str]) -> dict[str, Entry]:
    """Return what we say was taken since then, and what we know of each payment of theirs."""
    with reading_as(role=Role.AUDIT):
        ours = _entries(provider, Q(attempted_at__gte=since, amount_captured__gt=0))
        missing = [UUID(key) for key in theirs if key not in ours and _is_id(key)]
        return ours | _entries(provider, Q(pk__in=missing))


def _entries(provider: str, asked: Q) -> dict[str, Entry]:
    # What a lost dispute took is no refund of the provider's.
    succeeded = Q(refunds__status="succeeded", refunds__dispute=None)
    rows = (
        Payment.objects.filter(asked, provider=provider)
        .annotate(
            returned=Coalesce(Sum("refunds__amount", filter=succeeded), Decimal(0)),
            # NULL is nobody's greatest in PostgreSQL.
            moved_at=Greatest("attempted_at", "captured_at", Max("refunds__updated_at")),
        )
        .values_list(
            "pk", "order__order_number", "amount_captured", "returned", "currency", "moved_at"
        )
    )
    return {
        str(pk): Entry(number, (captured, returned, currency), moved_at)
        for pk, number, captured, returned, currency, moved_at in rows
    }


def _is_id(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False
