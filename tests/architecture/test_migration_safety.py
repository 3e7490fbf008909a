"""A new version may be installed while the old one is still selling: migrations are checked."""

import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tests.architecture.rules.migrations import (
    ACCEPTED,
    CONCURRENT,
    LOCKS,
    RENAMES,
    REQUIRED,
    changed_since,
    faults,
    last_release,
)
from tests.architecture.rules.tree import APPS
from tests.ledger import ledger

OURS = (*APPS, "lib")
TEXT = models.CharField(max_length=50, default="", db_default="")
ROOMY = models.CharField(max_length=255, unique=True)
BY_NAME = models.Index(fields=["name"], name="planted_idx")
NO_WAY_BACK = "has no way back"


@cache
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@cache
def project() -> ProjectState:
    """The project as it is now: what a planted migration is applied to."""
    return loader().project_state()


def planted(
    *done: Operation, name: str = "0099_planted", is_initial: bool | None = None
) -> Migration:
    """One more migration of the orders."""

    class Planted(Migration):
        initial = is_initial
        operations = done
        atomic = not any(isinstance(operation, CONCURRENT) for operation in done)

    return Planted(name, "orders")


def nothing(apps: object, schema_editor: object) -> None:
    """A change of data."""


@ledger("S1-65", "S2-131", "S2-137", "S2-151", "C-54", "C-56")
@pytest.mark.parametrize(
    "key",
    [key for key in sorted(MigrationLoader(None).disk_migrations) if key[0] in OURS],
    ids="-".join,
)
def test_no_migration_locks_out_the_version_before_it(key: tuple[str, str]) -> None:
    migration = loader().disk_migrations[key]
    before = None if migration.initial else loader().project_state(key, at_end=False)

    assert faults(migration, before) == []


def test_only_the_first_migrations_of_an_app_are_initial() -> None:
    for (app, name), migration in loader().disk_migrations.items():
        if app in OURS and migration.initial:
            before = {parent for parent in migration.dependencies if parent[0] == app}
            assert all(loader().disk_migrations[key].initial for key in before), name


def test_only_migrations_that_are_there_are_accepted() -> None:
    names = {f"{app}.{name}" for app, name in loader().disk_migrations}

    assert set(ACCEPTED) <= names


@ledger("S2-131")
def test_what_was_released_has_not_changed() -> None:
    release = last_release(settings.BASE_DIR)

    assert (changed_since(release, settings.BASE_DIR) if release else []) == []


@ledger("S2-127", "S2-128", "S2-129", "S2-130", "S2-135", "S2-136", "S2-137", "C-56")
@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        # Never in one deployment.
        (migrations.AddField("Order", "gift", models.BooleanField(default=False)), [REQUIRED]),
        (migrations.RemoveField("Order", "metadata"), ["drops a column"]),
        (migrations.DeleteModel("OrderTaxLine"), ["drops a table"]),
        (
            migrations.AlterField("Order", "customer_note", models.IntegerField(default=0)),
            ["changes a column's type"],
        ),
        (
            migrations.AlterField(
                "Order",
                "user",
                models.ForeignKey(
                    settings.AUTH_USER_MODEL,
                    models.RESTRICT,
                    null=True,
                    db_constraint=False,
                    db_index=False,
                    related_name="orders",
                ),
            ),
            ["drops a foreign key"],
        ),
        (
            migrations.RemoveField("Order", "user"),
            ["drops a column", "drops a foreign key"],
        ),
        (
            migrations.AlterField(
                "Order", "order_number", models.CharField(max_length=30, primary_key=True)
            ),
            ["changes a primary key"],
        ),
        (
            migrations.AddField("Order", "code", models.UUIDField(primary_key=True, db_default="")),
            ["changes a primary key"],
        ),
        # A rename is a drop and an add at once.
        (migrations.RenameField("Order", "metadata", "facts"), [RENAMES]),
        (migrations.RenameModel("OrderTaxLine", "OrderTax"), [RENAMES]),
        (migrations.AlterModelTable("OrderTaxLine", "order_taxes"), [RENAMES]),
        (
            migrations.AlterField(
                "Order", "metadata", models.JSONField(default=dict, db_column="facts")
            ),
            [RENAMES],
        ),
        # Writers wait for as long as an index is built.
        (migrations.AddIndex("Order", BY_NAME), [LOCKS]),
        (
            migrations.AddField(
                "Order", "code", models.CharField(max_length=9, db_index=True, db_default="")
            ),
            [LOCKS],
        ),
        (
            migrations.AlterField(
                "Order", "customer_email", models.EmailField(max_length=254, db_index=True)
            ),
            [LOCKS],
        ),
        (migrations.AlterUniqueTogether("Order", {("user", "placed_at")}), [LOCKS]),
        # Raw SQL can do all of it.
        (migrations.RunSQL("SELECT 1"), [NO_WAY_BACK]),
        (migrations.RunPython(nothing), [NO_WAY_BACK]),
        (
            migrations.SeparateDatabaseAndState(
                database_operations=[migrations.RunSQL("SELECT 1")]
            ),
            [NO_WAY_BACK],
        ),
        (migrations.RunSQL("ALTER TABLE x ADD y int NOT NULL", ""), ["runs SQL with NOT_NULL"]),
        (migrations.RunSQL("ALTER TABLE x DROP COLUMN y", ""), ["runs SQL with DROP_COLUMN"]),
        (migrations.RunSQL("SELECT 1;\nDROP TABLE x", ""), ["runs SQL with DROP_TABLE"]),
        (
            migrations.RunSQL("ALTER TABLE x ALTER COLUMN y TYPE text", ""),
            ["runs SQL with ALTER_COLUMN"],
        ),
        (migrations.RunSQL("ALTER TABLE x RENAME TO y", ""), ["runs SQL with RENAME_TABLE"]),
        (
            migrations.RunSQL("ALTER TABLE x\n DROP CONSTRAINT y", ""),
            ["drops a constraint, perhaps a foreign key"],
        ),
        (migrations.RunSQL("CREATE INDEX y ON x (z)", ""), ["runs SQL with CREATE_INDEX"]),
    ],
)
def test_what_must_not_be_done_at_once_is_refused(
    operation: Operation, expected: list[str]
) -> None:
    assert faults(planted(operation), project()) == expected


@ledger("S2-128", "S2-135")
@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("Order", "note", models.TextField(null=True)),
        migrations.AddField("Order", "gift", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("Order", "tags", models.ManyToManyField("catalog.Brand")),
        migrations.CreateModel("Gift", [("id", models.UUIDField(primary_key=True))]),
        migrations.AddConstraint(
            "Order", models.CheckConstraint(condition=models.Q(total__lt=9), name="orders_small")
        ),
        migrations.AlterField("Order", "customer_note", models.TextField(null=True)),
        AddIndexConcurrently("Order", BY_NAME),
        RemoveIndexConcurrently("Order", "orders_user_idx"),
        migrations.RunSQL("SELECT 1", migrations.RunSQL.noop),
        migrations.RunPython(nothing, migrations.RunPython.noop),
    ],
)
def test_what_only_adds_is_allowed(operation: Operation) -> None:
    assert faults(planted(operation), project()) == []


def test_a_new_table_may_have_what_it_likes() -> None:
    table = migrations.CreateModel("Gift", [("id", models.UUIDField(primary_key=True))])
    column = migrations.AddField("Gift", "name", models.CharField(max_length=9, unique=True))

    assert faults(planted(table, column), project()) == []


def test_a_table_that_is_made_and_dropped_elsewhere_is_not_new() -> None:
    table = migrations.CreateModel("Gift", [("id", models.UUIDField(primary_key=True))])

    assert faults(planted(table, migrations.RemoveField("Order", "metadata")), project()) == [
        "drops a column"
    ]


@ledger("C-55")
def test_an_index_is_built_concurrently_in_a_migration_of_its_own() -> None:
    beside = planted(
        AddIndexConcurrently("Order", BY_NAME), migrations.AddField("Order", "note", TEXT)
    )

    assert faults(beside, project()) == ["builds an index CONCURRENTLY beside something else"]


@ledger("S2-132")
def test_a_removal_is_accepted_by_name_once_nothing_uses_it() -> None:
    removal = planted(migrations.RemoveField("Order", "metadata"))

    accepted = {"orders.0099_planted": "unused since 1.3"}

    assert faults(removal, project(), accepted=accepted) == []
    assert faults(removal, project(), accepted={"orders.0098_other": ""}) == ["drops a column"]


def test_an_initial_migration_needs_a_way_back_too() -> None:
    first = planted(
        migrations.RunSQL("SELECT 1"), migrations.DeleteModel("OrderTaxLine"), is_initial=True
    )

    assert faults(first, None) == [NO_WAY_BACK]


@ledger("S1-62", "S1-64")
@pytest.mark.parametrize("name", ["0099_auto_20260101_1200", "planted", "99_planted", "0099_"])
def test_a_migration_says_what_it_does(name: str) -> None:
    unclear = planted(migrations.AddField("Order", "note", TEXT), name=name)

    assert faults(unclear, project()) == ["has a name that says nothing"]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A project with a migration in its release v1.9, after v1.10."""
    folder = tmp_path / "orders" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("first = 1\n")
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["commit", "--quiet", "--message", "All"],
        ["tag", "v1.9"],
        ["tag", "v1.10"],
    ):
        git(tmp_path, *command)
    return tmp_path


def git(folder: Path, *command: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *who, *command], cwd=folder, check=True)


def test_the_last_release_is_the_highest_version(released: Path) -> None:
    assert last_release(released) == "v1.10"


def test_nothing_is_released_without_a_tag(released: Path) -> None:
    git(released, "tag", "--delete", "v1.9", "v1.10")

    assert last_release(released) is None


def test_a_migration_added_after_a_release_is_no_change(released: Path) -> None:
    (released / "orders" / "migrations" / "0002_more.py").write_text("second = 2\n")
    git(released, "add", ".")

    assert changed_since("v1.10", released) == []


@pytest.mark.parametrize("happening", ["edited", "gone", "renamed"])
def test_a_released_migration_that_changes_is_found(released: Path, happening: str) -> None:
    first = released / "orders" / "migrations" / "0001_initial.py"
    if happening == "edited":
        first.write_text("first = 2\n")
    elif happening == "gone":
        first.unlink()
    else:
        first.rename(first.with_name("0001_other.py"))
        git(released, "add", ".")

    assert [Path(name).parent.name for name in changed_since("v1.10", released)] == ["migrations"]
