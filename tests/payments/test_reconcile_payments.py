from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from orders.models import Order
from payments.commands import reconciling
from tests.payments.sandbox_process import Sandbox, running_sandbox
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


def test_says_what_differs_and_fails(order: Order, till: Till) -> None:
    till.pay(order)
    till.sandbox.pay(till.sandbox.create(reference="ORD-X")["id"])
    out, err = StringIO(), StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile_payments", stdout=out, stderr=err)

    assert ended.value.code == 1
    assert f"Healed: captured {order.order_number}" in out.getvalue()
    assert "unknown_to_us: ORD-X" in err.getvalue()
    assert "ours nothing, theirs $59.90" in err.getvalue()


def test_is_quiet_when_all_is_well(order: Order, till: Till) -> None:
    till.paid(order)
    out, err = StringIO(), StringIO()

    call_command("reconcile_payments", stdout=out, stderr=err)

    assert out.getvalue() == "1 payments of the providers compared.\n"
    assert err.getvalue() == ""


def test_fails_otherwise_when_nobody_answered(till: Till) -> None:
    till.sandbox.kill()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile_payments", stdout=StringIO(), stderr=StringIO())

    assert ended.value.code == 2
