import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from shopflow.invariants import INVARIANTS, Finding, Invariant, asking, check, violations
from shopflow.invariants.commands import ON_ITS_WAY
from shopflow.lib.ids import new_id
from shopflow.lib.models import IdempotencyKey
from tests.ledger import ledger
from tests.payments.sandbox_process import Sandbox
from tests.shopflow.busy_shop import BREAKS, raw

pytestmark = pytest.mark.django_db
IN_SQL = [invariant.name for invariant in INVARIANTS if invariant.query]


def run(*options: str) -> tuple[int, list[str], str]:
    """The command's exit code, what it prints and what it complains about."""
    output, errors = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("check_invariants", *options, stdout=output, stderr=errors)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    return code, output.getvalue().splitlines(), errors.getvalue()


def found(name: str) -> Finding:
    return next(finding for finding in check() if finding.invariant.name == name)


@pytest.mark.usefixtures("compared_shop")
def test_finds_nothing_in_a_shop_that_is_right() -> None:
    code, lines, errors = run()

    assert (code, errors) == (0, "")
    assert lines == [f"     0  {invariant.name}" for invariant in INVARIANTS]


def test_covers_every_rule_of_the_data_model() -> None:
    assert {invariant.number for invariant in INVARIANTS} >= set(range(1, 15))


def test_every_invariant_is_broken_once_here() -> None:
    assert set(BREAKS) == {invariant.name for invariant in INVARIANTS}


@ledger("S2-105", "S2-109")
@pytest.mark.usefixtures("busy_shop")
@pytest.mark.parametrize("name", IN_SQL)
def test_names_what_raw_sql_has_broken(name: str) -> None:
    assert (found(name).count, found(name).rows) == (0, [])

    raw(BREAKS[name])

    broken = found(name)
    assert broken.count == len(broken.rows) == 1
    assert broken.rows[0]


@pytest.mark.usefixtures("busy_shop")
def test_prints_rule_and_rows_and_exits_with_1() -> None:
    raw(BREAKS["coupon_uses_equal_count"])

    code, lines, errors = run("--database-only")

    assert code == 1
    assert "     1  coupon_uses_equal_count" in lines
    assert errors == (
        "Broken: 9. The count of a coupon with a limit is its unreleased uses, and within it.\n"
        "        TENOFF\n"
    )


@pytest.mark.usefixtures("busy_shop")
def test_names_five_rows_and_counts_the_rest() -> None:
    raw("""
        INSERT INTO outbox_messages (id, topic, reference)
        SELECT gen_random_uuid(), 'mail', number FROM generate_series(1, 7) AS number
    """)

    code, lines, errors = run("--database-only")

    assert code == 1
    assert "     7  outbox_is_drained" in lines
    assert "        mail 1, mail 2, mail 3, mail 4, mail 5 and 2 more\n" in errors


@pytest.mark.usefixtures("compared_shop")
def test_asks_the_provider_too() -> None:
    raw(BREAKS["providers_ledger_equals_ours"])

    code, lines, errors = run()

    assert code == 1
    assert "     1  providers_ledger_equals_ours" in lines
    assert "Broken: 13. " in errors


def test_exits_with_2_when_the_provider_cannot_be_asked(own_sandbox: Sandbox) -> None:
    own_sandbox.kill()

    code, lines, errors = run()

    assert code == 2
    assert "     ?  providers_ledger_equals_ours" in lines
    assert "Not checked: 13. " in errors
    assert "sandbox: The payment provider can't be reached right now." in errors


def test_leaves_the_provider_out_on_request(own_sandbox: Sandbox) -> None:
    own_sandbox.kill()

    code, lines, errors = run("--database-only")

    assert (code, errors) == (0, "")
    assert [line.split()[1] for line in lines] == IN_SQL


def asked(monkeypatch: pytest.MonkeyPatch, *queries: str) -> None:
    """Let these queries be all there is to check."""
    invented = [
        Invariant(number, f"rule {number}", "", is_instant=True, query=query)
        for number, query in enumerate(queries)
    ]
    monkeypatch.setattr(asking, "INVARIANTS", invented)


def test_reads_as_the_role_for_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "SELECT current_user::text")

    assert [finding.rows for finding in check()] == [["shop_audit"]]


@pytest.mark.django_db(transaction=True)
def test_sees_one_instant_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(
        monkeypatch,
        "SELECT current_setting('transaction_isolation')",
        "SELECT 'read only ' || current_setting('transaction_read_only')",
        "SELECT 'limit ' || current_setting('statement_timeout')",
    )

    rows = [finding.rows for finding in check()]

    assert rows == [["repeatable read"], ["read only on"], ["limit 0"]]


def test_says_what_it_had_no_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "SELECT 'a' WHERE false", "SELECT 'b' FROM pg_sleep(60)", "SELECT 'c'")

    findings = check(within=1)

    assert [finding.count for finding in findings] == [0, None, None]
    assert [finding.invariant.number for finding in findings] == [0, 1, 2]
    assert findings[1].why == findings[2].why == asking.NO_TIME


def test_other_faults_of_a_query_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "SELECT no_such_column")

    with pytest.raises(Exception, match="no_such_column"):
        check()


@pytest.mark.usefixtures("busy_shop")
@pytest.mark.parametrize(
    "name", [invariant.name for invariant in INVARIANTS if not invariant.is_instant]
)
def test_leaves_out_what_is_still_on_its_way(name: str) -> None:
    raw(BREAKS[name])

    counts = {
        finding.invariant.name: finding.count
        for finding in check(settled=timezone.now() - ON_ITS_WAY)
    }

    assert counts.get(name, 0) == 0


@pytest.mark.usefixtures("busy_shop")
def test_leaves_out_what_holds_only_after_the_queues_are_drained() -> None:
    raw(BREAKS["inbox_is_drained"])

    counts = violations(instant_only=True)

    assert set(counts.values()) == {0}
    assert set(violations()) - set(counts) == {
        "cancelled_orders_keep_no_money",
        "gift_card_holds_are_of_unpaid_orders",
        "inbox_is_drained",
        "outbox_is_drained",
        "ratings_equal_reviews",
        "received_returns_are_settled",
        "stock_figures_equal_inventory",
    }


@pytest.mark.usefixtures("busy_shop")
def test_names_an_order_that_two_keys_bought() -> None:
    first = IdempotencyKey.objects.get()
    IdempotencyKey.objects.create(
        actor="guest",
        route="checkout",
        key="another-key",
        fingerprint="0" * 64,
        status=201,
        body=first.body,
    )

    assert violations()["one_order_per_accepted_key"] == 1


@pytest.mark.usefixtures("busy_shop")
def test_a_kept_refusal_names_no_order() -> None:
    IdempotencyKey.objects.create(
        id=new_id(),
        actor="guest",
        route="checkout",
        key="refused-key",
        fingerprint="0" * 64,
        status=409,
        body='{"code": "out_of_stock"}',
    )

    assert violations()["one_order_per_accepted_key"] == 0


@pytest.mark.usefixtures("busy_shop")
@pytest.mark.parametrize(
    ("sql", "missing"),
    [
        ("UPDATE invoice_counters SET last_number = 4", ["2026-3", "2026-4"]),
        ("UPDATE invoice_counters SET last_number = 1", ["2026-2"]),
        ("DELETE FROM invoice_counters", ["2026-1", "2026-2"]),
    ],
)
def test_names_invoice_numbers_that_do_not_fit_the_counter(sql: str, missing: list[str]) -> None:
    raw(sql)

    assert found("invoice_numbers_have_no_gap").rows == missing
