import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from catalog.models import Product
from orders.models import Order
from shopflow.baseline.hot import AUDIT_QUERIES, HOT_QUERIES
from shopflow.baseline.measure import Measured, Statement, measure
from shopflow.demo.load import load_demo_shop
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as
from tests.ledger import ledger
from tests.shopflow.test_fill_shop import SMALL, fill

pytestmark = pytest.mark.django_db
QUERIES = (*HOT_QUERIES, *AUDIT_QUERIES)


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def _busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a query takes beside the suite is no fault of the query."""
    monkeypatch.setattr("shopflow.baseline.measure.LIMIT_MS", float("inf"))


def statement(**facts: Any) -> Statement:
    usual: dict[str, Any] = {
        "sql": 'SELECT "products"."id" FROM "products"',
        "planning_ms": 0.5,
        "execution_ms": 1.0,
        "buffers": 3,
        "indexes": ["products_newest_idx"],
        "scanned": [],
        "plan": ["Index Scan using products_newest_idx on products (rows=1, blocks=3)"],
    }
    return Statement(**usual | facts)


@ledger("S2-154")
@pytest.mark.usefixtures("_busy_machine")
def test_measures_a_full_shop_and_writes_the_page(tmp_path: Path) -> None:
    demo = load_demo_shop().created
    fill()
    logged = AuditLog.objects.count()
    output = io.StringIO()

    call_command("baseline", "--docs", str(tmp_path), stdout=output)

    run = json.loads((tmp_path / "performance-baseline" / "1000.json").read_text())
    page = (tmp_path / "performance-baseline.md").read_text()
    assert (run["products"], run["orders"]) == (SMALL.products + demo, SMALL.orders)
    assert [query["title"] for query in run["queries"]] == [hot.title for hot in QUERIES]
    assert all(query["statements"] for query in run["queries"])
    assert {table["name"]: table["rows"] for table in run["tables"]}["orders"] == SMALL.orders
    assert AuditLog.objects.count() == logged
    for hot in QUERIES:
        assert f"### {hot.title}\n" in page
        assert f" ms  {hot.title}\n" in output.getvalue()


@pytest.mark.usefixtures("_busy_machine")
def test_shops_of_other_sizes_stay_on_the_page(tmp_path: Path) -> None:
    demo = load_demo_shop().created
    fill()
    call_command("baseline", "--docs", str(tmp_path), stdout=io.StringIO())
    folder = tmp_path / "performance-baseline"
    bigger = json.loads((folder / "1000.json").read_text())
    bigger["products"] = 1_000_000
    for query in bigger["queries"]:
        query["statements"] = [{**query["statements"][0], "execution_ms": 9.87}]
    (folder / "1000000.json").write_text(json.dumps(bigger))

    call_command("baseline", "--docs", str(tmp_path), stdout=io.StringIO())

    page = (tmp_path / "performance-baseline.md").read_text()
    assert f"Growth is from {SMALL.products + demo} products to 1,000,000." in page
    assert page.count(" 9.87 |") == len(QUERIES)


def test_a_shop_without_sales_has_nothing_to_measure(tmp_path: Path) -> None:
    load_demo_shop()

    with pytest.raises(CommandError, match="Fill the shop first"):
        call_command("baseline", "--docs", str(tmp_path))

    assert list(tmp_path.glob("*.md")) == []


def test_every_select_is_explained_in_place() -> None:
    """Row-level security adds its condition to the plan only for the role that it binds."""

    def nobodys_orders() -> None:
        with reading_as(role=Role.APP):
            assert list(Order.objects.filter(pk=new_id())) == []

    found = measure("Orders", nobodys_orders)

    (explained,) = found.statements
    assert any("InitPlan" in line or "Result" in line for line in explained.plan)


@ledger("S2-157")
def test_a_big_table_read_from_end_to_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopflow.baseline.measure.BIG", -1)

    found = measure("Titles", lambda: list(Product.objects.filter(seo_title="nothing")))

    assert found.faults == ["Titles: reads all of products"]


@ledger("S2-157")
def test_ten_milliseconds_are_too_many() -> None:
    slow = Measured("Slow", [statement(execution_ms=6.0), statement(execution_ms=4.0)])
    fast = Measured("Fast", [statement(execution_ms=6.0), statement(execution_ms=3.9)])

    assert slow.faults == ["Slow: 10.0 ms"]
    assert fast.faults == []
