"""The payment providers' own ledgers beside ours: rule 13."""

from datetime import datetime

from django.conf import settings

from payments.queries import compare, theirs_of
from shopflow.invariants.invariant import Finding
from shopflow.invariants.money import PROVIDERS_LEDGER
from shopflow.lib.errors import DomainError
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as


def compare_ledgers(*, settled: datetime | None = None) -> Finding:
    """Return the orders of which a provider says something else about money than we do.

    Talks to the gateways, outside of transactions. Payments of the last 35 days are compared;
    those whose money moved after `settled` (UTC) are left out. When a provider doesn't answer and
    no difference was seen, the count is unknown.
    """
    rows: set[str] = set()
    silent: list[str] = []
    for provider in settings.PAYMENT_PROVIDERS:
        try:
            rows |= _differing(provider, settled)
        except DomainError as error:
            silent.append(f"{provider}: {error}")
    count = len(rows) if rows or not silent else None
    return Finding(PROVIDERS_LEDGER, count, sorted(rows)[:5], why=" ".join(silent))


def _differing(provider: str, settled: datetime | None) -> set[str]:
    # Theirs first: what they take meanwhile is then simply not compared yet.
    theirs = theirs_of(provider=provider)
    with reading_as(role=Role.AUDIT):
        found = compare(provider=provider, theirs=theirs, settled=settled)
    return {one.order_number or one.subject for one in found}
