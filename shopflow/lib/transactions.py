"""The shop's transactions: `@command` for writes, `reading_as` for reads of protected rows."""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction

from shopflow.lib import context

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3
UNIQUE_VIOLATION = "23505"
# Nothing was done and the same work may succeed: https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html
RETRYABLE = frozenset({"40001", "40P01"})

_in_command: ContextVar[bool] = ContextVar("in_command", default=False)


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
def reading_as(*, user_id: UUID | None = None, guest_order: UUID | None = None) -> Iterator[None]:
    """Read protected rows as one person, in one transaction.

    Stands around a view's body and its rendering: a lazy query of a template outside would see
    no rows. Raises RuntimeError inside an open transaction.
    """
    with (
        context.bound(user_id=user_id, guest_order=guest_order),
        transaction.atomic(durable=True),
    ):
        tell_the_database()
        yield


@contextmanager
def guest_order(order_id: UUID) -> Iterator[None]:
    """Work on an order whose guest link was proved, or that is just being placed."""
    with context.bound(guest_order=order_id):
        if connection.in_atomic_block:
            tell_the_database()
        yield


def tell_the_database() -> None:
    """Set who reads and writes for the rest of this transaction (and never longer).

    `set_config(…, true)` is the only form that is safe with a pool: the session form was seen to
    leak one person's context into another's connection.
    """
    now = context.current()
    if now.user_id is None and now.guest_order is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.guest_order', %s, true)",
            [str(now.user_id or ""), str(now.guest_order or "")],
        )


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's five-character code behind a database error, or ''."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_duplicate(error: BaseException) -> bool:
    """Whether a unique constraint refused the row."""
    return sqlstate(error) == UNIQUE_VIOLATION


def _in_one_transaction(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with transaction.atomic(durable=True):
        # Reset before the commit: a listener of the news that calls a command is outside again.
        token = _in_command.set(True)
        try:
            tell_the_database()
            return function(*args, **kwargs)
        finally:
            _in_command.reset(token)


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
