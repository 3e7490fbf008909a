from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.dispatch import Signal

from accounts.models import User
from shopflow.lib.news import announce
from shopflow.lib.transactions import (
    acting_as,
    command,
    reading_as,
    sqlstate,
    work_on,
)
from tests import factories
from tests.ledger import ledger
from tests.races.starting_gun import deadlocks, runners

USER, ORDER = UUID(int=1), UUID(int=2)


@command
def save(email: str) -> User:
    """A command of one row."""
    return factories.UserFactory.create(email=email)


@command
def save_both(first: str, second: str) -> None:
    """A command that calls another, then fails."""
    save(first)
    save(second)
    raise ZeroDivisionError


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
        return str(cursor.fetchone()[0])


@ledger("S0-4")
@pytest.mark.django_db(transaction=True)
def test_a_command_is_one_transaction() -> None:
    with pytest.raises(ZeroDivisionError):
        save_both("a@example.com", "b@example.com")

    assert not User.objects.exists()
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_command_refuses_an_open_transaction() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        save("a@example.com")

    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_calls_a_command_has_a_transaction_of_its_own() -> None:
    heard = Signal()
    open_then: list[bool] = []

    @command
    def react() -> None:
        open_then.append(connection.in_atomic_block)
        factories.UserFactory.create(email="listener@example.com")

    def listen(**_: object) -> None:
        open_then.append(connection.in_atomic_block)
        react()

    @command
    def act() -> None:
        announce(heard)

    heard.connect(listen)
    act()

    assert open_then == [False, True]
    assert User.objects.filter(email="listener@example.com").exists()


@pytest.mark.django_db
def test_a_command_tells_the_database_for_whom_it_works() -> None:
    @command
    def ask() -> tuple[str, str]:
        return setting("app.user_id"), setting("app.guest_order")

    with acting_as(None, guest_order=ORDER):
        assert ask() == ("", str(ORDER))


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_after_the_transaction() -> None:
    with reading_as(user_id=USER):
        assert setting("app.user_id") == str(USER)

    assert setting("app.user_id") == ""


@pytest.mark.django_db(transaction=True)
def test_reading_as_refuses_an_open_transaction() -> None:
    with (
        pytest.raises(RuntimeError, match="durable"),
        transaction.atomic(),
        reading_as(user_id=USER),
    ):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_guest_may_be_named_within_a_command() -> None:
    @command
    def place() -> tuple[str, str]:
        before = setting("app.guest_order")
        work_on(ORDER)
        return before, setting("app.guest_order")

    assert place() == ("", str(ORDER))


@pytest.mark.django_db
def test_sqlstate_names_the_databases_own_code() -> None:
    with pytest.raises(DatabaseError) as failed, transaction.atomic():
        connection.cursor().execute("SELECT 1/0")

    assert sqlstate(failed.value) == "22012"
    assert sqlstate(ValueError()) == ""


@pytest.mark.django_db
def test_a_command_tries_again_after_a_serialization_failure() -> None:
    tries = _failing("40001", times=2)

    assert next(tries) == 3


@pytest.mark.django_db
def test_a_command_gives_up_after_three_tries() -> None:
    with pytest.raises(OperationalError):
        next(_failing("40P01", times=3))


@pytest.mark.django_db
def test_a_command_tries_nothing_else_again() -> None:
    with pytest.raises(OperationalError):
        next(_failing("55P03", times=1))


def _failing(code: str, *, times: int) -> Iterator[int]:
    """Run a command whose first tries fail in the database with this code."""
    tries = 0

    @command
    def work() -> int:
        nonlocal tries
        tries += 1
        if tries <= times:
            connection.cursor().execute(
                f"DO $$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '{code}'; END $$"
            )
        return tries

    yield work()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("race")
def test_a_real_deadlock_is_survived() -> None:
    first, second = (factories.UserFactory.create() for _ in range(2))
    before = deadlocks()

    @command
    def rename(one: User, other: User) -> str:
        for user in (one, other):
            User.objects.select_for_update().get(pk=user.pk)
            connection.cursor().execute("SELECT pg_sleep(0.2)")
            User.objects.filter(pk=user.pk).update(first_name="Renamed")
        return "done"

    with runners(2) as running:
        results = running.race(partial(rename, first, second), partial(rename, second, first))

    assert results == ["done", "done"]
    assert deadlocks() == before + 1
    assert set(User.objects.values_list("first_name", flat=True)) == {"Renamed"}
