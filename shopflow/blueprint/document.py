"""The tables as Markdown."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from shopflow.blueprint.schema import Column, Pairs, Table

HEAD = """\
# The data model

Every table of the shop with its columns, rules, indexes, triggers and row-level policies, written
by `make data-model` from the models and the migrated database, so it can't go stale: a test
compares. Why it is like this stands in [architecture.md](architecture.md) and the
[decisions](decisions/); who may do what in [database-roles.md](database-roles.md); how big it
gets in [performance-baseline.md](performance-baseline.md).

Conventions: ids are UUIDv7 made in Python; times are `timestamptz` in UTC; money is
`numeric(12,2)` with one ISO 4217 currency per header row; fixed sets are text with a CHECK; every
foreign key carries its ON DELETE. Rules a CHECK can't say are triggers and raise under their own
name, as a CHECK does.

![The tables and what they name](pictures/data-model.svg)
"""


def document(tables: list[Table]) -> str:
    """Return the whole page."""
    parts = [HEAD, *_contents(tables)]
    for app, members in groupby(tables, key=lambda table: table.app):
        parts.append(f"\n## {app}\n")
        parts.extend("\n".join(_table(table)) for table in members)
    return "\n".join(parts) + "\n"


def _contents(tables: list[Table]) -> Iterator[str]:
    columns = sum(len(table.columns) for table in tables)
    rules = sum(len(table.constraints) for table in tables)
    yield f"{len(tables)} tables, {columns} columns, {rules} keys and rules.\n"
    for app, members in groupby(tables, key=lambda table: table.app):
        links = ", ".join(f"[{table.name}](#{table.name})" for table in members)
        yield f"- **{app}**: {links}"


def _table(table: Table) -> Iterator[str]:
    yield f"\n### {table.name}\n"
    yield f"{table.meaning}\n"
    yield "| column | type | required | default | |"
    yield "|---|---|---|---|---|"
    yield from (_column(column, table.parents.get(column.name)) for column in table.columns)
    for title, pairs in (
        ("Keys and rules", table.constraints),
        ("Indexes", table.indexes),
        ("Triggers", table.triggers),
        ("Row-level policies", table.policies),
    ):
        yield from _list(title, pairs)


def _column(column: Column, parent: str | None) -> str:
    link = f"→ [{parent}](#{parent}). " if parent else ""
    default = f"`{_cell(column.default)}`" if column.default else ""
    required = "yes" if column.is_required else ""
    note = f"{link}{_cell(column.help)}".strip()
    return f"| {column.name} | {column.type} | {required} | {default} | {note} |"


def _list(title: str, pairs: Pairs) -> Iterable[str]:
    if pairs:
        yield f"\n{title}:\n"
        yield from (f"- `{name}`: `{' '.join(text.split())}`" for name, text in pairs)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
