"""What each kind of process has for a connection: its role, its time limits, its pool."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from tests.ledger import ledger
from tests.payments.sandbox_process import ROOT

LOOK = """
import json, django; django.setup()
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT current_user::text, current_setting('statement_timeout'),"
        " current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')"
    )
    found = dict(zip(("role", "statement", "lock", "idle"), cursor.fetchone()))
options = settings.DATABASES["default"]["OPTIONS"]
print(json.dumps(found | {name: options.get(name) for name in ("pool", "connect_timeout")}))
connection.close_pool()
"""


def connection_of(process: str) -> dict[str, Any]:
    env = {**os.environ, "SHOPFLOW_PROCESS": process, "DJANGO_SETTINGS_MODULE": "shopflow.settings"}
    printed = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(printed.stdout)
    return found


@ledger("S1-59", "S1-61", "S4-21", "S4-22")
def test_of_a_page_is_short_and_pooled() -> None:
    assert connection_of("web") == {
        "role": "shop_app",
        "statement": "5s",
        "lock": "2s",
        "idle": "10s",
        "connect_timeout": 2,
        "pool": {"min_size": 2, "max_size": 10, "timeout": 5, "max_idle": 30, "max_lifetime": 3600},
    }


@ledger("S4-22")
@pytest.mark.parametrize(
    ("process", "role", "limit"), [("worker", "shop_worker", "30s"), ("command", "shop_owner", "0")]
)
def test_of_other_processes_may_take_longer(process: str, role: str, limit: str) -> None:
    assert connection_of(process) == {
        "role": role,
        "statement": limit,
        "lock": "2s",
        "idle": "10s",
        "connect_timeout": None,
        "pool": None,
    }


@ledger("S1-105")
@pytest.mark.django_db
def test_the_server_logs_what_is_slow_and_what_changes_the_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('log_min_duration_statement'), current_setting('log_statement')"
        )
        assert cursor.fetchone() == ("200ms", "ddl")
