"""Columns that the database computes: right, and by nobody else."""

from functools import partial
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from tests.ledger import ledger
from tests.rules import schema
from tests.rules.rows import Values, column_of, row, update

pytestmark = pytest.mark.django_db
STOCK = {"quantity_on_hand": 10, "quantity_reserved": 3}
LINE = {"unit_price": "19.99", "quantity": 3}
LOW = {"min_stock_level": 2, "stock_quantity": 2}
GERMAN = {"language": "de", "name": "Rote Hemden"}
SHIRT = {
    "name": "Red shirts",
    "brand_name": "Acmé",
    "sku": "AB12",
    "description": "Soft",
    "keywords": "linen",
    "attributes": {"fit": "slim"},
}
# Word, place and weight.
WORDS = "'ab12':4B 'acm':3B 'linen':5C 'red':1A 'shirt':2A 'slim':7C 'soft':6"
NAMES = "'acm':3B 'red':1A 'shirt':2A"

GENERATED = [
    pytest.param("inventory", "quantity_available", STOCK, 7, id="available"),
    pytest.param("inventory", "is_low", {**STOCK, "reorder_point": 7}, True, id="low"),
    pytest.param("inventory", "is_low", {**STOCK, "reorder_point": 6}, False, id="not_low"),
    pytest.param("inventory", "is_low", {"reorder_point": 0}, False, id="never_low"),
    pytest.param("products", "is_low_in_stock", {**LOW, "stock_quantity": 2}, True, id="few"),
    pytest.param("products", "is_low_in_stock", {**LOW, "stock_quantity": 3}, False, id="many"),
    pytest.param("products", "is_low_in_stock", {"min_stock_level": 0}, False, id="never_few"),
    pytest.param(
        "products", "is_low_in_stock", {**LOW, "track_inventory": False}, False, id="untracked"
    ),
    pytest.param("products", "search", SHIRT, WORDS, id="words"),
    pytest.param("products", "names", SHIRT, NAMES, id="names"),
    *(
        pytest.param("products", "popularity", {"sales_count": sold}, level, id=f"sold_{sold}")
        for sold, level in ((0, 0), (1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (2**31 - 1, 31))
    ),
    pytest.param("synonyms", "stems", {"word": "running shoes"}, "'run' 'shoe'", id="phrase"),
    pytest.param(
        "search_words", "stems", {"language": "de", "word": "hemden"}, "'hemd'", id="stem"
    ),
    pytest.param("product_translations", "search", GERMAN, "'hemd':2A 'rot':1A", id="german"),
    pytest.param(
        "order_items",
        "line_total",
        {"unit_price": "19.99", "quantity": 3},
        "59.97",
        id="line_total",
    ),
    pytest.param("payout_lines", "net", {"amount": "10.00", "fee": "0.59"}, "9.41", id="net"),
]
COLUMNS = sorted({(str(case.values[0]), str(case.values[1])) for case in GENERATED})


@ledger("S1-36", "S2-53", "S2-106")
@pytest.mark.parametrize(("table", "column", "given", "expected"), GENERATED)
def test_are_computed(table: str, column: str, given: Values, expected: Any) -> None:
    value = column_of(table, row(table, **given), column)

    assert (value if isinstance(value, (bool, int)) else str(value)) == expected


@ledger("S2-53", "S2-106")
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_refuse_to_be_written(table: str, column: str) -> None:
    row_id = row(table)
    before = column_of(table, row_id, column)

    for write in (
        partial(row, table, **{column: before}),
        partial(update, table, row_id, {column: before}),
    ):
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            write()
        assert refused.value.__cause__.diag.sqlstate == "428C9"  # type: ignore[union-attr]  # psycopg's own
        assert f'"{column}"' in str(refused.value)


def test_are_all_tested() -> None:
    found = {
        (table, column.name)
        for table in schema.our_tables()
        for column in schema.columns(table).values()
        if column.is_generated
    }

    assert found == set(COLUMNS)
