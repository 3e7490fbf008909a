"""`manage.py migrate` beside a shop that sells, and back again."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command, load_command_class
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, models
from django.db.migrations import AddField, CreateModel, Migration, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoDbBlocker

from shopflow.lib.postgres import patience
from shopflow.lib.postgres.migrating import PatientExecutor, short_locks
from tests.databases import address, another_database
from tests.ledger import ledger

Line = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def copy(transactional_db: None) -> Iterator[None]:
    """A database that was migrated from nothing, as the shared one was."""
    with another_database():
        yield


@pytest.fixture(scope="module")
def _another(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), another_database(empty=True):
        yield


@pytest.fixture
def brands(_another: None) -> None:
    """Two tables of the catalogue with what matters here, for migrations of the test's own."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        cursor.execute("CREATE TABLE categories (id uuid PRIMARY KEY)")
        cursor.execute("CREATE TABLE brands (id uuid PRIMARY KEY, name text, is_active boolean)")
        cursor.execute(
            "INSERT INTO brands VALUES (gen_random_uuid(), 'Ada', true),"
            " (gen_random_uuid(), 'Bell', true)"
        )
    MigrationRecorder(connection).ensure_schema()


@pytest.fixture
def holder(brands: None) -> Iterator[Line]:
    """A shopper's connection, with whatever locks the test gives it."""
    with psycopg.connect(**address()) as line:
        yield line


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens in the pauses between tries, one after the other, instead of waiting."""
    happenings: list[Callable[[], object]] = []
    monkeypatch.setattr(patience, "LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr("shopflow.lib.postgres.migrating.LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(
        "shopflow.lib.postgres.patience.time.sleep", lambda seconds: happenings.pop(0)()
    )
    return happenings


def planted(*done: Operation, is_atomic: bool = True) -> Migration:
    """A migration of the catalogue."""

    class Planted(Migration):
        operations = done
        atomic = is_atomic

    return Planted("planted", "catalog")


BY_NAME = AddIndexConcurrently("Brand", models.Index(fields=["name"], name="brands_planted_idx"))
MOTTO = AddField("Brand", "motto", models.CharField(max_length=50, default="", db_default=""))


def apply(migration: Migration) -> None:
    executor = PatientExecutor(connection)
    with short_locks():
        executor.apply_migration(executor.loader.project_state(), migration)


def times_recorded() -> int:
    return MigrationRecorder(connection).migration_qs.filter(name="planted").count()


def columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {
            column.name for column in connection.introspection.get_table_description(cursor, table)
        }


def index_is_valid() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'brands_planted_idx'::regclass"
        )
        return bool(cursor.fetchone()[0])


def shown(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return str(cursor.fetchone()[0])


def schema() -> str:
    """The whole schema as pg_dump writes it, without the months, which depend on the day."""
    known = connection.settings_dict
    dumped = subprocess.run(
        [
            "pg_dump",
            "--schema-only",
            "--role=shop_owner",
            "--exclude-table=*_2[0-9][0-9][0-9]_[01][0-9]",
            f"--host={known['HOST']}",
            f"--port={known['PORT'] or 5432}",
            f"--username={known['USER']}",
            known["NAME"],
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PGPASSWORD": known["PASSWORD"]},
    ).stdout
    # Newer versions begin and end a dump with a line of random characters.
    return "".join(line for line in dumped.splitlines(True) if "restrict " not in line)


@ledger("S0-37", "S1-63", "S2-133", "S2-151", "S2-158", "S3-27", "S4-14")
def test_goes_forward_and_back_and_forward_to_the_same_tables(copy: None) -> None:
    there = schema()

    # Takes away nearly all; what runs after each migrate finds the rest.
    call_command("migrate", "accounts", "zero", verbosity=0)
    executor = PatientExecutor(connection)
    with short_locks():
        executor.migrate([(app, None) for app in sorted(executor.loader.migrated_apps)])
    gone = schema()
    call_command("migrate", verbosity=0)
    again = schema()

    assert "CREATE TABLE public.orders (" in there
    assert re.findall("CREATE (?:TABLE|FUNCTION|SEQUENCE|VIEW) (.*?)[ (]", gone) == [
        "public.django_migrations"
    ]
    assert again == there


def test_comes_back_when_a_lock_is_not_to_be_had(
    holder: Line, pauses: list[Callable[[], object]]
) -> None:
    holder.execute("LOCK TABLE brands")
    pauses += [lambda: None, holder.rollback]

    apply(planted(MOTTO))

    assert pauses == []
    assert "motto" in columns_of("brands")
    assert times_recorded() == 1


def test_lets_go_of_what_it_holds_before_it_comes_back(
    holder: Line, pauses: list[Callable[[], object]]
) -> None:
    holder.execute("LOCK TABLE brands")

    def look_and_go() -> None:
        # The first table of the migration is free again, and nothing of it is done.
        with psycopg.connect(**address()) as shopper:
            shopper.execute("SET lock_timeout = '20ms'")
            shopper.execute("LOCK TABLE categories IN ROW EXCLUSIVE MODE")
        holder.rollback()

    pauses.append(look_and_go)

    apply(planted(AddField("Category", "motto", MOTTO.field), MOTTO))

    assert (pauses, times_recorded()) == ([], 1)


@ledger("S0-38")
def test_gives_up_in_the_end_and_has_changed_nothing(
    holder: Line, pauses: list[Callable[[], object]]
) -> None:
    holder.execute("LOCK TABLE brands")
    pauses += [lambda: None] * (patience.TRIES - 1)

    with pytest.raises(OperationalError, match="lock timeout"):
        apply(planted(AddField("Category", "motto", MOTTO.field), MOTTO))

    assert (pauses, times_recorded()) == ([], 0)
    assert "motto" not in columns_of("categories")


def test_comes_back_for_what_is_put_off_to_the_end(
    holder: Line, pauses: list[Callable[[], object]]
) -> None:
    # Foreign keys of new tables are made last, and lock the table they point at.
    holder.execute("LOCK TABLE brands IN ROW EXCLUSIVE MODE")
    pauses.append(holder.rollback)
    key = models.ForeignKey("catalog.Brand", on_delete=models.CASCADE)

    apply(planted(CreateModel("Motto", [("id", models.AutoField(primary_key=True)), ("of", key)])))

    assert (pauses, times_recorded()) == ([], 1)


def test_does_not_try_again_what_is_wrong(brands: None, pauses: list[Callable[[], object]]) -> None:
    with pytest.raises(ProgrammingError):
        apply(planted(MOTTO, RunSQL("SELECT nonsense", RunSQL.noop)))

    assert "motto" not in columns_of("brands")
    assert times_recorded() == 0


def test_goes_back_as_patiently(holder: Line, pauses: list[Callable[[], object]]) -> None:
    executor = PatientExecutor(connection)
    apply(planted(MOTTO))
    holder.execute("LOCK TABLE brands")
    pauses.append(holder.rollback)

    with short_locks():
        executor.unapply_migration(executor.loader.project_state(), planted(MOTTO))

    assert (pauses, times_recorded()) == ([], 0)
    assert "motto" not in columns_of("brands")


def test_may_take_its_time_once_it_has_its_locks(brands: None) -> None:
    asked = RunSQL(
        "CREATE TABLE planted_limits AS SELECT name, setting FROM pg_settings", RunSQL.noop
    )

    apply(planted(asked))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setting FROM planted_limits WHERE name IN"
            " ('statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout')"
            " ORDER BY name"
        )
        assert cursor.fetchall() == [("0",), ("2000",), ("0",)]


def test_the_command_waits_like_this() -> None:
    command = load_command_class("shopflow", "migrate")

    djangos = sys.modules[type(command).__mro__[1].__module__]
    assert vars(djangos)["MigrationExecutor"] is PatientExecutor


@ledger("C-55")
def test_builds_an_index_beside_a_transaction_that_holds_the_table(
    holder: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder.execute("UPDATE brands SET name = 'Babbage' WHERE name = 'Bell'")
    waited: list[str] = []

    def let_go(execute: Any, sql: str, params: Any, many: bool, about: Any) -> Any:
        if "CONCURRENTLY" in sql:
            with connection.cursor().connection.cursor() as cursor:
                waited.append(cursor.execute("SHOW lock_timeout").fetchone()[0])
            holder.commit()
        return execute(sql, params, many, about)

    with connection.execute_wrapper(let_go):
        apply(planted(BY_NAME, is_atomic=False))

    assert waited == ["0"]
    assert index_is_valid() is True
    assert shown("lock_timeout") == "2s"


@ledger("S0-38")
def test_replaces_an_index_whose_building_was_stopped(brands: None) -> None:
    broken = "CREATE UNIQUE INDEX CONCURRENTLY brands_planted_idx ON brands (is_active)"
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(broken)
    assert index_is_valid() is False

    apply(planted(BY_NAME, is_atomic=False))

    assert index_is_valid() is True


@ledger("S0-38")
def test_finds_an_index_that_is_there(brands: None) -> None:
    apply(planted(BY_NAME, is_atomic=False))
    MigrationRecorder(connection).record_unapplied("catalog", "planted")

    apply(planted(BY_NAME, is_atomic=False))

    assert (index_is_valid(), times_recorded()) == (True, 1)
