"""The shop's transactions: `@command` for writes, `reading_as` for reads of protected rows."""

import functools
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import IsolationLevel

from shopflow.lib import context
from shopflow.lib.context import Context
from shopflow.lib.roles import Role

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3
UNIQUE_VIOLATION = "23505"
# Nothing was done and the same work may succeed: https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html
RETRYABLE = frozenset({"40001", "40P01"})

_in_command: ContextVar[bool] = ContextVar("in_command", default=False)
_is_told: ContextVar[bool] = ContextVar("is_told", default=False)


def command(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function one transaction of the shop.

    The outermost command opens the transaction (and refuses an already open one), tells the
    database for whom it works, and runs again up to three times after a serialization failure
    or a deadlock. A command called by a command joins it, without a savepoint: an error undoes
    the whole.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if _in_command.get():
            return function(*args, **kwargs)
        return _with_retries(lambda: _in_one_transaction(function, *args, **kwargs))

    return run


@contextmanager
def reading_as(
    *, user_id: UUID | None = None, guest_order: UUID | None = None, role: Role | None = None
) -> Iterator[None]:
    """Read protected rows as one person, in one transaction.

    Stands around a view's body and its rendering: a lazy query of a template outside would see
    no rows. Raises RuntimeError inside an open transaction.
    """
    with acting_as(user_id, guest_order=guest_order, role=role), reading():
        yield


@contextmanager
def reading(*, durable: bool = True) -> Iterator[None]:
    """Read protected rows as whom the request or task works for, in one transaction.

    Without `durable` it may also stand inside a transaction of Django's own, as a savepoint.
    """
    with _transaction(durable=durable):
        yield


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let the transactions of the block read at one instant each, and write nothing.

    Stands around `reading_as`. Inside a test's transaction it changes nothing.
    """
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = raw.isolation_level, raw.read_only
    raw.isolation_level, raw.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        yield
    finally:
        # A connection of the pool goes on to somebody else; a lost one goes nowhere.
        if not raw.closed:
            raw.isolation_level, raw.read_only = before


@contextmanager
def acting_as(
    user_id: UUID | None, *, guest_order: UUID | None = None, role: Role | None = None
) -> Iterator[None]:
    """Do the block's transactions for one person, or for the guest whose order was proved.

    `role` replaces the database role of the request or task. Nothing is told to the database
    before a transaction begins, and it forgets it with the transaction. Raises RuntimeError
    inside an open one, which works for somebody already.
    """
    if _is_told.get():
        raise RuntimeError("this transaction works for somebody already")
    with context.bound(
        user_id=user_id, guest_order=guest_order, role=role or context.current().role
    ):
        yield


@contextmanager
def acting_as_staff(user_id: UUID | None) -> Iterator[None]:
    """Do the block's transactions as staff, under the audit's eyes."""
    with acting_as(user_id, role=Role.ADMIN), context.bound(is_staff_work=True):
        yield


def work_on(order_id: UUID) -> None:
    """Let the rest of this transaction see and write one more order: the one being placed."""
    now = context.current()
    _tell(replace(now, guest_order=order_id))


def work_on_new(order_id: UUID, *, numbers: str) -> int:
    """Let the rest of this transaction see and write an order that is being placed.

    Returns the next value of the sequence `numbers`: both take one statement together.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TELL_NEW, [str(order_id), numbers])
        return int(cursor.fetchone()[1])


def is_told() -> bool:
    """Whether a transaction is open that told the database for whom it works."""
    return _is_told.get()


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's five-character code behind a database error, or ''."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_duplicate(error: BaseException) -> bool:
    """Whether a unique constraint refused the row."""
    return sqlstate(error) == UNIQUE_VIOLATION


def _in_one_transaction(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with _transaction():
        # Reset before the commit: a listener of the news that calls a command is outside again.
        token = _in_command.set(True)
        try:
            return function(*args, **kwargs)
        finally:
            _in_command.reset(token)


@contextmanager
def _transaction(*, durable: bool = True) -> Iterator[None]:
    """Open a transaction that works for the current context, and for nobody else afterwards."""
    try:
        with transaction.atomic(durable=durable):
            token = _is_told.set(True)
            try:
                _tell(context.current())
                yield
            finally:
                _is_told.reset(token)
    finally:
        if connection.in_atomic_block and not connection.needs_rollback:
            # A transaction around it (a test's, say) goes on: it is nobody's again.
            connection.connection.execute(_FORGET, {"role": settings.DATABASE_ROLE})


# `set_config(…, true)` is the only form that is safe with a pool: the session form was seen to
# leak one person's context into another's connection.
_TELL = """
SELECT set_config('role', %(role)s, true),
       set_config('app.user_id', %(user_id)s, true),
       set_config('app.guest_order', %(guest_order)s, true),
       set_config('app.staff', %(staff)s, true)
"""
_TELL_NEW = "SELECT set_config('app.guest_order', %s, true), nextval(%s)"
_FORGET = """
SELECT set_config('role', %(role)s, true), set_config('app.user_id', '', true),
       set_config('app.guest_order', '', true), set_config('app.staff', '', true)
"""


def _tell(now: Context) -> None:
    """Set who reads and writes for the rest of this transaction (and never longer)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            {
                "role": now.role or settings.ACTING_ROLE,
                "user_id": str(now.user_id or ""),
                "guest_order": str(now.guest_order or ""),
                "staff": _origin(now) if now.is_staff_work else "",
            },
        )


def _origin(now: Context) -> str:
    """Who and from where, for the audit trigger."""
    return json.dumps(
        {
            "user_id": str(now.user_id) if now.user_id else None,
            "ip_address": now.inet,
            "user_agent": now.user_agent,
            "request_id": now.request_id,
        }
    )


def _with_retries(work: Callable[[], T]) -> T:
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except OperationalError as error:
            if attempt == TRIES or sqlstate(error) not in RETRYABLE:
                raise
            # Jitter, so that two commands that met once don't meet again.
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - not a secret
    raise AssertionError("unreachable")
