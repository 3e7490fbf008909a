from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from orders.models import Order
from payments.commands import refund, settle_refund
from payments.models import Payment
from payments.queries import WINDOW
from shopflow.invariants.providers import compare_ledgers
from tests.payments.sandbox_process import CARD_PAYS, Sandbox, running_sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=1)


@pytest.fixture
def own_till(own_sandbox: Sandbox) -> Till:
    return Till(own_sandbox)


@pytest.fixture
def other_sandbox(own_sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Iterator[Sandbox]:
    """Another provider under the same name, whose ledger is empty."""
    with running_sandbox(database=tmp_path / "other.sqlite3") as other:
        yield other


def differing(**how: object) -> tuple[int | None, list[str]]:
    finding = compare_ledgers(**how)  # type: ignore[arg-type]  # handed on
    return finding.count, list(finding.rows)


def test_finds_no_difference_where_there_is_none(order: Order, own_till: Till) -> None:
    payment = own_till.paid(order)
    row = refund(payment_id=payment.pk, amount=Decimal("10.00"), reason="torn seam")
    settle_refund(refund_id=row.pk)

    assert differing() == (0, [])


def test_an_attempt_that_brought_no_money_is_no_difference(order: Order, own_till: Till) -> None:
    own_till.start(order)

    assert differing() == (0, [])


def test_names_an_order_that_raw_sql_has_falsified(order: Order, own_till: Till) -> None:
    own_till.paid(order)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments SET amount_captured = amount_captured - 0.01")

    assert differing() == (1, [order.order_number])


def test_names_an_order_refunded_behind_our_back(order: Order, own_till: Till) -> None:
    payment = own_till.paid(order)
    own_till.sandbox.refund(payment.provider_payment_id, 500)

    assert differing() == (1, [order.order_number])


def test_names_money_taken_that_we_have_not_heard_of(order: Order, own_till: Till) -> None:
    own_till.pay(order)

    assert differing() == (1, [order.order_number])


def test_names_money_taken_for_a_payment_that_we_do_not_know(own_sandbox: Sandbox) -> None:
    own_sandbox.pay(own_sandbox.create(reference="ORD-GONE")["id"], CARD_PAYS)

    assert differing() == (1, ["ORD-GONE"])


def test_names_money_of_ours_that_they_do_not_know(
    order: Order, own_till: Till, other_sandbox: Sandbox, settings: Settings
) -> None:
    own_till.paid(order)
    settings.SANDBOX_URL = other_sandbox.url

    assert differing() == (1, [order.order_number])


def test_leaves_out_payments_that_are_still_moving(order: Order, own_till: Till) -> None:
    own_till.pay(order)

    assert differing(settled=timezone.now() - LONG_AGO) == (0, [])
    assert differing(settled=timezone.now()) == (1, [order.order_number])


def test_leaves_out_a_refund_that_was_settled_just_now(order: Order, own_till: Till) -> None:
    payment = own_till.paid(order)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments SET attempted_at = now() - interval '2 days'")
        cursor.execute("UPDATE payments SET captured_at = now() - interval '2 days'")
    row = refund(payment_id=payment.pk, amount=Decimal("10.00"), reason="torn seam")
    settle_refund(refund_id=row.pk)
    own_till.sandbox.refund(payment.provider_payment_id, 500)

    assert differing(settled=timezone.now() - LONG_AGO) == (0, [])
    assert differing(settled=timezone.now()) == (1, [order.order_number])


def test_asks_for_payments_of_the_window_only(
    order: Order, own_till: Till, other_sandbox: Sandbox, settings: Settings
) -> None:
    own_till.paid(order)
    Payment.objects.update(attempted_at=F("attempted_at") - WINDOW)
    settings.SANDBOX_URL = other_sandbox.url

    assert differing() == (0, [])


def test_looks_up_what_was_begun_before_the_window(order: Order, own_till: Till) -> None:
    own_till.paid(order)
    Payment.objects.update(attempted_at=F("attempted_at") - WINDOW)

    assert differing() == (0, [])


def test_knows_nothing_when_the_provider_is_silent(own_sandbox: Sandbox) -> None:
    own_sandbox.kill()

    finding = compare_ledgers()

    assert finding.is_unknown
    assert not finding.is_broken
    assert finding.why.startswith("sandbox: The payment provider can't be reached")


def test_a_silent_provider_hides_no_difference(
    order: Order, own_till: Till, settings: Settings
) -> None:
    own_till.pay(order)
    settings.PAYMENT_PROVIDERS = ["sandbox", "carrier-pigeon"]

    finding = compare_ledgers()

    assert (finding.count, finding.rows) == (1, [order.order_number])
    assert finding.why == "carrier-pigeon: There is no such payment provider."


def test_reads_more_than_one_page(own_sandbox: Sandbox) -> None:
    for number in range(101):
        own_sandbox.pay(own_sandbox.create(reference=f"ORD-{number:03}")["id"], CARD_PAYS)

    assert differing() == (101, ["ORD-000", "ORD-001", "ORD-002", "ORD-003", "ORD-004"])
