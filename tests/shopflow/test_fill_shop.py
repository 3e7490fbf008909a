import io
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import User
from catalog import queries
from catalog.models import Brand, Category, CategoryFacet, PriceHistory, Product, ProductVariant
from inventory.models import InventoryTransaction
from orders.models import Order
from shopflow.demo.fill.commands import COLUMNS, fill_shop
from shopflow.demo.fill.families import families
from shopflow.demo.fill.plan import plan
from shopflow.demo.fill.progress import Progress
from shopflow.demo.fill.sizes import SIZES, Size
from shopflow.demo.load import OPENED, load_demo_shop
from shopflow.invariants import violations
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.books import books
from tests.databases import another_database
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
SMALL = Size(products=400, orders=600, shoppers=60)
MADE_UP = r"-\d{7}$"
# What tables are without while they are filled.
RULES = """
    SELECT indexdef, '' FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace AND convalidated
    ORDER BY 1, 2
"""


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("SHOPFLOW_STATE", str(tmp_path))


@pytest.fixture
def _demo_shop(db: None, _own_folders: None) -> None:
    load_demo_shop()


def fill(seed: int = 7) -> str:
    shown = io.StringIO()
    planned = plan(size=SMALL, seed=seed, families=families())
    with acting_as(None, role=Role.OWNER):
        fill_shop(planned=planned, progress=Progress(shown))
    return shown.getvalue()


def rules() -> list[str]:
    """Every index and constraint; a condition may have got other brackets and casts."""
    with connection.cursor() as cursor:
        cursor.execute(RULES)
        found = [" ".join(row) for row in cursor.fetchall()]
    return sorted(re.sub(r"::[a-z ]+(\[\])?|[()]", "", text) for text in found)


@pytest.mark.usefixtures("_demo_shop")
def test_fills_every_table_to_size() -> None:
    shown = fill()

    assert Product.objects.filter(sku__regex=MADE_UP).count() == SMALL.products
    assert User.objects.filter(email__endswith="@shoppers.example").count() == SMALL.shoppers
    assert Order.objects.count() == SMALL.orders
    variants = ProductVariant.objects.filter(product__sku__regex=MADE_UP).count()
    assert 1.8 < variants / SMALL.products < 2.2
    prices = PriceHistory.objects.filter(variant__product__sku__regex=MADE_UP)
    assert prices.count() == variants
    assert Category.objects.count() >= 200
    assert Brand.objects.count() >= 400
    depths = {path.count(".") for path in Category.objects.values_list("path", flat=True)}
    assert depths == {0, 1, 2}
    assert "Orders                           600 in" in shown
    _check_spread()
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - of the code
            assert cursor.fetchone() == (True,), table


@ledger("S4-15")
@pytest.mark.usefixtures("_demo_shop")
def test_keeps_every_rule_and_puts_back_what_it_took_off() -> None:
    before = rules()

    fill()

    assert {name: count for name, count in violations().items() if count} == {}
    assert rules() == before
    _check_ledger()
    _check_facet(Category.objects.get(slug="clothing"))


@pytest.mark.usefixtures("_demo_shop")
def test_the_same_seed_makes_the_same_rows() -> None:
    empty = transaction.savepoint()
    _number_orders_from_1()
    fill(seed=3)
    first = books()
    transaction.savepoint_rollback(empty)
    _number_orders_from_1()

    fill(seed=3)

    # Words and facets are counted by commands: their ids are of today.
    counted = {"search_words": "", "category_facets": ""}
    assert books() | counted == first | counted


def test_another_seed_throws_other_dice() -> None:
    first = plan(size=SMALL, seed=1, families=families())

    second = plan(size=SMALL, seed=2, families=families())

    assert second.price != first.price
    assert second.line_variant != first.line_variant


@pytest.mark.usefixtures("_demo_shop")
def test_a_refused_row_leaves_the_shop_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, before = books(), rules()
    monkeypatch.setattr("shopflow.demo.fill.settling.PROVIDER", "x" * 31)

    with pytest.raises(psycopg.errors.StringDataRightTruncation):
        fill()

    assert books() == shop
    assert rules() == before


@pytest.fixture
def _own_database(transactional_db: None) -> Iterator[None]:
    """Filling makes indexes again, and what a condition says reads differently afterwards."""
    with another_database():
        yield


@pytest.mark.usefixtures("_own_database")
def test_the_command_fills_a_shop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "m", SMALL)
    call_command("seed", "--size", "m", "--seed", "5", stdout=io.StringIO())
    before = books()
    output = io.StringIO()

    call_command("seed", "--size", "m", "--seed", "6", stdout=output)

    assert "nothing was added" in output.getvalue()
    assert books() == before
    assert Order.objects.count() == SMALL.orders


def _number_orders_from_1() -> None:
    """A sequence doesn't go back with its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('order_number_digits', 1, false)")


def _check_spread() -> None:
    """Ids and times go over two years, so that sorts and pages behave as in an old shop."""
    rows = list(Product.objects.filter(sku__regex=MADE_UP).order_by("id"))
    times = [row.created_at for row in rows]
    assert times == sorted(times)
    assert [row.id.int >> 80 for row in rows] == [round(t.timestamp() * 1000) for t in times]
    assert {(row.id.version, row.id.variant) for row in rows} == {(7, "specified in RFC 4122")}
    assert (times[-1] - times[0]).days > 700
    assert times[-1] < OPENED


def _check_ledger() -> None:
    """What the ledger says is left goes by the order of the sales."""
    left: dict[Any, int] = defaultdict(int)
    for move in InventoryTransaction.objects.order_by("id"):
        left[move.inventory_id] += move.quantity_change
        assert move.quantity_after == left[move.inventory_id]


def _check_facet(category: Category) -> None:
    facet = CategoryFacet.objects.filter(category=category, facet="brand").first()
    assert facet is not None
    shown = queries.on_shelf(category).filter(brand__slug=facet.value)
    assert facet.product_count == shown.count()
