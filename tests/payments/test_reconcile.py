from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from orders import commands as orders
from orders.models import Order
from payments import tasks
from payments.commands import reconcile, reconciling, refund, settle_refund
from payments.models import Dispute, Payment, Payout, Reconciliation, Refund
from shopflow.invariants import violations
from tests.books import books
from tests.payments.disputes import decide, open_dispute
from tests.payments.sandbox_process import CARD_DECLINES, Sandbox, running_sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Iterator[Till]:
    """At a provider whose ledger knows this test's payments only."""
    with running_sandbox(database=tmp_path / "ledger.sqlite3") as own:
        settings.SANDBOX_URL = own.url
        yield Till(own)


@pytest.fixture(autouse=True)
def _nothing_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "ON_ITS_WAY", -timedelta(minutes=1))


def kinds(run: Reconciliation) -> list[str]:
    return [one["kind"] for one in run.differences]


def status_of(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.status, order.payment_status


def make_payout(till: Till) -> None:
    reply = till.sandbox.call("POST", "/_payouts", {"currency": "USD"})
    assert reply.status == 201, reply.text


def test_finds_nothing_where_both_say_the_same(order: Order, till: Till) -> None:
    payment = till.paid(order)
    row = refund(payment_id=payment.pk, amount=Decimal("10.00"), reason="torn seam")
    settle_refund(refund_id=row.pk)

    run = reconcile()

    assert (run.compared, run.healed, run.differences, run.silent) == (1, [], [], [])
    assert run.verdict == "ok"


def test_money_whose_news_was_lost_makes_its_order_paid(order: Order, till: Till) -> None:
    till.pay(order)

    run = reconcile()

    assert status_of(order) == ("confirmed", "paid")
    [healed] = run.healed
    assert (healed["kind"], healed["order_number"]) == ("captured", order.order_number)
    assert (run.differences, run.verdict) == ([], "ok")
    assert set(violations(instant_only=True).values()) == {0}


def test_money_for_an_expired_order_reopens_it(order: Order, till: Till) -> None:
    till.pay(order)
    orders.expire(order_id=order.pk)

    run = reconcile()

    assert status_of(order) == ("confirmed", "paid")
    assert run.differences == []


def test_money_for_a_cancelled_order_goes_back(order: Order, till: Till) -> None:
    payment = till.pay(order)
    orders.cancel(order_id=order.pk, reason="changed my mind")

    reconcile()
    settle_refund(refund_id=Refund.objects.get().pk)

    assert status_of(order) == ("cancelled", "refunded")
    assert till.sandbox.fetch(payment.provider_payment_id)["refunded"] == 11478
    assert kinds(reconcile()) == []


def test_a_cancelled_order_that_kept_its_money_sends_it_back(order: Order, till: Till) -> None:
    till.paid(order)
    orders.cancel(order_id=order.pk, reason="changed my mind")

    run = reconcile()

    assert [one["kind"] for one in run.healed] == ["order_closed"]
    assert Refund.objects.get().amount == order.total
    assert kinds(run) == []


def test_a_refund_that_failed_leaves_the_closed_order_in_red(order: Order, till: Till) -> None:
    till.paid(order)
    orders.cancel(order_id=order.pk, reason="changed my mind")
    reconcile()
    till.sandbox.faults(refunds_fail=1)
    settle_refund(refund_id=Refund.objects.get().pk)

    run = reconcile()

    assert (kinds(run), run.verdict) == (["order_closed"], "critical")
    assert run.differences[0]["order_number"] == order.order_number
    assert run.differences[0]["ours"] == "$114.78"


def test_a_declined_card_is_no_difference(order: Order, till: Till) -> None:
    till.pay(order, CARD_DECLINES)

    assert reconcile().differences == []
    assert status_of(order) == ("pending", "unpaid")


def test_money_without_an_order_is_seen(till: Till) -> None:
    made = till.sandbox.create(reference="ORD-2026-999999")
    till.sandbox.pay(made["id"])

    run = reconcile()

    [one] = run.differences
    assert (one["kind"], one["order_number"], one["subject"]) == (
        "unknown_to_us",
        "ORD-2026-999999",
        made["id"],
    )
    assert (one["ours"], one["theirs"]) == ("", "$59.90")
    assert run.verdict == "critical"


def test_money_that_only_we_know_is_seen(order: Order, till: Till, settings: Settings) -> None:
    till.paid(order)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments SET id = gen_random_uuid()")

    assert sorted(kinds(reconcile())) == ["unknown_to_them", "unknown_to_us"]


def test_another_amount_is_seen_and_changes_nothing(order: Order, till: Till) -> None:
    till.paid(order)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments SET amount = 200, amount_captured = 114.77")
    before = books()

    run = reconcile()

    assert kinds(run) == ["captured"]
    assert (run.differences[0]["ours"], run.differences[0]["theirs"]) == ("$114.77", "$114.78")
    after = books()
    assert {name for name in after if after[name] != before[name]} == {"reconciliations"}


def test_a_refund_by_hand_at_the_provider_is_seen(order: Order, till: Till) -> None:
    payment = till.paid(order)
    till.sandbox.refund(payment.provider_payment_id, 500)

    run = reconcile()

    assert kinds(run) == ["refunded"]
    assert (run.differences[0]["ours"], run.differences[0]["theirs"]) == ("$0.00", "$5.00")


def test_a_refund_whose_answer_was_lost_is_asked_after(order: Order, till: Till) -> None:
    payment = till.paid(order)
    row = refund(payment_id=payment.pk, amount=payment.amount, reason="torn seam")
    till.sandbox.faults(fail_after=1)
    settle_refund(refund_id=row.pk)
    row.refresh_from_db()
    assert row.status == "pending"

    run = reconcile()

    row.refresh_from_db()
    assert row.status == "succeeded"
    assert status_of(order) == ("refunded", "refunded")
    assert run.verdict in {"ok", "critical"}
    assert kinds(reconcile()) == []


def test_disputes_and_decisions_that_we_missed_take_effect(order: Order, till: Till) -> None:
    payment = till.paid(order)
    dispute_id = open_dispute(till.sandbox, payment)

    opened = reconcile()
    held = status_of(order)
    decide(till.sandbox, dispute_id, won=False)
    lost = reconcile()

    assert held == ("confirmed", "disputed")
    assert status_of(order) == ("refunded", "refunded")
    assert [run.healed[0]["what"] for run in (opened, lost)] == ["needs_response", "lost"]
    assert (opened.differences, lost.differences) == ([], [])
    assert Dispute.objects.get().status == "lost"
    assert reconcile().healed == []


def test_a_payout_is_matched_line_by_line(order: Order, till: Till) -> None:
    payment = till.paid(order)
    row = refund(payment_id=payment.pk, amount=Decimal("10.00"), reason="torn seam")
    settle_refund(refund_id=row.pk)
    make_payout(till)

    run = reconcile()

    payout = Payout.objects.get()
    assert payout.reconciled_at is not None
    assert payout.status == "paid"
    by_type = {line.type: line for line in payout.lines.all()}
    assert by_type["charge"].payment == payment
    assert by_type["refund"].refund == row
    assert by_type["charge"].amount == Decimal("114.78")
    assert sum(line.net for line in payout.lines.all()) == payout.amount
    assert run.differences == []


def test_a_payout_is_written_down_once(order: Order, till: Till) -> None:
    till.paid(order)
    make_payout(till)
    reconcile()
    before = books()

    reconcile()

    after = books()
    assert {name for name in after if after[name] != before[name]} <= {
        "reconciliations",
        "payouts",
    }
    assert Payout.objects.count() == 1


def test_a_payout_with_money_we_do_not_know_is_seen(till: Till) -> None:
    till.sandbox.pay(till.sandbox.create()["id"])
    make_payout(till)

    run = reconcile()

    assert sorted(kinds(run)) == ["payout", "unknown_to_us"]
    assert Payout.objects.get().reconciled_at is None


def test_a_silent_provider_is_named(order: Order, till: Till) -> None:
    till.paid(order)
    till.sandbox.kill()

    run = reconcile()

    assert run.verdict == "warning"
    assert run.silent[0].startswith("sandbox: The payment provider can't be reached")
    assert run.differences == []


def test_what_moved_just_now_is_not_held_against_anybody(
    order: Order, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "ON_ITS_WAY", timedelta(minutes=10))
    payment = till.paid(order)
    till.sandbox.refund(payment.provider_payment_id, 500)

    assert reconcile().differences == []


def test_the_nightly_task_writes_it_down(order: Order, till: Till) -> None:
    till.pay(order)

    tasks.reconcile()

    assert Reconciliation.objects.get().finished_at <= timezone.now()
    assert status_of(order) == ("confirmed", "paid")


def test_a_payment_is_brought_up_to_date_once(order: Order, till: Till) -> None:
    till.pay(order)
    reconcile()
    before = Payment.objects.get().updated_at

    run = reconcile()

    assert run.healed == []
    assert Payment.objects.get().updated_at == before
