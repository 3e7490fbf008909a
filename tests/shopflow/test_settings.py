import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from tests.ledger import ledger

SHOW = """
import json
from django.db import connection
names = ["role", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
with connection.cursor() as cursor:
    shown = [cursor.execute(f"SHOW {name}").fetchone()[0] for name in names]
print(json.dumps([shown, connection.settings_dict["OPTIONS"].get("pool")]))
connection.close_pool()
"""


@ledger("S2-161", "S4-22")
@pytest.mark.parametrize(
    ("process", "role", "statement_timeout"),
    [("web", "shop_app", "5s"), ("worker", "shop_worker", "30s"), ("command", "shop_owner", "0")],
)
def test_each_process_has_its_role_and_its_limits(
    process: str, role: str, statement_timeout: str
) -> None:
    shown, _ = said_by(process)

    assert shown == [role, statement_timeout, "2s", "10s"]


@ledger("S1-59", "S4-21")
@pytest.mark.parametrize(
    ("process", "pool"),
    [("web", {"min_size": 1, "max_size": 4, "timeout": 5}), ("worker", None)],
)
def test_a_web_process_keeps_a_small_pool(process: str, pool: Any) -> None:
    assert said_by(process)[1] == pool


def said_by(process: str) -> Any:
    """What a new process of the shop hears from the database and reads in its settings."""
    answered = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", SHOW],
        cwd=settings.BASE_DIR,
        env={**os.environ, "SHOPFLOW_PROCESS": process},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(answered.stdout)
