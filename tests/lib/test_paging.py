import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Brand, Product
from shopflow.lib.paging import InvalidCursor, Order, Page, page
from tests import factories

pytestmark = pytest.mark.django_db
BY_NAME = Order(["name", "id"])
BY_PRICE = Order(["-price", "-id"])
BY_TIME = Order(["-published_at", "-id"])


def cursor_of(fields: list[str], values: Any, *, backwards: Any = 0) -> str:
    document = json.dumps([backwards, fields, values])
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def make_products(prices: list[str]) -> list[Product]:
    return [
        Product.objects.create(
            name=f"Product {number}",
            slug=f"product-{number}",
            sku=f"P-{number}",
            price=Decimal(price),
            published_at=datetime(2025, 1, 1 + number // 2, tzinfo=UTC),
        )
        for number, price in enumerate(prices)
    ]


def walk(order: Order, limit: int, *, backwards: bool = False) -> list[list[Any]]:
    """Every page from the first to the last, or from the last to the first."""
    found: list[Page[Product]] = [
        page(Product.objects.all(), order=order, cursor=None, limit=limit)
    ]
    while cursor := found[-1].next:
        found.append(page(Product.objects.all(), order=order, cursor=cursor, limit=limit))
    if backwards:
        found = found[-1:]
        while cursor := found[-1].previous:
            found.append(page(Product.objects.all(), order=order, cursor=cursor, limit=limit))
    return [each.rows for each in found]


@pytest.mark.parametrize("order", [BY_PRICE, BY_TIME, BY_NAME], ids=["price", "time", "name"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_walks_through_all_rows_once(order: Order, limit: int) -> None:
    make_products(["5", "3", "5", "5", "1", "3", "9"])
    expected = list(Product.objects.order_by(*order.fields))

    there, back = walk(order, limit), walk(order, limit, backwards=True)

    assert [row for rows in there for row in rows] == expected
    assert [row for rows in reversed(back) for row in rows] == expected
    assert {len(rows) for rows in there[:-1]} <= {limit}


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after() -> None:
    make_products(["1", "2"])

    only = page(Product.objects.all(), order=BY_PRICE, cursor=None, limit=2)

    assert (only.next, only.previous) == (None, None)


def test_an_empty_list_is_one_empty_page() -> None:
    assert page(Brand.objects.all(), order=BY_NAME, cursor=None, limit=5) == Page([], None, None)


def test_a_new_row_moves_no_other_to_the_next_page() -> None:
    make_products(["9", "8", "7", "6"])
    first = page(Product.objects.all(), order=BY_PRICE, cursor=None, limit=2)
    Product.objects.create(name="New", slug="new", sku="NEW", price=Decimal("99"))

    second = page(Product.objects.all(), order=BY_PRICE, cursor=first.next, limit=2)

    assert [row.price for row in second.rows] == [7, 6]


def test_follows_a_relation_to_many() -> None:
    shelf = factories.category("Shirts")
    for price in ("3.00", "1.00", "2.00"):
        factories.variant_on_sale(price=price, stock=0, category_id=shelf.pk)
    order = Order(["shelves__price", "shelves__product"])
    rows = Product.objects.filter(shelves__category=shelf)

    first = page(rows, order=order, cursor=None, limit=2)
    second = page(rows, order=order, cursor=first.next, limit=2)

    assert [row.price for row in first.rows + second.rows] == [1, 2, 3]


def test_refuses_the_cursor_of_another_order() -> None:
    make_products(["1", "2"])
    cursor = page(Product.objects.all(), order=BY_PRICE, cursor=None, limit=1).next

    with pytest.raises(InvalidCursor) as refused:
        page(Product.objects.all(), order=BY_NAME, cursor=cursor, limit=1)

    assert (refused.value.code, refused.value.status) == ("invalid_cursor", 400)


UUID_ZERO = ["u", "0" * 32]


ODD = [
    ["abc", "abc"],
    [["d", "1"], "abc"],
    [["d", "1"], 5],
    [["d", "1"], ["t", "2025-01-01T00:00:00+00:00"]],
    [["u", "0" * 32], UUID_ZERO],
    [["d", "NaN"], UUID_ZERO],
    [["d", "1e999999"], UUID_ZERO],
    [["d", "0e-999999"], UUID_ZERO],
    [["d", "x"], UUID_ZERO],
    [["u", "x"], UUID_ZERO],
    [["t", "x"], UUID_ZERO],
    [["t", "2025-01-01T00:00:00"], UUID_ZERO],
    [2**63, UUID_ZERO],
    [1, UUID_ZERO],
    [1.5, UUID_ZERO],
    [None, UUID_ZERO],
    [[], UUID_ZERO],
    ["a\0b", UUID_ZERO],
    [True, UUID_ZERO],
    ["\ud800", UUID_ZERO],
    [["d", "1"]],
    {},
    "ab",
]


@pytest.mark.parametrize("values", ODD)
@pytest.mark.parametrize("order", [BY_PRICE, BY_TIME, BY_NAME], ids=["price", "time", "name"])
def test_refuses_a_forged_cursor(order: Order, values: Any) -> None:
    make_products(["1", "2"])
    cursor = cursor_of([*order.fields], values)

    with pytest.raises(InvalidCursor):
        page(Product.objects.all(), order=order, cursor=cursor, limit=5)


@pytest.mark.parametrize(
    ("order", "value"),
    [
        (BY_PRICE, ["t", "2025-01-01T00:00:00+00:00"]),
        (BY_PRICE, "abc"),
        (BY_TIME, ["d", "1"]),
        (BY_TIME, "abc"),
        (BY_NAME, ["d", "1"]),
    ],
)
def test_refuses_a_value_of_another_type(order: Order, value: Any) -> None:
    make_products(["1", "2"])
    cursor = cursor_of([*order.fields], [value, UUID_ZERO])

    with pytest.raises(InvalidCursor):
        page(Product.objects.all(), order=order, cursor=cursor, limit=5)


@given(cursor=st.text(min_size=1, max_size=60))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_refuses_what_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        page(Product.objects.all(), order=BY_PRICE, cursor=cursor, limit=5)


@pytest.mark.parametrize("document", ["[]", "null", "5", "[0,1,2]", "{}", "[" * 500, "[0,[],[]]"])
def test_refuses_a_document_that_is_none(document: str) -> None:
    cursor = base64.urlsafe_b64encode(document.encode()).decode()

    with pytest.raises(InvalidCursor):
        page(Product.objects.all(), order=BY_PRICE, cursor=cursor, limit=5)
