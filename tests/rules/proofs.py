"""How a rule is proved: what it allows is taken, what it forbids is refused in its name.

And by nothing else: once the rule is dropped, the same statement passes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from django.db import IntegrityError, connection, transaction
from psycopg import sql

from shopflow.lib.ids import new_id
from tests.ledger import ledger as marked
from tests.rules import schema
from tests.rules.rows import Values, column_of, insert, row, update, valid
from tests.rules.schema import Column, Rule

NOTHING: Values = {}
DROPS = {
    "CONSTRAINT": "ALTER TABLE {table} DROP CONSTRAINT {name}",
    "INDEX": "DROP INDEX {name}",
    "TRIGGER": "DROP TRIGGER {name} ON {table}",
}
# How a column of a type gets another value.
ANOTHER = {
    "bool": "NOT coalesce({column}, false)",
    "int4": "coalesce({column}, 0) + 1",
    "jsonb": "'[\"changed\"]'",
    "numeric": "coalesce({column}, 0) + 1",
    "text": "'changed'",
    "timestamptz": "coalesce({column}, now()) + interval '1 day'",
    "uuid": "gen_random_uuid()",
    # As short as the shortest column.
    "varchar": "left(md5({column}), 2)",
}
BOOKKEEPING = frozenset({"id", "created_at", "updated_at"})


def check(
    name: str, given: Values, *breaks: Values, also: tuple[str, ...] = (), ledger: str = ""
) -> ParameterSet:
    """A rule about one row: the given one is taken, each change of it refused.

    `also` names rules that the changes can't but break too.
    """
    return proof(name, partial(_check, name, given, breaks, also), ledger)


def one_of(
    name: str, column: str, words: str, *, or_empty: bool = False, ledger: str = ""
) -> ParameterSet:
    """A rule that keeps a column inside a fixed set: each of these words is taken, no other."""
    values = {*words.split(), ""} if or_empty else {*words.split()}
    return proof(name, partial(_one_of, name, column, values), ledger)


def unique(
    name: str,
    *columns: str,
    given: Values = NOTHING,
    again: Values = NOTHING,
    other: Values = NOTHING,
    unless: tuple[Values, ...] = (),
    ledger: str = "",
) -> ParameterSet:
    """A rule about two rows: a second one with the same columns is refused.

    `again` is how the second is written although it counts as the same. With another value in any
    one of the columns it is taken (from `other`, where a fresh one doesn't come by itself), and so
    it is with each change of `unless`.
    """
    return proof(name, partial(_unique, name, columns, given, again, other, unless), ledger)


def append_only(name: str, *, erasable: tuple[str, ...] = (), ledger: str = "") -> ParameterSet:
    """A rule of a table whose rows are never changed or deleted; texts may be emptied for good."""
    return proof(name, partial(_append_only, name, erasable), ledger)


def frozen(
    name: str, *, but: Values, erasable: tuple[str, ...] = (), ledger: str = ""
) -> ParameterSet:
    """A rule of a table whose columns never change, but for those given a new value here.

    `erasable` ones, of JSON, may become {}.
    """
    return proof(name, partial(_frozen, name, but, erasable), ledger)


def proof(name: str, act: Callable[[], None], ledger: str = "") -> ParameterSet:
    """Name a proof after its rule; `ledger` are rows of the seeds, with spaces between."""
    marks = [marked(*ledger.split())] if ledger else []
    return pytest.param(act, id=name, marks=marks)  # type: ignore[arg-type]  # a mark, typed as a decorator


def refuses(rule: Rule, act: Callable[[], object], *, also: tuple[Rule, ...] = ()) -> None:
    """Assert that a rule or foreign key refuses the act, and that without it the act passes.

    Of several broken rules PostgreSQL names one: `also` are set aside.
    """
    with without(*also):
        assert refused_by(act) == rule.name
    with without(rule, *also):
        act()


def refused_by(act: Callable[[], object]) -> str:
    """Return the name of the rule that refuses the act."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act()
    return str(refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's


@contextmanager
def undone() -> Iterator[None]:
    """Undo what happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def without(*rules: Rule) -> Iterator[None]:
    """Drop rules for as long as it takes, and undo what happened meanwhile."""
    with undone():
        # A table with checks still to come can't be altered.
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")
        for rule in rules:
            run(DROPS[rule.kind], table=rule.table, name=rule.name)
        yield


def run(statement: str, *params: Any, **names: str) -> None:
    """Execute SQL; `names` are those of tables, columns and rules in it."""
    identifiers = {key: sql.Identifier(name) for key, name in names.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**identifiers), params)


def _check(name: str, given: Values, breaks: tuple[Values, ...], also: tuple[str, ...]) -> None:
    rule = schema.rules()[name]
    others = tuple(schema.rules()[other] for other in also)

    # Its unique columns must be free again.
    with undone():
        row(rule.table, **given)
    for change in breaks:
        broken = valid(rule.table, **{**given, **change})
        refuses(rule, partial(insert, rule.table, broken), also=others)


def _one_of(name: str, column: str, values: set[str]) -> None:
    rule = schema.rules()[name]
    # What else a status asks for are rules of their own.
    others = tuple(r for r in schema.rules_of(rule.table) if r != rule)

    with without(*others):
        for value in values:
            row(rule.table, **{column: value})
    for unknown in {"?", ""} - values:
        broken = valid(rule.table, **{column: unknown})
        refuses(rule, partial(insert, rule.table, broken), also=others)
    assert values - {""} == schema.choices(rule.table, column) - {""}


def _unique(
    name: str,
    columns: tuple[str, ...],
    given: Values,
    again: Values,
    other: Values,
    unless: tuple[Values, ...],
) -> None:
    rule = schema.rules()[name]
    first = row(rule.table, **given)
    same = {column: column_of(rule.table, first, column) for column in columns}
    second = {**given, **same, **again}

    refuses(rule, partial(insert, rule.table, valid(rule.table, **second)))

    fresh = {**given, **other}
    for column in columns:
        apart = {key: value for key, value in second.items() if key != column}
        if column in fresh:
            apart[column] = fresh[column]
        row(rule.table, **apart)
    for change in unless:
        row(rule.table, **{**second, **change})


def _append_only(name: str, erasable: tuple[str, ...]) -> None:
    rule = schema.rules()[name]
    row_id = row(rule.table, **dict.fromkeys(erasable, "said"))

    for column in erasable:
        assert refused_by(partial(update, rule.table, row_id, {column: "other"})) == name
        assert refused_by(partial(update, rule.table, row_id, {column: "", "id": new_id()})) == name
        update(rule.table, row_id, {column: ""})
        assert refused_by(partial(update, rule.table, row_id, {column: "said"})) == name
    for statement in (
        "UPDATE {table} SET id = id WHERE id = %s",
        "DELETE FROM {table} WHERE id = %s",
    ):
        refuses(rule, partial(run, statement, row_id, table=rule.table))


def _frozen(name: str, but: Values, erasable: tuple[str, ...]) -> None:
    rule = schema.rules()[name]
    row_id = row(rule.table, **{column: {"said": "so"} for column in erasable})

    for free, value in but.items():
        update(rule.table, row_id, {free: value() if callable(value) else value})
    for column in schema.columns(rule.table).values():
        if not (column.name in but or column.name in BOOKKEEPING or column.is_generated):
            assert refused_by(partial(_change, rule.table, column, row_id)) == name, column.name
    for column_name in erasable:
        update(rule.table, row_id, {column_name: {}})
        assert refused_by(partial(update, rule.table, row_id, {column_name: {"a": 1}})) == name


def _change(table: str, column: Column, row_id: Any) -> None:
    update = f"UPDATE {{table}} SET {{column}} = {ANOTHER[column.type]} WHERE id = %s"  # noqa: S608 - from above
    run(update, row_id, table=table, column=column.name)
