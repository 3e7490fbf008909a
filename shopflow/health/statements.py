"""The slowest statements, from pg_stat_statements where the server keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shopflow.health.measure import Level, Limits, Measure, ask

# Milliseconds at the 95th percentile (seed 001, 10.1).
SLOW = Limits(200, 500)
# Fewer runs say nothing about the twentieth-slowest.
FEWEST_RUNS = 20
MOST_SHOWN = 10
EXTENSION = "pg_stat_statements"
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
    [row] = ask(f"""
        SELECT (SELECT extnamespace::regnamespace::text FROM pg_extension
                WHERE extname = '{EXTENSION}') AS schema,
               EXISTS (SELECT FROM pg_settings WHERE name = '{EXTENSION}.max') AS is_loaded
    """)  # noqa: S608 - a name of ours
    if row["schema"] is None or not row["is_loaded"]:
        return None
    rows = ask(f"""
        SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 300) AS query,
               to_char(calls, 'FM999,999,999,990') AS runs,
               mean_exec_time AS mean, mean_exec_time + 1.645 * stddev_exec_time AS p95
        FROM {row["schema"]}.{EXTENSION} s
        JOIN pg_roles r ON r.oid = s.userid AND r.rolname IN ('shop_app', 'shop_admin')
        JOIN pg_database d ON d.oid = s.dbid AND d.datname = current_database()
        WHERE calls >= {FEWEST_RUNS} AND query ~* '^\\s*(select|insert|update|delete|with|merge)'
        ORDER BY 4 DESC LIMIT {MOST_SHOWN}
    """)  # noqa: S608 - names and numbers of ours
    return [Statement(**each, level=SLOW.judge(each["p95"])) for each in rows]


def worst(statements: Sequence[Statement] | None) -> Measure:
    """Return the measure of the slowest of them."""
    if statements is None:
        return Measure(
            NAME, "not kept", Level.UNKNOWN, f"Load {EXTENSION} (docs/database-setup.md)."
        )
    if not statements:
        return Measure(NAME, "too few runs to tell")
    return Measure(
        NAME,
        f"the slowest takes {statements[0].p95:.0f} ms",
        statements[0].level,
        "EXPLAIN (ANALYZE, BUFFERS) it: does it use an index?",
    )
