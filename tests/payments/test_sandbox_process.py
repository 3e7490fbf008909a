import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import payments
from tests.payments.sandbox_process import ROOT, running_sandbox, send

GOOD = {
    "PATH": os.environ.get("PATH", ""),
    "SANDBOX_API_KEY": "sk_test_key",
    "SANDBOX_WEBHOOK_SECRET": "whsec_test",
    "SANDBOX_PORT": "0",
}


def start_badly(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "payments.sandbox"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SANDBOX_API_KEY", " ", "SANDBOX_API_KEY is empty"),
        ("SANDBOX_WEBHOOK_SECRET", "", "SANDBOX_WEBHOOK_SECRET is empty"),
        ("SANDBOX_WEBHOOK_SECRET", ",old", "SANDBOX_WEBHOOK_SECRET is empty"),
        ("SANDBOX_DB", "", "SANDBOX_DB is not set"),
        ("SANDBOX_PORT", "http", "SANDBOX_PORT is 'http', not a port number"),
        ("SANDBOX_PORT", "65536", "SANDBOX_PORT is '65536', not a port number"),
        ("SANDBOX_URL", "pay.example", "SANDBOX_URL is 'pay.example', not an address"),
        ("SANDBOX_WEBHOOK_URL", "ftp://x/", "SANDBOX_WEBHOOK_URL is 'ftp://x/', not an address"),
    ],
)
def test_refuses_to_start_with_a_clear_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    database = tmp_path / "ledger"

    ended = start_badly({**GOOD, "SANDBOX_DB": str(database), name: value})

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not database.exists()


def test_names_every_fault_at_once() -> None:
    ended = start_badly({"PATH": os.environ.get("PATH", "")})

    assert ended.stderr.count("\n  - ") == 3


def test_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with running_sandbox(database=tmp_path / "first") as sandbox:
        ended = start_badly(
            {**GOOD, "SANDBOX_DB": str(tmp_path / "second"), "SANDBOX_PORT": str(sandbox.port)}
        )

    assert ended.returncode == 1
    assert f"port {sandbox.port} is in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_says_that_the_file_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("not a database, whatever its name says" * 100)

    ended = start_badly({**GOOD, "SANDBOX_DB": str(tmp_path / "ledger")})

    assert ended.returncode == 1
    assert ended.stderr == ("The sandbox payment provider can't start: file is not a database\n")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly(tmp_path: Path, sign: signal.Signals) -> None:
    with running_sandbox(database=tmp_path / "ledger") as sandbox:
        sandbox.faults(delay=30)

        code = sandbox.end(sign)

    assert code == 0


def test_loses_nothing_when_killed(tmp_path: Path) -> None:
    with running_sandbox(database=tmp_path / "ledger") as sandbox:
        payment_id = sandbox.create(key="kept")["id"]
        paid = sandbox.pay(payment_id)
        refund = sandbox.refund(payment_id, 990, key="refund-1")
        sandbox.kill()

        with pytest.raises(ConnectionError):
            send("GET", f"{sandbox.url}/healthz")
        sandbox.start()

        assert sandbox.fetch(payment_id) == {**paid, "refunded": 990}
        assert sandbox.refund(payment_id, 990, key="refund-1").text == refund.text
        types = [event["type"] for event in sandbox.events(payment_id)]
        assert types == ["payment.captured", "payment.refunded"]


def test_answers_for_its_health_without_a_key(tmp_path: Path) -> None:
    with running_sandbox(database=tmp_path / "ledger") as sandbox:
        reply = send("GET", f"{sandbox.url}/healthz")

    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_sends_shoppers_to_its_public_address(tmp_path: Path) -> None:
    with running_sandbox(
        database=tmp_path / "ledger", public_url="https://pay.example/"
    ) as sandbox:
        payment = sandbox.create()

    assert payment["redirect_url"] == f"https://pay.example/pay/{payment['id']}"


def test_needs_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"payments"}
    sources = sorted((ROOT / "payments" / "sandbox").glob("*.py"))

    imported = {
        name
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        for name in names_of(node)
    }

    assert len(sources) > 5
    assert {name for name in imported if name.partition(".")[0] not in allowed} == set()
    assert {
        name
        for name in imported
        if name.startswith("payments") and not name.startswith("payments.sandbox")
    } == set()
    assert Path(str(payments.__file__)).read_text() == ""


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
