"""The commands of docs/disaster-recovery.md, run as they stand there."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from orders.models import Order
from shopflow.invariants import violations
from shopflow.lib.roles import Role
from tests import factories
from tests.databases import address, another_database, drop
from tests.ledger import ledger
from tests.schema.reading import described

pytestmark = pytest.mark.django_db(transaction=True)
RESTORED = f"test_restored_{os.getpid()}"


@pytest.fixture
def shop(transactional_db: None) -> Iterator[str]:
    with another_database():
        yield str(address()["dbname"])
        drop(RESTORED)


@ledger("S0-39", "S1-72", "S2-140", "S2-142", "S2-152", "S2-159", "S3-19", "S3-26", "S4-20")
def test_everything_comes_back(shop: str, tmp_path: Path) -> None:
    factories.ship_to_the_us()
    order = factories.placed_order((factories.variant_on_sale(stock=5), 2))
    before = counted()
    dump = tmp_path / "shopflow.dump"

    run("pg_dump", "--username=shop_backup", "--format=custom", f"--file={dump}", shop, role="")
    run("createdb", RESTORED)
    run("pg_restore", f"--dbname={RESTORED}", "--exit-on-error", "--single-transaction", str(dump))

    assert before["orders"] == before["order_status_history"] == 1
    with inside(RESTORED):
        assert counted() == before
        assert Order.objects.get().order_number == order.order_number
        assert set(violations(instant_only=True).values()) == {0}


def test_nobody_dumps_a_part_of_the_rows(shop: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run("pg_dump", "--table=orders", shop, role=Role.AUDIT)

    assert "row-level security" in refused.value.stderr


@contextmanager
def inside(database: str) -> Iterator[None]:
    """Ask another database for as long as the block lasts."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def counted() -> dict[str, int]:
    """How many rows each table holds."""
    found = {}
    with connection.cursor() as cursor:
        for table in described():
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - ours
            found[table] = cursor.fetchone()[0]
    return found


def run(*command: str, role: str = Role.OWNER) -> None:
    """Run a program of PostgreSQL's as the shop's login in a role; without one it says who."""
    known = address()
    environ = {"PGHOST": known["host"], "PGPORT": str(known["port"]), "PGUSER": known["user"]}
    if role:
        environ["PGOPTIONS"] = f"-c role={role}"
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environ, "PGPASSWORD": known["password"]},
    )
