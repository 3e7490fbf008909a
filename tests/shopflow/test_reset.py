import io
import sys
from pathlib import Path

import pytest
import redis
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from catalog.models import Product, ProductVariant
from inventory.models import Warehouse
from orders.models import Order
from payments import tasks
from shopflow.lib.queue import enqueue
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _developers_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.SITE_URL = "http://127.0.0.1:8000"
    monkeypatch.setenv("SHOPFLOW_STATE", str(tmp_path))


@ledger("S2-155")
def test_leaves_an_empty_shop() -> None:
    fresh = filled()
    factories.ship_to_the_us()
    factories.placed_order((factories.variant_on_sale(), 1), user=factories.UserFactory.create())

    output = run("--empty", "--yes")

    assert output == "The shop is empty. `manage.py create_owner` makes who runs it.\n"
    assert filled() == fresh
    assert Warehouse.objects.get().code == "MAIN"


def test_numbers_orders_from_the_start_again(variant: ProductVariant) -> None:
    first = factories.placed_order((variant, 1))
    run("--empty", "--yes")

    factories.ship_to_the_us()
    again = factories.placed_order((factories.variant_on_sale(), 1))

    assert again.pk != first.pk
    assert again.order_number.endswith("001001")


def test_can_be_followed_by_the_demo_shop(order: Order) -> None:
    output = run("--demo", "--yes")

    assert output.splitlines()[0] == "Demo shop: 74 products created, 0 updated, 0 unchanged"
    assert Product.objects.count() == 74
    assert not Order.objects.exists()


def test_removes_uploads_and_nothing_beside_them(settings: Settings) -> None:
    for name in ("products/2026/cup.webp", "brands/ocean.webp", "of somebody else.txt"):
        default_storage.save(name, ContentFile(b"x"))

    run("--empty", "--yes")

    files = [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert files == ["of somebody else.txt"]


def test_forgets_cached_pages_waiting_tasks_and_demo_passwords(
    queue: "redis.Redis", tmp_path: Path
) -> None:
    cache.set("page", "an old page")
    enqueue(tasks.process_event, "0")
    (tmp_path / "demo-logins.txt").write_text("owner@shopflow.example  secret")
    assert queue.llen("celery") == 1

    run("--empty", "--yes")

    assert cache.get("page") is None
    assert queue.llen("celery") == 0
    assert not (tmp_path / "demo-logins.txt").exists()


@pytest.mark.parametrize("answer", ["", "y"])
def test_removes_nothing_unless_one_says_yes(
    order: Order, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = books()
    answering(monkeypatch, answer)

    with pytest.raises(CommandError, match="Nothing was removed"):
        run("--empty")

    assert books() == before


def test_asks_first(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "yes\n")

    run("--empty")

    assert not Order.objects.exists()


def test_leaves_a_shop_in_production_alone(
    order: Order, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://shop.example"
    before = books()
    answering(monkeypatch, connection.settings_dict["NAME"])

    with pytest.raises(CommandError, match=r"https://shop\.example is no developer's machine"):
        run("--empty", "--yes")

    assert books() == before


def test_takes_a_shop_that_is_debugged_for_none_in_production(
    order: Order, settings: Settings
) -> None:
    settings.SITE_URL = "https://preview.shop.example"
    settings.DEBUG = True

    run("--empty", "--yes")

    assert not Order.objects.exists()


@pytest.mark.parametrize("answer", ["", "yes"])
def test_wants_the_name_of_the_database_in_production(
    order: Order, answer: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://shop.example"
    before = books()
    answering(monkeypatch, answer)

    with pytest.raises(CommandError, match="Nothing was removed"):
        run("--empty", "--force", "--yes")

    assert books() == before


def test_empties_a_shop_in_production_when_its_database_is_named(
    order: Order, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://shop.example"
    answering(monkeypatch, connection.settings_dict["NAME"])

    run("--empty", "--force")

    assert not Order.objects.exists()


@pytest.mark.parametrize("arguments", [[], ["--empty", "--demo"]])
def test_wants_to_know_what_comes_after(order: Order, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"--empty|--demo"):
        run(*arguments, "--yes")

    assert Order.objects.exists()


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("reset", *arguments, stdout=output)
    return output.getvalue()


def filled() -> set[str]:
    """The tables that hold anything."""
    return {table for table, content in books().items() if content}


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
