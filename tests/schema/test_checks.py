import re

import pytest
from django.db import connection

from tests.ledger import ledger
from tests.schema.reading import definitions, described

pytestmark = pytest.mark.django_db


@ledger("S2-22", "S2-118")
def test_hold_every_fixed_set() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT typname FROM pg_type WHERE typtype = 'e'")
        types = cursor.fetchall()
    unchecked = [
        f"{table.name}.{column.name}"
        for table in described().values()
        for column in table.columns
        if column.name in {"status", "type", "kind", "role"} and "character" in column.type
        if not any(f"({column.name})" in rule for _, rule in table.constraints if "CHECK" in rule)
    ]

    assert types == []
    # Providers have words of their own for what happened.
    assert unchecked == ["payment_events.type"]


@ledger("S2-36", "S2-43", "S2-61")
def test_never_ask_the_clock() -> None:
    # A rule that asks what time it is refuses good rows after a restore.
    clocks = re.compile(r"now\(\)|CURRENT_|_timestamp\(\)")
    checks = {name: rule for name, rule in definitions().items() if "CHECK" in rule}

    assert len(checks) > 200
    assert [name for name, rule in checks.items() if clocks.search(rule)] == []
