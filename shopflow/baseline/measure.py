"""What the database does for a piece of code: the plan and the time of each of its statements."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection

REPEATS = 5
BIG = 10_000  # rows; a smaller table is read faster without an index
LIMIT_MS = 10.0


@dataclass(frozen=True)
class Statement:
    """One SELECT: times are medians of warm runs, in milliseconds."""

    sql: str
    planning_ms: float
    execution_ms: float
    buffers: int
    indexes: list[str]
    scanned: list[str]  # big tables read from end to end
    plan: list[str]


@dataclass(frozen=True)
class Measured:
    """All statements of one hot query."""

    title: str
    statements: list[Statement]

    @property
    def execution_ms(self) -> float:
        return sum(statement.execution_ms for statement in self.statements)

    @property
    def faults(self) -> list[str]:
        """What the query does that it must not."""
        found = [
            f"{self.title}: reads all of {table}"
            for statement in self.statements
            for table in statement.scanned
        ]
        if self.execution_ms >= LIMIT_MS:
            found.append(f"{self.title}: {self.execution_ms:.1f} ms")
        return found


def measure(title: str, run: Callable[[], object]) -> Measured:
    """Run a query and explain each of its SELECTs in place: same role, same person, warm."""
    statements: list[Statement] = []
    sizes = _row_counts()

    def explain(execute: Any, sql: str, params: Any, many: bool, about: Any) -> Any:
        if sql.startswith("SELECT") and "set_config" not in sql:
            explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}"
            seen = []
            for _ in range(1 + REPEATS):
                execute(explained, params, many, about)
                seen.append(_document(about["cursor"].fetchone()[0]))
            statements.append(_statement(sql, seen[1:], sizes))
        return execute(sql, params, many, about)

    with connection.execute_wrapper(explain):
        run()
    return Measured(title, statements)


def _row_counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'")
        return dict(cursor.fetchall())


def _document(answer: Any) -> dict[str, Any]:
    document: list[dict[str, Any]] = json.loads(answer) if isinstance(answer, str) else answer
    return document[0]


def _statement(sql: str, seen: list[dict[str, Any]], sizes: dict[str, int]) -> Statement:
    plan = seen[-1]["Plan"]
    nodes = list(_nodes(plan))
    return Statement(
        sql=sql,
        planning_ms=round(median(run["Planning Time"] for run in seen), 3),
        execution_ms=round(median(run["Execution Time"] for run in seen), 3),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        indexes=sorted({node["Index Name"] for _, node in nodes if "Index Name" in node}),
        scanned=[
            node["Relation Name"]
            for _, node in nodes
            if node["Node Type"] == "Seq Scan" and sizes.get(node["Relation Name"], 0) >= BIG
        ],
        plan=[_line(depth, node) for depth, node in nodes],
    )


def _nodes(node: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    yield depth, node
    for child in node.get("Plans", ()):
        yield from _nodes(child, depth + 1)


def _line(depth: int, node: dict[str, Any]) -> str:
    using = f" using {node['Index Name']}" if "Index Name" in node else ""
    on = f" on {node['Relation Name']}" if "Relation Name" in node else ""
    loops = f" × {node['Actual Loops']}" if node["Actual Loops"] != 1 else ""
    blocks = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    return (
        f"{'  ' * depth}{node['Node Type']}{using}{on}"
        f" (rows={node['Actual Rows']:g}{loops}, blocks={blocks})"
    )
