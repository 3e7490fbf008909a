"""What goes on at the moment: connections, transactions, replicas, load."""

import os
from collections.abc import Iterator

from shopflow.health.measure import Limits, Measure, ask

CONNECTIONS = Limits(70, 90)  # percent (seed 001, 10.1)
# Seconds. The shop's own transactions take at most 30; a longer one keeps vacuum from cleaning up.
TRANSACTION = Limits(10 * 60, 60 * 60)
# Seconds. 100 ms is what seed 002 wants; after 10 s a shopper could read what isn't true any more.
LAG = Limits(0.1, 10)
LOAD = Limits(1, float("inf"))  # running processes per core


def activity(*, is_local: bool) -> Iterator[Measure]:
    """Yield how busy the server is; the machine's load only where the server runs beside us."""
    yield _connections()
    yield _endings()
    yield _oldest_transaction()
    yield from _replicas()
    if is_local:
        yield _load()


def _connections() -> Measure:
    [row] = ask("""
        SELECT count(*) AS used,
               current_setting('max_connections')::int
               - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true)::int, 0) AS most,
               extract(epoch FROM max(now() - backend_start))::int AS oldest
        FROM pg_stat_activity WHERE backend_type = 'client backend'
    """)
    share = 100 * row["used"] / row["most"]
    return Measure(
        "Connections",
        f"{row['used']} of {row['most']} ({share:.0f} %), the oldest for {_span(row['oldest'])}",
        CONNECTIONS.judge(share),
        "Start fewer web processes, or put PgBouncer in between (docs/database-setup.md).",
    )


def _endings() -> Measure:
    [row] = ask("""
        SELECT sessions_abandoned AS lost, sessions_fatal + sessions_killed AS failed,
               deadlocks, xact_rollback AS undone, xact_commit + xact_rollback AS all_of_them,
               coalesce(stats_reset, pg_postmaster_start_time())::date AS since
        FROM pg_stat_database WHERE datname = current_database()
    """)
    share = 100 * row["undone"] / max(row["all_of_them"], 1)
    return Measure(
        f"Faults since {row['since']}",
        f"{row['failed']} connections failed, {row['lost']} were lost, {row['deadlocks']} "
        f"deadlocks, {share:.1f} % of transactions undone",
    )


def _oldest_transaction() -> Measure:
    # A dump takes as long as it takes.
    [row] = ask("""
        SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float AS seconds
        FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
          AND usename <> 'shop_backup'
    """)
    return Measure(
        "Oldest open transaction",
        _span(row["seconds"]) if row["seconds"] >= 1 else "none",
        TRANSACTION.judge(row["seconds"]),
        "Find it in pg_stat_activity and end it: dead rows stay while it is open.",
    )


def _replicas() -> Iterator[Measure]:
    rows = ask("""
        SELECT application_name AS name, state,
               coalesce(extract(epoch FROM replay_lag), 0)::float AS seconds
        FROM pg_stat_replication ORDER BY 1
    """)
    for row in rows:
        yield Measure(
            f"Replica {row['name']}",
            f"{row['state']}, {1000 * row['seconds']:.0f} ms behind",
            LAG.judge(row["seconds"]),
            "Send it fewer reports, or give it a faster disk.",
        )
    if not rows:
        yield Measure("Replicas", "none")


def _load() -> Measure:
    cores = os.cpu_count() or 1
    load = os.getloadavg()[1]
    return Measure(
        "Load of the machine",
        f"{load:.1f} for {cores} cores (five minutes)",
        LOAD.judge(load / cores),
        "Look at the slowest statements below.",
    )


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
