"""For whom a transaction worked ends with it, however it ends, on the very same connection."""

import json
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from orders.models import Order
from shopflow.lib import context
from shopflow.lib.transactions import (
    acting_as,
    acting_as_staff,
    command,
    reading,
    reading_as,
    work_on,
)
from tests.access.asking import one, rows, run
from tests.access.people import People
from tests.ledger import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("web_connection")]

NOBODY = ("shop_app", "", "", "")


def told() -> tuple[str, ...]:
    """Who the database takes us for, and what it was told."""
    [row] = rows(
        "SELECT current_user::text, coalesce(current_setting('app.user_id', true), ''),"
        " coalesce(current_setting('app.guest_order', true), ''),"
        " coalesce(current_setting('app.staff', true), '')"
    )
    return tuple(row)


def seen() -> set[UUID]:
    return set(Order.objects.values_list("pk", flat=True))


@command
def look() -> set[UUID]:
    return seen()


def see_and(then: Callable[[], None]) -> None:
    """Do something in the middle of somebody's work."""
    assert seen()
    then()


def read_and(then: Callable[[], None]) -> None:
    with reading():
        see_and(then)


def fail() -> None:
    raise ZeroDivisionError


def ask_nonsense() -> None:
    run("SELECT 1/0")


def undo_a_savepoint() -> None:
    with transaction.atomic():
        work_on(UUID(int=1))
        transaction.set_rollback(True)


def fail_in_a_savepoint() -> None:
    with suppress(DatabaseError), transaction.atomic():
        work_on(UUID(int=1))
        ask_nonsense()
    assert seen()


def call_a_command() -> None:
    work_on(UUID(int=1))
    assert look() == seen() != set()


def nothing() -> None:
    pass


def cut_off() -> None:
    run("SET LOCAL ROLE NONE")  # the login's own connection
    run("SELECT pg_terminate_backend(pg_backend_pid())")


ENDS = [nothing, fail, ask_nonsense, undo_a_savepoint, fail_in_a_savepoint]


@ledger("S0-28", "C-52", "S3-24")
@pytest.mark.parametrize(
    ("begin", "end"),
    [
        *((command(see_and), end) for end in [*ENDS, call_a_command]),
        *((read_and, end) for end in ENDS),
    ],
)
def test_ends_with_its_transaction(
    people: People, begin: Callable[..., None], end: Callable[[], None]
) -> None:
    backend = one("SELECT pg_backend_pid()")
    with suppress(ZeroDivisionError, DatabaseError), acting_as(people.ada.user_id):
        begin(end)

    assert (told(), seen()) == (NOBODY, set())
    # Back to the pool, and out again for somebody else.
    connection.close()
    assert one("SELECT pg_backend_pid()") == backend
    assert (told(), seen(), look()) == (NOBODY, set(), set())
    with reading_as(guest_order=people.guest.order.pk):
        assert told() == ("shop_app", "", str(people.guest.order.pk), "")
        assert seen() == {people.guest.order.pk}
    assert context.current().user_id is None


def test_is_told_anew_when_a_command_tries_again(people: People) -> None:
    met: list[tuple[str, ...]] = []

    @command
    def work() -> set[UUID]:
        met.append(told())
        if len(met) < 3:
            work_on(people.guest.order.pk)
            run("DO $$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '40001'; END $$")
        return seen()

    with acting_as(people.ada.user_id):
        assert work() == {people.ada.order.pk}

    assert met == [("shop_app", str(people.ada.user_id), "", "")] * 3
    assert (told(), seen()) == (NOBODY, set())


def test_ends_with_a_connection_that_is_cut(people: People) -> None:
    first = one("SELECT pg_backend_pid()")
    with (
        pytest.raises(OperationalError, match="terminating connection"),
        reading_as(user_id=people.ada.user_id),
    ):
        cut_off()

    connection.close()
    assert one("SELECT pg_backend_pid()") != first
    assert (told(), seen()) == (NOBODY, set())


def test_ends_when_a_reader_is_left_in_the_middle(people: People) -> None:
    def numbers() -> Generator[str]:
        with reading_as(user_id=people.ada.user_id):
            yield from Order.objects.values_list("order_number", flat=True)

    reader = numbers()
    assert next(reader) == people.ada.order.order_number
    reader.close()

    assert (told(), seen()) == (NOBODY, set())


def test_is_not_changed_inside_its_transaction(people: People) -> None:
    with reading_as(user_id=people.ada.user_id):
        with (
            pytest.raises(RuntimeError, match="works for somebody already"),
            acting_as(people.bob.user_id),
        ):
            pass

        assert seen() == {people.ada.order.pk}


def test_is_not_inherited_by_who_hears_the_news(people: People) -> None:
    met: list[Any] = []

    @command
    def work() -> None:
        transaction.on_commit(lambda: met.append((told(), seen())))

    with acting_as(people.ada.user_id):
        work()

    # After the commit, outside the transaction: the database knows nobody any more.
    assert met == [(NOBODY, set())]


def test_of_staff_ends_with_their_page_too(people: People) -> None:
    with acting_as_staff(people.bob.user_id), reading():
        role, user_id, _, origin = told()
        assert (role, user_id) == ("shop_admin", str(people.bob.user_id))
        assert json.loads(origin)["user_id"] == str(people.bob.user_id)
        assert len(seen()) == 3

    assert (told(), seen()) == (NOBODY, set())
