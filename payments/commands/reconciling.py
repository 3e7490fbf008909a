"""Every provider's side beside ours: what can be put right is, the rest is written down."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from payments.commands.closing import settle_cancelled
from payments.commands.disputes import record_dispute
from payments.commands.payouts import record_payout
from payments.commands.refunds import settle_refund
from payments.commands.state import record_state
from payments.gateways import gateway
from payments.gateways.base import ProviderDispute, ProviderPayment
from payments.models import Dispute, Payment, Reconciliation, Refund
from payments.queries import (
    WINDOW,
    Difference,
    Kind,
    behind,
    closed_with_money,
    compare,
    theirs_of,
    unmatched_payouts,
)
from shopflow.lib.errors import DomainError
from shopflow.lib.money import Money
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command, reading_as

log = logging.getLogger(__name__)
# What moved so lately may still be on its way from one side to the other.
ON_ITS_WAY = timedelta(minutes=10)


@dataclass
class _Found:
    """What is being found out."""

    started_at: datetime
    compared: int = 0
    healed: list[dict[str, str]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def heal(self, kind: Kind, order_number: str, what: str, work: Callable[[], object]) -> None:
        """Try to put one thing right; what fails is found again by the comparison."""
        try:
            work()
        except (DomainError, OperationalError) as error:
            log.warning("%s of %s couldn't be put right: %s", kind, order_number, error)
        else:
            self.note_healed(kind, order_number, what)

    def note_healed(self, kind: Kind, order_number: str, what: str) -> None:
        self.healed.append({"kind": str(kind), "order_number": order_number, "what": what})


def reconcile(*, window: timedelta = WINDOW) -> Reconciliation:
    """Compare what the providers say of the last days with what we say, and heal what can be.

    News that was missed takes effect as if it had come; money for a closed order goes its way.
    Talks to the gateways. What is still different is for staff. Safe to repeat.
    """
    found = _Found(timezone.now())
    for provider in settings.PAYMENT_PROVIDERS:
        try:
            _one_provider(found, provider, window)
        except DomainError as error:
            found.silent.append(f"{provider}: {error}")
    _closed_orders(found)
    result = _write_down(found=found)
    for one in found.differences:
        log.error("%s: %s %s, ours %r, theirs %r", one.kind, *_names(one), one.ours, one.theirs)
    return result


def _one_provider(found: _Found, provider: str, window: timedelta) -> None:
    theirs = theirs_of(provider=provider, window=window)
    found.compared += len(theirs)
    _missed_news(found, provider, theirs)
    _waiting_refunds(found, provider)
    since = found.started_at - window
    _disputes(found, provider, since)
    for payout in gateway(provider).list_payouts(created_after=since):
        record_payout(provider=provider, seen=payout)
    settled = found.started_at - ON_ITS_WAY
    with reading_as(role=Role.AUDIT):
        found.differences += compare(
            provider=provider, theirs=theirs, settled=settled, window=window
        )
        found.differences += unmatched_payouts(provider)


def _missed_news(found: _Found, provider: str, theirs: Mapping[str, ProviderPayment]) -> None:
    """Let what a lost event would have said take effect."""
    with reading_as(role=Role.AUDIT):
        late = behind(provider=provider, theirs=theirs)
    for payment in late:
        seen = theirs[str(payment.pk)]
        found.heal(
            Kind.CAPTURED,
            payment.order.order_number,
            f"{seen.status}, {seen.captured} taken",
            partial(record_state, payment_id=payment.pk, seen=seen),
        )


def _waiting_refunds(found: _Found, provider: str) -> None:
    """Ask after refunds whose answer was lost long ago."""
    long_ago = found.started_at - ON_ITS_WAY
    with reading_as(role=Role.AUDIT):
        waiting = Refund.objects.filter(
            payment__provider=provider, status=Refund.Status.PENDING, created_at__lt=long_ago
        )
        ids = list(waiting.values_list("pk", flat=True))
    for refund_id in ids:
        settle_refund(refund_id=refund_id)


def _disputes(found: _Found, provider: str, since: datetime) -> None:
    """Let disputes and decisions that we missed take effect."""
    for seen in gateway(provider).list_disputes(created_after=since):
        with reading_as(role=Role.AUDIT):
            ours = Dispute.objects.filter(provider=provider, provider_dispute_id=seen.id).first()
        if ours is not None and ours.status == seen.status:
            continue
        try:
            outcome = record_dispute(provider=provider, seen=seen)
        except DomainError as error:
            outcome = str(error)
        if outcome == "done":
            found.note_healed(Kind.DISPUTE, seen.id, seen.status)
        else:
            found.differences.append(_dispute_difference(provider, seen, outcome))


def _dispute_difference(provider: str, seen: ProviderDispute, why: str) -> Difference:
    return Difference(
        kind=Kind.DISPUTE,
        provider=provider,
        order_number="",
        subject=seen.id,
        ours=why,
        theirs=str(seen.amount),
    )


def _closed_orders(found: _Found) -> None:
    """Send back money of cancelled orders; name what stays."""
    settled = found.started_at - ON_ITS_WAY
    for payment in _closed(settled):
        order = payment.order
        if order.cancelled_at is not None:
            work = partial(settle_cancelled, order_id=order.pk)
            found.heal(Kind.ORDER_CLOSED, order.order_number, "sent back", work)
    found.differences += map(_closed_difference, _closed(settled))


def _closed(settled: datetime) -> list[Payment]:
    with reading_as(role=Role.AUDIT):
        return list(closed_with_money(settled))


def _closed_difference(payment: Payment) -> Difference:
    left = Money(payment.amount_captured - payment.amount_refunded, payment.currency)
    return Difference(
        kind=Kind.ORDER_CLOSED,
        provider=payment.provider,
        order_number=payment.order.order_number,
        subject=payment.provider_payment_id,
        ours=str(left),
    )


@command
def _write_down(*, found: _Found) -> Reconciliation:
    return Reconciliation.objects.create(
        started_at=found.started_at,
        finished_at=timezone.now(),
        compared=found.compared,
        healed=found.healed,
        differences=[asdict(one) for one in found.differences],
        silent=found.silent,
    )


def _names(one: Difference) -> Iterable[str]:
    return one.order_number or "no order of ours", one.subject
