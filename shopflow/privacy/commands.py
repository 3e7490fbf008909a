"""Everything that erases: one person, what a law kept of them, and all of it after a restore."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from accounts import commands as accounts
from accounts.errors import UserNotFound
from accounts.models import ErasureLog, User
from carts.models import Cart
from shopflow.lib import audit, context
from shopflow.lib.mail import PURPOSE, TOPIC, write_mail
from shopflow.lib.models import AuditLog, IdempotencyKey, OutboxMessage
from shopflow.lib.roles import Role
from shopflow.lib.secrets import unseal
from shopflow.lib.transactions import acting_as, command
from shopflow.privacy.columns import EMAIL
from shopflow.privacy.copies import Erasure, line_of
from shopflow.privacy.errors import OrdersOpen, WorksHere
from shopflow.privacy.paths import ORDERS, PERSON
from shopflow.privacy.queries import has_open_orders, person
from shopflow.privacy.statements import EXPIRED_ORDERS, erasing

log = logging.getLogger(__name__)
BATCH = 100
ANSWERS_ARE_KEPT = timedelta(days=1)


def erase_user(*, user_id: UUID, by: UUID | None = None) -> ErasureLog:
    """Erase a person: close the account and empty all that says who they are; return the log row.

    What a law keeps stays until `erase_expired`. `by` is who of the staff did it, None the person.
    Raises UserNotFound, WorksHere, OrdersOpen; nothing is erased then. Safe to repeat.
    """
    with acting_as(context.current().user_id, role=Role.WORKER):
        return _erase_user(user_id, by)


def erase_expired(*, now: datetime | None = None) -> int:
    """Erase what a law kept of orders whose term is over, a batch; return how many orders.

    Those of erased people, and of guests, whom nothing else would ever erase. Safe to repeat.
    """
    with acting_as(None, role=Role.WORKER):
        return _erase_expired(kept_since(now or timezone.now()))


def replay(*, erasures: Iterable[Erasure]) -> Iterator[tuple[Erasure, int | None]]:
    """Erase again whom a restored backup brought back; yield each with how many rows changed.

    None where the backup is older than the account. Open orders stop nothing: it was done before.
    Safe to repeat.
    """
    for erasure in erasures:
        with acting_as(None, role=Role.WORKER):
            yield erasure, _replay(erasure)


def kept_since(now: datetime) -> datetime:
    """Return the start of what the law keeps: terms begin when the papers' calendar year ends."""
    return datetime(now.year - settings.TAX_RECORDS_KEPT_YEARS, 1, 1, tzinfo=UTC)


@command
def drop_old_answers(*, limit: int = 1_000) -> int:
    """Delete answers nobody will ask for again, a batch; return how many. Safe to repeat."""
    old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - ANSWERS_ARE_KEPT)
    found = old.order_by("created_at").values("pk")[:limit]
    count, _ = IdempotencyKey.objects.filter(pk__in=found).delete()
    return count


@command
def _erase_user(user_id: UUID, by: UUID | None) -> ErasureLog:
    requested_at = timezone.now()
    user = _locked(user_id)
    if user is None:
        raise UserNotFound
    if user.role != User.Role.CUSTOMER:
        raise WorksHere
    if has_open_orders(user):
        raise OrdersOpen
    address, is_new = user.email, user.email != EMAIL.format(user_id)
    counts = _erase(user, by)
    if not is_new and not counts:
        return ErasureLog.objects.filter(user_id=user_id).latest("id")
    if is_new:  # written afterwards: what waited for this address was just taken out
        kept = {"years": settings.TAX_RECORDS_KEPT_YEARS}
        write_mail("accounts/erased", to=address, facts=kept)
    audit.record(
        action=AuditLog.Action.DELETE, entity_type="user", entity_id=user_id, user_id=by or user_id
    )
    return _note(Erasure(user_id, by, requested_at), counts)


@command
def _replay(erasure: Erasure) -> int | None:
    user = _locked(erasure.user_id)
    if user is None:
        return None
    counts = _erase(user, erasure.requested_by)
    known = ErasureLog.objects.filter(
        user_id=erasure.user_id, requested_at=erasure.requested_at
    ).exists()
    if not known:
        _note(erasure, counts)
    return sum(counts.values())


@command
def _erase_expired(since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(EXPIRED_ORDERS, {"kept_since": since, "most": BATCH})
        orders = [row[0] for row in cursor.fetchall()]
    if orders:
        facts = {"orders": orders, "kept_since": since, "left_email": EMAIL.format("guest")}
        counts = _run(ORDERS, facts)
        log.info("the papers of %s orders are erased: %s rows", len(orders), sum(counts.values()))
    return len(orders)


def _locked(user_id: UUID) -> User | None:
    # The carts first: an order that is being placed from one is finished then, and seen.
    list(Cart.objects.select_for_update(no_key=True).filter(user=user_id).order_by("pk"))
    return User.objects.select_for_update(no_key=True).filter(pk=user_id).first()


def _erase(user: User, by: UUID | None) -> dict[str, int]:
    facts = {
        **person(user),
        "left_email": EMAIL.format(user.pk),
        "kept_since": kept_since(timezone.now()),
    }
    accounts.close_account(user_id=user.pk, by=by)
    return _run(PERSON, facts) | _forget_letters(user.email)


def _run(roots: dict[str, str], facts: Mapping[str, Any]) -> dict[str, int]:
    """Run what erases; return how many rows changed or went, by table."""
    counts: dict[str, int] = {}
    names: list[str] = []
    with connection.cursor() as cursor:
        # A person with many rows must not come to nothing for being slow.
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        for statement in erasing(roots):
            if statement.files:
                cursor.execute(statement.files, facts)
                names += [name for [name] in cursor.fetchall()]
            cursor.execute(statement.sql, facts)
            if cursor.rowcount:
                counts[statement.table] = counts.get(statement.table, 0) + cursor.rowcount
    transaction.on_commit(partial(_remove_files, names), robust=True)
    return counts


def _remove_files(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _forget_letters(address: str) -> dict[str, int]:
    """Take out what waits to be mailed to an address; a mail that is out holds nothing."""
    waiting = OutboxMessage.objects.filter(topic__startswith=TOPIC, sent_at=None)
    theirs = [row.pk for row in waiting if _address_of(row) == address]
    count = OutboxMessage.objects.filter(pk__in=theirs).update(
        payload={}, sent_at=timezone.now(), last_error="erased"
    )
    return {"outbox_messages": count} if count else {}


def _address_of(row: OutboxMessage) -> str:
    try:
        letter = json.loads(unseal(row.payload["sealed"], purpose=PURPOSE))
    except (KeyError, ValueError):  # a key that is gone: nobody can read it any more
        return ""
    return str(letter["to"])


def _note(erasure: Erasure, counts: Mapping[str, int]) -> ErasureLog:
    row = ErasureLog.objects.create(
        user_id=erasure.user_id,
        requested_by=erasure.requested_by,
        requested_at=erasure.requested_at,
        finished_at=timezone.now(),
        erased=dict(counts),
    )
    # Off the machine with the other logs: a restored backup doesn't have the row.
    log.info("erasure %s", line_of(erasure))
    return row
