"""The slowest statements, from pg_stat_statements where the server keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from shopflow.health.measure import Level, Limits, Measure
from shopflow.lib.roles import Role

# Milliseconds at the 95th percentile (seed 001, 10.1).
SLOW = Limits(200, 500)
# Fewer runs say nothing about the twentieth-slowest.
FEWEST_RUNS = 20
MOST_SHOWN = 10
NAME = "Statements of pages (95th percentile)"


@dataclass(frozen=True)
class Statement:
    """A kind of statement that pages ran; times in milliseconds."""

    query: str
    runs: str
    mean: float
    p95: float
    level: Level


def slowest() -> Sequence[Statement] | None:
    """Return the slowest statements of shoppers' and staff pages; None: the server doesn't say.

    The extension keeps mean and deviation, so the 95th percentile is an estimate
    (mean + 1.645 deviations). Only statements whose constants it replaces are shown.
    """
    try:
        with _maintenance_database() as postgres:
            rows = postgres.execute(
                _SLOWEST,
                [
                    connection.settings_dict["NAME"],
                    [Role.APP.value, Role.ADMIN.value],
                    FEWEST_RUNS,
                    MOST_SHOWN,
                ],
            ).fetchall()
    except psycopg.Error:
        return None
    return [Statement(query, runs, mean, p95, SLOW.judge(p95)) for query, runs, mean, p95 in rows]


def _maintenance_database() -> "psycopg.Connection[Any]":
    """Connect to where the extension is: beside the shop's database, out of its dumps."""
    told = {
        "dbname": "postgres",
        "options": f"-c role={Role.AUDIT} -c statement_timeout=5s",
    }
    return psycopg.connect(**(connection.get_connection_params() | told))


_SLOWEST = r"""
SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 300), to_char(calls, 'FM999,999,999,990'),
       mean_exec_time, mean_exec_time + 1.645 * stddev_exec_time AS p95
FROM pg_stat_statements s
JOIN pg_database d ON d.oid = s.dbid AND d.datname = %s
JOIN pg_roles r ON r.oid = s.userid AND r.rolname = ANY(%s)
WHERE calls >= %s AND query ~* '^\s*(select|insert|update|delete|with|merge)'
ORDER BY p95 DESC LIMIT %s
"""


def worst(statements: Sequence[Statement] | None) -> Measure:
    """Return the measure of the slowest of them."""
    if statements is None:
        return Measure(
            NAME, "not kept", Level.UNKNOWN, "Load pg_stat_statements (docs/database-setup.md)."
        )
    if not statements:
        return Measure(NAME, "too few runs to tell")
    return Measure(
        NAME,
        f"the slowest takes {statements[0].p95:.0f} ms",
        statements[0].level,
        "EXPLAIN (ANALYZE, BUFFERS) it: does it use an index?",
    )
