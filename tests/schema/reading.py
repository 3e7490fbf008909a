"""The migrated database in words as short as a seed's."""

from functools import cache

import pytest
from _pytest.mark import ParameterSet

from shopflow.blueprint.schema import Column, Table, tables
from tests.ledger import ledger

SHORT = {
    "character varying": "varchar",
    "timestamp with time zone": "timestamptz",
    "statement_timestamp()": "now()",
}
CASTS = ("::varchar(60)[]", "::varchar(10)[]", "::varchar", "::text", "::jsonb", "::numeric")


def asked(name: str, rows: str, wanted: str) -> ParameterSet:
    """Name a case after what it is about; `rows` of the ledger ask for the lines of `wanted`."""
    lines = [line.strip() for line in wanted.strip().splitlines()]
    mark = ledger(*rows.split())
    return pytest.param(name, lines, id=name, marks=mark)  # type: ignore[arg-type]  # a mark, typed as a decorator


@cache
def described() -> dict[str, Table]:
    """Every table of the shop by name."""
    return {table.name: table for table in tables()}


@cache
def definitions() -> dict[str, str]:
    """Every constraint, index and trigger by name, as PostgreSQL writes it."""
    return {
        name: short(definition)
        for table in described().values()
        for name, definition in (*table.constraints, *table.indexes, *table.triggers)
    }


def columns_of(table: str) -> list[str]:
    """Return each column in a line: name, type, whether it is needed, what it is by itself."""
    return [_line(column) for column in described()[table].columns]


def short(text: str) -> str:
    for long, word in SHORT.items():
        text = text.replace(long, word)
    for cast in CASTS:
        text = text.replace(cast, "")
    return text


def _line(column: Column) -> str:
    words = [column.name, short(column.type)]
    if column.is_required:
        words.append("NOT NULL")
    if column.default.startswith("generated: "):
        words.append(f"AS {short(column.default.removeprefix('generated: '))}")
    elif column.default:
        words.append(f"DEFAULT {short(column.default)}")
    return " ".join(words)
