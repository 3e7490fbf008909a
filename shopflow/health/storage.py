"""How the data lie: in memory, on disk, with how much waste."""

import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from shopflow.health.measure import Level, Limits, Measure, ask

# Percent (seed 001, 10.1).
HITS = Limits(95, 90, is_least=True)
DEAD = Limits(10, 20)
DISK = Limits(70, 85)
# A ratio of fewer reads, or of fewer rows, says nothing.
FEWEST_READS = 10_000
FEWEST_ROWS = 1_000
LARGEST = 15


def storage(*, is_local: bool) -> Iterator[Measure]:
    """Yield hit ratios, dead rows and, where the server runs beside us, how full its disk is."""
    yield _hits(
        "Pages found in memory",
        "More shared_buffers, or more memory.",
        """
        SELECT blks_hit AS hits, blks_hit + blks_read AS reads
        FROM pg_stat_database WHERE datname = current_database()
    """,
    )
    yield _hits(
        "Index pages found in memory",
        "More shared_buffers, or fewer indexes.",
        """
        SELECT coalesce(sum(idx_blks_hit), 0) AS hits,
               coalesce(sum(idx_blks_hit + idx_blks_read), 0) AS reads
        FROM pg_statio_user_indexes
    """,
    )
    yield from _dead_rows()
    yield _disk(is_local=is_local)


def table_sizes() -> Sequence[dict[str, Any]]:
    """Return the largest tables with the size of rows, indexes and TOAST; partitions add up."""
    return ask(f"""
        SELECT name, pg_size_pretty(sum(total)) AS total, pg_size_pretty(sum(heap)) AS heap,
               pg_size_pretty(sum(indexes)) AS indexes, pg_size_pretty(sum(toast)) AS toast,
               to_char(sum(greatest(estimate, 0)), 'FM999,999,999,990') AS rows
        FROM (
            SELECT coalesce(pg_partition_root(oid), oid)::regclass::text AS name,
                   pg_total_relation_size(oid) AS total, pg_relation_size(oid) AS heap,
                   pg_indexes_size(oid) AS indexes, reltuples AS estimate,
                   CASE reltoastrelid WHEN 0 THEN 0
                        ELSE pg_total_relation_size(reltoastrelid) END AS toast
            FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        ) AS tables
        GROUP BY name ORDER BY sum(total) DESC, name LIMIT {LARGEST}
    """)  # noqa: S608 - a number of ours


def unused_indexes() -> Sequence[dict[str, Any]]:
    """Return indexes of 1 MB and more that no query has used and no rule needs, largest first."""
    return ask(f"""
        SELECT s.indexrelname AS name, s.relname AS table,
               pg_size_pretty(pg_relation_size(s.indexrelid)) AS size
        FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
        WHERE s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion
          AND pg_relation_size(s.indexrelid) >= 1024 * 1024
        ORDER BY pg_relation_size(s.indexrelid) DESC, s.indexrelname LIMIT {LARGEST}
    """)  # noqa: S608 - a number of ours


def _hits(name: str, advice: str, sql: str) -> Measure:
    [row] = ask(sql)
    if row["reads"] < FEWEST_READS:
        return Measure(name, "too few reads to tell")
    share = 100 * float(row["hits"]) / float(row["reads"])
    return Measure(name, f"{share:.1f} %", HITS.judge(share), advice)


def _dead_rows() -> Iterator[Measure]:
    rows = ask("""
        SELECT relname AS name, n_dead_tup AS dead, n_live_tup + n_dead_tup AS rows
        FROM pg_stat_user_tables ORDER BY relname
    """)
    worst = Measure("Dead rows", "no table has many")
    bad = [measure for row in rows if (measure := _dead_in(row)).level != Level.OK]
    yield from bad or [worst]


def _dead_in(row: dict[str, Any]) -> Measure:
    share = 100 * row["dead"] / max(row["rows"], 1)
    return Measure(
        f"Dead rows in {row['name']}",
        f"{share:.0f} % of {row['rows']:,}",
        DEAD.judge(share) if row["dead"] >= FEWEST_ROWS else Level.OK,
        f"VACUUM {row['name']}; if they come back, let autovacuum start earlier there.",
    )


def _disk(*, is_local: bool) -> Measure:
    name = "Disk of the database"
    # Roles that may not know the folder don't see this setting.
    folders = ask("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
    try:
        used = shutil.disk_usage(folders[0]["setting"]) if is_local and folders else None
    except OSError:
        used = None
    if used is None:
        return Measure(
            name, "can't be seen from here", Level.UNKNOWN, "Ask whoever runs the server."
        )
    # As df says it: what is kept for root counts as neither used nor free.
    share = 100 * used.used / (used.used + used.free)
    return Measure(
        name,
        f"{share:.0f} % full, {used.free / 1e9:.0f} GB free",
        DISK.judge(share),
        "Make room or a larger disk: a full one stops the shop.",
    )
