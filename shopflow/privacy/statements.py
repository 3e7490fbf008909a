"""The SQL that erases: one statement for each table, made of the declarations; nothing runs here.

Its parameters are those of `paths.whose`, and `left_email` and `kept_since` besides. Saying it
again changes nothing.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Field, FileField, JSONField

from shopflow.access.rights import HARD_DELETED, PERSONAL_COLUMNS
from shopflow.privacy.columns import GOES_BY_ITSELF, KEPT_BY_LAW, LEFT
from shopflow.privacy.paths import (
    GIVEN,
    OF_ONE_OF_TWO,
    OF_THE_OTHER,
    PERSON,
    columns_of,
    tables,
    whose,
)

# A sale whose papers' term isn't over: it was confirmed, paid or invoiced, and neither it nor its
# last paper is from before.
SALE_IS_KEPT = """
(sale.confirmed_at IS NOT NULL OR sale.amount_paid > 0
    OR EXISTS (SELECT FROM invoices AS paper WHERE paper.order_id = sale.id))
AND greatest(
    sale.placed_at,
    (SELECT max(paper.issued_at) FROM invoices AS paper WHERE paper.order_id = sale.id)
) >= %(kept_since)s
"""
_TERM_IS_OVER = f"""
NOT EXISTS (SELECT FROM orders AS sale WHERE sale.id = order_id AND {SALE_IS_KEPT})
"""

# Orders whose papers nobody needs any more, of people who are erased and of guests.
EXPIRED_ORDERS = f"""
SELECT sale.id FROM orders AS sale
WHERE sale.placed_at < %(kept_since)s AND NOT ({SALE_IS_KEPT})
AND (
    sale.user_id IS NULL
    OR EXISTS (SELECT FROM erasure_log AS done WHERE done.user_id = sale.user_id)
)
AND (
    sale.customer_email NOT LIKE 'erased-%%@invalid'
    OR EXISTS (
        SELECT FROM order_addresses AS place WHERE place.order_id = sale.id
        AND (place.first_name, place.last_name, place.address_line_1) <> ('', '', '')
    )
    OR EXISTS (
        SELECT FROM invoices AS paper WHERE paper.order_id = sale.id
        AND (paper.snapshot <> '{{}}' OR paper.pdf <> '')
    )
)
ORDER BY sale.placed_at LIMIT %(most)s FOR NO KEY UPDATE OF sale SKIP LOCKED
"""  # noqa: S608 - constants of this file


@dataclass(frozen=True)
class Statement:
    """What erases something in a table; `files` finds the names of files that must go with it."""

    table: str
    sql: str
    files: str


def erasing(roots: dict[str, str]) -> Iterator[Statement]:
    """Yield what erases everything of theirs, parts before what they are part of."""
    if roots is PERSON:
        yield from (_ungiving(table, column) for table, column in GIVEN.items())
    for table in tables():
        theirs = whose(table, roots)
        if not theirs or table in GOES_BY_ITSELF:
            continue
        if table in HARD_DELETED:
            sql = f'DELETE FROM "{table}" WHERE {theirs}'  # noqa: S608 - names of the models
            yield Statement(table, sql, _files(table, _personal(table), f"({theirs})"))
        else:
            yield from _emptying(table, roots)


def _emptying(table: str, roots: dict[str, str]) -> Iterator[Statement]:
    kept = KEPT_BY_LAW.get(table, frozenset())
    both = {*_personal(table), *LEFT.get(table, {})}
    # Of orders whose term is over all goes, whomever it is about.
    ways_of = OF_ONE_OF_TWO.get(table, {}) if roots is PERSON else {}
    of_one = {column: by for column, by in ways_of.items() if column in both}
    free = both - set(of_one) - kept
    # What finds the row (an e-mail) is emptied last.
    groups: list[tuple[Set[str], str]] = [
        (free, whose(table, roots)),
        (kept, f"({whose(table, roots)}) AND {_TERM_IS_OVER}"),
    ]
    for ways in {frozenset(ways) for ways in of_one.values()}:
        mine = {column for column, by in of_one.items() if by == ways}
        groups.append((mine, whose(table, roots, by=set(ways))))
    for columns, theirs in groups:
        if columns and theirs:
            yield _update(table, sorted(columns), theirs)


def _ungiving(table: str, column: str) -> Statement:
    """Return what takes a person out of others' lists of whom they give something."""
    is_theirs = "lower(entry ->> 'recipient_email') = %(email)s"
    said = ", ".join(f"'{name}'" for name in OF_THE_OTHER)
    return Statement(
        table,
        f"""
        UPDATE "{table}" SET "{column}" = (
            SELECT jsonb_agg(
                CASE WHEN {is_theirs} THEN entry - ARRAY[{said}] ELSE entry END ORDER BY place
            )
            FROM jsonb_array_elements("{column}") WITH ORDINALITY AS told (entry, place)
        )
        WHERE "{column}" IS NOT NULL AND EXISTS (
            SELECT FROM jsonb_array_elements("{column}") AS told (entry) WHERE {is_theirs}
        ) AND NOT ({whose(table, PERSON)})
        """,  # noqa: S608 - names of the models
        "",
    )


def _update(table: str, columns: list[str], theirs: str) -> Statement:
    fields = columns_of(table)
    left = {name: LEFT.get(table, {}).get(name) or _empty(fields[name]) for name in columns}
    new = ", ".join(f'"{name}" = {value}' for name, value in left.items())
    changed = " OR ".join(f'"{name}" IS DISTINCT FROM {value}' for name, value in left.items())
    return Statement(
        table,
        f'UPDATE "{table}" SET {new} WHERE ({theirs}) AND ({changed})',  # noqa: S608 - see above
        _files(table, columns, f"({theirs})"),
    )


def _files(table: str, columns: Set[str] | list[str], theirs: str) -> str:
    names = [name for name in columns if isinstance(columns_of(table)[name], FileField)]
    if not names:
        return ""
    [name] = names
    return f'SELECT "{name}" FROM "{table}" WHERE {theirs} AND "{name}" <> \'\''  # noqa: S608 - see above


def _personal(table: str) -> Set[str]:
    return PERSONAL_COLUMNS.get(table, frozenset())


def _empty(field: "Field[object, object]") -> str:
    if field.null:
        return f"NULL::{field.db_type(connection)}"
    return "'{}'" if isinstance(field, JSONField | ArrayField) else "''"
