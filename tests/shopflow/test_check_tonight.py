import logging

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from shopflow.access.rights import HARD_DELETED
from shopflow.invariants import INVARIANTS
from shopflow.invariants.commands import KEPT_FOR_GOOD, check_tonight
from shopflow.lib.models import InvariantRun
from shopflow.tasks import check_invariants
from tests import factories
from tests.ledger import ledger
from tests.payments.sandbox_process import Sandbox
from tests.shopflow.busy_shop import BREAKS, raw

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("compared_shop")
def test_writes_down_that_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    run = check_tonight()

    assert run == InvariantRun.objects.get()
    assert run.counts == dict.fromkeys((invariant.name for invariant in INVARIANTS), 0)
    assert (run.row_counts["orders"], run.row_counts["refunds"]) == (4, 1)
    assert run.started_at < run.finished_at < timezone.now()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.usefixtures("compared_shop")
def test_logs_an_error_for_each_broken_rule(caplog: pytest.LogCaptureFixture) -> None:
    raw(BREAKS["coupon_uses_equal_count"])
    raw(BREAKS["invoice_numbers_have_no_gap"])

    run = check_tonight()

    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [
        "coupon_uses_equal_count is broken by 1 rows (TENOFF …): "
        "The count of a coupon with a limit is its unreleased uses, and within it.",
        "invoice_numbers_have_no_gap is broken by 1 rows (2026-1 …): "
        "The invoices of a series have every number from 1 to its counter, and none beyond.",
    ]
    assert {name for name, count in run.counts.items() if count} == {
        "coupon_uses_equal_count",
        "invoice_numbers_have_no_gap",
    }


@pytest.mark.usefixtures("compared_shop")
def test_holds_nothing_against_what_is_on_its_way(caplog: pytest.LogCaptureFixture) -> None:
    raw(BREAKS["inbox_is_drained"])

    run = check_tonight()

    assert run.counts["inbox_is_drained"] == 0
    assert "inbox_is_drained" not in caplog.text


def test_says_that_a_provider_was_silent(
    own_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    own_sandbox.kill()

    run = check_tonight()

    assert run.counts["providers_ledger_equals_ours"] is None
    [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "providers_ledger_equals_ours could not be checked" in warning.getMessage()


@ledger("S2-147")
def test_raises_the_alarm_when_rows_are_gone(
    own_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    factories.UserFactory.create_batch(3)
    check_tonight()
    gone = User.objects.order_by("pk")[0]
    raw(f"DELETE FROM users WHERE id = '{gone.pk}'")  # noqa: S608 - an id of ours

    check_tonight()

    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == ["users has 2 rows, 1 fewer than before"]


def test_counts_only_tables_from_which_nothing_is_deleted() -> None:
    assert HARD_DELETED.isdisjoint(KEPT_FOR_GOOD)
    assert set(KEPT_FOR_GOOD) <= set(connection.introspection.table_names())


def test_the_task_may_run_twice(own_sandbox: Sandbox) -> None:
    check_invariants()
    check_invariants()

    first, second = InvariantRun.objects.order_by("id")
    assert first.counts == second.counts == dict.fromkeys(first.counts, 0)
