"""What a migration must not do while the version before it is still selling.

The list is seed 002's "never in one deployment" (section 3.4.2), with what follows from it; how
it's done instead stands in docs/migrations.md.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations import operations as do
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, Field, ForeignKey, GeneratedField, ManyToManyField
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

# Migrations that somebody has thought about: `app.0007_name` and why it's safe, such as since
# which version nothing uses what it removes.
ACCEPTED: dict[str, str] = {}
CONCURRENT = (AddIndexConcurrently, RemoveIndexConcurrently)
LOCKS = "builds an index while nobody can write"
RENAMES = "renames what the version before still uses"
REQUIRED = "adds a required column without a default in the database"
# What is wrong whatever it says.
ALWAYS: dict[type[Operation], str] = {
    do.DeleteModel: "drops a table",
    do.RenameField: RENAMES,
    do.RenameModel: RENAMES,
    do.AlterModelTable: RENAMES,
    do.AlterUniqueTogether: LOCKS,
    do.AlterIndexTogether: LOCKS,
    do.AddIndex: LOCKS,
}
DESCRIPTIVE = re.compile(r"\d{4}_(?!auto_)[a-z][a-z0-9_]*")


def faults(
    migration: Migration,
    before: ProjectState | None,
    *,
    accepted: Mapping[str, str] = ACCEPTED,
) -> list[str]:
    """Return what is wrong with a migration; `before` is the project it is applied to.

    Tables made by an app's first migrations hold no rows and nobody uses them: of an initial one
    only the way back is asked.
    """
    found = list(_one_way(migration.operations))
    if not DESCRIPTIVE.fullmatch(migration.name):
        found.append("has a name that says nothing")
    if migration.initial or before is None:
        return found
    state, made = before.clone(), _made(migration)
    for operation in migration.operations:
        now, state = state, state.clone()
        operation.state_forwards(migration.app_label, state)
        for part in _executed([operation]):
            if getattr(part, "model_name_lower", "") not in made:
                found += _of_one(part, migration.app_label, now, state)
    if not migration.atomic and not all(isinstance(o, CONCURRENT) for o in migration.operations):
        found.append("builds an index CONCURRENTLY beside something else")
    return [] if f"{migration.app_label}.{migration.name}" in accepted else found


def changed_since(release: str, root: Path) -> list[str]:
    """Return the migrations of a release (a git tag) that have changed or gone since."""
    return _git(root, "diff", "--name-only", "--diff-filter=a", release, "--", "*/migrations/*.py")


def last_release(root: Path) -> str | None:
    """Return the newest version's tag, or None as long as nothing is released."""
    tags = _git(root, "tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname")
    return tags[0] if tags else None


def _executed(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _executed(operation.database_operations)
        else:
            yield operation


def _one_way(operations: Sequence[Operation]) -> Iterator[str]:
    for operation in _executed(operations):
        if isinstance(operation, RunSQL | RunPython) and not operation.reversible:
            yield "has no way back"


def _made(migration: Migration) -> set[str]:
    """The models whose tables the migration itself makes."""
    creations = (o for o in migration.operations if isinstance(o, do.CreateModel))
    return {operation.name_lower for operation in creations}


def _of_one(
    operation: Operation, app: str, before: ProjectState, after: ProjectState
) -> Iterator[str]:
    if wrong := ALWAYS.get(type(operation)):
        yield wrong
    match operation:
        case RunSQL():
            yield from _of_sql(operation)
        case do.AddField():
            yield from _of_column(operation.field)
        case do.AlterField():
            yield from _of_change(_field(operation, app, before), _field(operation, app, after))
        case do.RemoveField():
            yield "drops a column"
            if isinstance(_field(operation, app, before), ForeignKey):
                yield "drops a foreign key"


def _of_column(field: "Field[Any, Any]") -> Iterator[str]:
    if isinstance(field, ManyToManyField):  # a table of its own
        return
    if field.primary_key:
        yield "changes a primary key"
    elif _is_indexed(field):
        yield LOCKS
    is_filled = field.null or field.db_default is not NOT_PROVIDED
    if not is_filled and not isinstance(field, GeneratedField):
        yield REQUIRED


def _of_change(old: "Field[Any, Any]", new: "Field[Any, Any]") -> Iterator[str]:
    if old.primary_key != new.primary_key:
        yield "changes a primary key"
    if old.db_type(connection) != new.db_type(connection):
        yield "changes a column's type"
    if old.column != new.column:
        yield RENAMES
    if _refers(old) and _refers(old) != _refers(new):
        yield "drops a foreign key"
    if _is_indexed(new) and not _is_indexed(old) and not new.primary_key:
        yield LOCKS
    if old.null and not new.null and new.db_default is NOT_PROVIDED:
        yield REQUIRED


def _of_sql(operation: RunSQL) -> Iterator[str]:
    sql = operation.sql
    parts = [sql] if isinstance(sql, str) else [p if isinstance(p, str) else p[0] for p in sql]
    statements = [" ".join(s.split()) for part in parts for s in part.split(";") if s.strip()]
    analyser = PostgresqlAnalyser([])
    analyser.analyse(statements)
    for issue in (*analyser.errors, *analyser.warnings):
        yield f"runs SQL with {issue.code}"
    if any(re.search(r"\bDROP CONSTRAINT\b", statement, re.IGNORECASE) for statement in statements):
        yield "drops a constraint, perhaps a foreign key"


def _field(operation: Any, app: str, state: ProjectState) -> Any:
    model = state.apps.get_model(app, operation.model_name)
    return model._meta.get_field(operation.name)


def _refers(field: Any) -> str:
    """The table that the database makes sure a column points into, or ''."""
    is_kept = field.is_relation and getattr(field, "db_constraint", False)
    return str(field.related_model._meta.db_table) if is_kept else ""


def _is_indexed(field: Any) -> bool:
    return bool(field.db_index or field.unique)


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
