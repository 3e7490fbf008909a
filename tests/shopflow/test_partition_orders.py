"""What the command has done to a shop of its own, because it changes the schema."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands as orders
from orders.commands import place
from orders.models import Order, OrderItem
from payments.commands import settle_cancelled
from shopflow.invariants import violations
from shopflow.lib import partitions
from shopflow.lib.ids import first_id_of, new_id
from shopflow.lib.mail import send_due
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as, sqlstate
from tests import factories
from tests.databases import another_database
from tests.ledger import ledger
from tests.payments.webhooks import Till
from tests.shopflow.orders_table import (
    ROWS,
    asked,
    fingerprint,
    kind,
    partition_of,
    portrait,
    sell_for_two_years,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Shop:
    """A shop whose orders are kept by month now, and how they were before."""

    shirt: ProductVariant
    unpaid: Order
    portrait: dict[str, set[tuple[str, ...]]]
    rows: list[Any]
    said: list[str]


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    with django_db_blocker.unblock(), another_database():
        factories.ship_to_the_us()
        sell_for_two_years()
        shirt = factories.variant_on_sale(stock=100)
        unpaid = factories.placed_order((shirt, 1), user=factories.UserFactory.create())
        before, rows, output = portrait(), fingerprint(), StringIO()
        call_command("partition_orders", stdout=output)
        yield Shop(shirt, unpaid, before, rows, output.getvalue().splitlines())


@ledger("S0-33", "S3-17", "S4-24")
def test_keeps_every_row_key_and_rule(shop: Shop) -> None:
    before, after = shop.portrait, portrait()

    assert (kind(), fingerprint()) == ("p", shop.rows)
    gone = {name: before[name] - after[name] for name in before}
    [(rule, index)] = gone["indexes"]
    assert index.startswith("CREATE UNIQUE INDEX")
    assert {name for _, name, _ in gone["constraints"]} <= {rule}
    for name in ("columns", "triggers", "policies", "security"):
        assert gone[name] == set()
    # The registry's key, the index that finds by number, the trigger that registers.
    new = {name: len(after[name] - before[name]) for name in before}
    assert {name: count for name, count in new.items() if count} == {
        "constraints": 1,
        "indexes": 1,
        "triggers": 1,
    }


def test_says_how_far_it_is(shop: Shop) -> None:
    months = [line for line in shop.said if re.fullmatch(r" *\d+  orders_\d{4}_\d\d", line)]

    assert sum(int(line.split()[0]) for line in months) == ROWS + 2
    assert months == sorted(months, key=lambda line: line[-7:])
    assert shop.said[len(months) :] == [
        "indexes, keys and rules …",
        f"{ROWS + 2} orders are kept by month now.",
    ]


@ledger("S4-24")
def test_the_shop_sells_as_before(shop: Shop, till: Till) -> None:
    factories.coupon("TENOFF", usage_limit=9)
    fresh, other = (factories.placed_order((shop.shirt, 2), code="TENOFF") for _ in range(2))

    for order in (shop.unpaid, fresh):
        till.paid(order)
        orders.ship(order_id=order.pk, carrier="UPS", tracking_number=order.order_number)
        orders.deliver(order_id=order.pk)
    till.start(other)
    orders.cancel(order_id=other.pk, reason="changed my mind")
    settle_cancelled(order_id=other.pk)
    inventory.publish(variant_ids=[shop.shirt.pk])

    for order in (shop.unpaid, fresh):
        found = Order.objects.get(order_number=order.order_number)
        assert (found.status, found.payment_status) == ("delivered", "paid")
    assert [step.to_status for step in other.history.all()] == ["pending", "cancelled"]
    send_due()
    assert {name: count for name, count in violations().items() if count} == {}
    assert partition_of(fresh) == f"orders_{timezone.now():%Y_%m}"


def test_everybody_sees_what_was_theirs(shop: Shop) -> None:
    other = factories.placed_order((shop.shirt, 1), user=factories.UserFactory.create())

    with reading_as(user_id=shop.unpaid.user_id, role=Role.APP):
        assert [order.pk for order in Order.objects.all()] == [shop.unpaid.pk]
        assert not Order.objects.filter(order_number=other.order_number).exists()
        details = Order.objects.with_details().get(order_number=shop.unpaid.order_number)
        assert [item.quantity for item in details.items.all()] == [1]
    with reading_as(guest_order=other.pk, role=Role.APP):
        assert [order.pk for order in Order.objects.all()] == [other.pk]
    with reading_as(role=Role.APP):
        assert Order.objects.count() == 0
    with reading_as(role=Role.WORKER):
        assert Order.objects.count() == ROWS + 3


@pytest.mark.parametrize("role", [Role.APP, Role.WORKER, Role.ADMIN, Role.READONLY])
@pytest.mark.parametrize("table", ["orders_default", "order_numbers"])
def test_nobody_gets_at_the_rows_another_way(shop: Shop, table: str, role: Role) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), reading_as(role=role):
        asked(f'SELECT * FROM "{table}"')  # noqa: S608 - our names


def test_a_number_is_refused_twice_whatever_the_month(shop: Shop) -> None:
    oldest = Order.objects.order_by("id")[0]
    [(rule,)] = {row[:1] for row in shop.portrait["indexes"] - portrait()["indexes"]}
    twin = Order.objects.get(pk=shop.unpaid.pk)
    twin.pk, twin.order_number = new_id(), oldest.order_number
    rename = Order.objects.filter(pk=shop.unpaid.pk).update

    assert refused(lambda: twin.save(force_insert=True)) == ("23505", rule)
    assert refused(lambda: rename(order_number=oldest.order_number)) == ("23505", rule)

    assert Order.objects.filter(order_number=oldest.order_number).get() == oldest


def test_a_number_that_changes_is_free_again(shop: Shop) -> None:
    [first, second] = Order.objects.order_by("id")[:2]

    Order.objects.filter(pk=first.pk).update(order_number="ORD-1998-0001")
    Order.objects.filter(pk=second.pk).update(order_number=first.order_number)

    found = asked("SELECT order_number FROM order_numbers WHERE row_id = %s", second.pk)
    assert found == [(first.order_number,)]


def test_a_line_without_an_order_is_refused(shop: Shop) -> None:
    item = OrderItem.objects.get(order=shop.unpaid)
    item.pk, item.order_id = new_id(), new_id()

    state, rule = refused(lambda: item.save(force_insert=True))

    assert state == "23503"
    assert (rule, "order_items") in {(row[1], row[0]) for row in portrait()["constraints"]}
    assert not OrderItem.objects.filter(pk=item.pk).exists()


def test_rows_without_a_month_move_with_all_that_points_at_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_year = timezone.now() + timedelta(days=400)
    monkeypatch.setattr(place, "new_id", lambda: first_id_of(next_year))
    order = factories.placed_order((shop.shirt, 1))
    before, keys = partition_of(order), portrait()["constraints"]

    with time_machine.travel(next_year):
        made = partitions.make_partitions(ahead=0)

    assert before == "orders_default"
    assert f"orders_{next_year:%Y_%m}" in made
    assert partition_of(order) == f"orders_{next_year:%Y_%m}"
    assert order.items.count() == 1
    assert portrait()["constraints"] == keys
    assert asked("SELECT count(*) FROM order_numbers WHERE row_id = %s", order.pk) == [(1,)]


def test_a_row_without_a_month_is_found(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "new_id", lambda: first_id_of(timezone.now() + timedelta(days=400)))
    factories.placed_order((shop.shirt, 1))

    assert violations()["default_partitions_are_empty"] == 1
    assert partitions.rows_in_default()["orders"] == 1


def test_cannot_be_done_twice(shop: Shop) -> None:
    with pytest.raises(CommandError, match="orders is partitioned already"):
        call_command("partition_orders")


def refused(work: Callable[[], object]) -> tuple[str, str]:
    """The code and the name of the rule that refuses a piece of work."""
    with pytest.raises(IntegrityError) as refusal:
        strictly(work)
    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg.Error)
    return sqlstate(refusal.value), cause.diag.constraint_name or ""


def strictly(work: Callable[[], object]) -> None:
    """Do it without waiting for the commit to check foreign keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        work()
