"""docs/performance-baseline.md, from what was measured on shops of different sizes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shopflow.baseline.measure import BIG, LIMIT_MS, REPEATS
from shopflow.demo.fill import lives, products, reviews, sales, settling, shoppers

Run = Mapping[str, Any]
MB = 1024 * 1024
HEAD = """\
# Performance baseline

How long the hottest queries take in the database and how much room the tables need: something to
compare with after a change. Written by `make baseline`, which fills a shop of each size by
`manage.py seed`, asks the queries through the code that the pages run, and explains every SELECT
in place: same role, same person, row-level security on. Times are medians of warm runs of
`EXPLAIN (ANALYZE, BUFFERS)`, in milliseconds, all statements of a query together, planning apart.
The figures behind this page are the JSON files in [performance-baseline](performance-baseline/).
"""
GOODS = {*products.COLUMNS, *reviews.COLUMNS, "inventory"}
SALES = {*sales.COLUMNS, *lives.COLUMNS, *settling.COLUMNS, "inventory_transactions"} - {"coupons"}
PEOPLE = set(shoppers.COLUMNS)
YEAR = (("a small shop", 20_000, 36_500), ("a shop as planned", 100_000, 365_000),
        ("ten times that", 1_000_000, 3_650_000))  # fmt: skip


def document(runs: Sequence[Run]) -> str:
    """Return the page; `runs` are what `manage.py baseline` wrote, in any order."""
    ordered = sorted(runs, key=lambda run: run["products"])
    parts = [HEAD, *_machine(ordered), *_times(ordered), *_plans(ordered)]
    parts += [*_tables(ordered), *_indexes(ordered[-1]), *_year(ordered[-1])]
    return "\n".join(parts) + "\n"


def _machine(runs: Sequence[Run]) -> Iterator[str]:
    yield "## What was measured\n"
    yield "| products | orders | PostgreSQL | shared_buffers | cores | load | database |"
    yield "|---:|---:|---|---|---:|---:|---:|"
    for run in runs:
        yield (
            f"| {run['products']:,} | {run['orders']:,} | {run['server']} "
            f"| {run['shared_buffers']} | {run['cores']} | {run['load']} "
            f"| {run['database'] / MB:,.0f} MB |"
        )
    yield (
        "\nLoad is the number of processes that wanted a core while it was measured. Each time is "
        f"the median of {REPEATS} runs. A query that takes {LIMIT_MS:g} ms (the seeds ask for 100) "
        f"or reads a table of more than {BIG:,} rows from end to end fails the command.\n"
    )


def _times(runs: Sequence[Run]) -> Iterator[str]:
    yield "## The hottest queries\n"
    heads = "".join(f" {run['products']:,} |" for run in runs)
    yield f"| query | asked by | ledger | SELECTs |{heads} planning | growth |"
    yield f"|---|---|---|---:|{'---:|' * len(runs)}---:|---:|"
    for position, query in enumerate(runs[-1]["queries"]):
        each = [_milliseconds(run["queries"][position], "execution_ms") for run in runs]
        planning = _milliseconds(query, "planning_ms")
        yield (
            f"| {query['title']} | `{query['asks']}` | {query['rows']} "
            f"| {len(query['statements'])} |{''.join(f' {ms:.2f} |' for ms in each)}"
            f" {planning:.2f} | {each[-1] / each[0]:.1f} × |"
        )
    yield f"\nGrowth is from {runs[0]['products']:,} products to {runs[-1]['products']:,}.\n"


def _plans(runs: Sequence[Run]) -> Iterator[str]:
    yield "## Their plans\n"
    yield f"At {runs[-1]['products']:,} products; where a smaller shop has another, that too."
    for position, query in enumerate(runs[-1]["queries"]):
        yield f"\n### {query['title']}\n"
        shown: list[list[str]] = []
        for run in reversed(runs):
            steps = [_step(s) for s in run["queries"][position]["statements"]]
            if steps in shown:
                continue
            shown.append(steps)
            if len(shown) > 1:
                yield f"\nAt {run['products']:,} products:\n"
            for number, statement in enumerate(run["queries"][position]["statements"], 1):
                yield from _plan(number, statement)


def _step(statement: Mapping[str, Any]) -> str:
    """Return a plan without its figures."""
    return "\n".join(line.partition(" (rows=")[0] for line in statement["plan"])


def _plan(number: int, statement: Mapping[str, Any]) -> Iterator[str]:
    tables = statement["sql"].partition(' FROM "')[2].partition('"')[0]
    yield (
        f"{number}. `{tables}`: {statement['execution_ms']:.2f} ms, planned in "
        f"{statement['planning_ms']:.2f} ms, {statement['buffers']} blocks\n"
    )
    yield "   ```"
    yield from (f"   {line}" for line in statement["plan"])
    yield "   ```\n"


def _tables(runs: Sequence[Run]) -> Iterator[str]:
    yield "\n## Rows and room\n"
    heads = "".join(f" rows at {run['products']:,} | table, MB | indexes, MB |" for run in runs)
    yield f"| table |{heads}"
    yield f"|---|{'---:|---:|---:|' * len(runs)}"
    found = [{table["name"]: table for table in run["tables"]} for run in runs]
    for name in found[-1]:
        cells = "".join(
            f" {room[name]['rows']:,} | {room[name]['heap'] / MB:.1f} "
            f"| {room[name]['indexes'] / MB:.1f} |"
            if name in room
            else " – | – | – |"
            for room in found
        )
        yield f"| {name} |{cells}"


def _indexes(run: Run) -> Iterator[str]:
    big = [index for index in run["indexes"] if index["size"] >= MB]
    yield f"\n## Indexes of a megabyte and more, at {run['products']:,} products\n"
    yield "| index | table | MB |"
    yield "|---|---|---:|"
    for index in big:
        yield f"| {index['name']} | {index['table']} | {index['size'] / MB:,.1f} |"


def _year(run: Run) -> Iterator[str]:
    product = _bytes_of(run, GOODS) / run["products"]
    order = _bytes_of(run, SALES) / run["orders"]
    person = _bytes_of(run, PEOPLE) / max(run["shoppers"], 1)
    yield "\n## After the first year\n"
    yield (
        f"Measured at {run['products']:,} products, indexes included: a product with its variants, "
        f"pictures, shelves, stock and reviews takes {product:,.0f} bytes; an order with its "
        f"lines, addresses, history, payments, parcels and ledger {order:,.0f}; a shopper with "
        f"address and cart {person:,.0f}. Assumed: half as many shoppers as orders, nothing is "
        "archived, and twice the room on disk, for dead rows, the write-ahead log and the copy "
        "that a repair writes. Backups, pictures and the audit log are not in it.\n"
    )
    yield "| | products | orders a day | orders | tables and indexes | disk to have |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, goods, orders in YEAR:
        size = (goods * product + orders * (order + person / 2)) / MB / 1024
        yield (
            f"| {name} | {goods:,} | {orders // 365:,} | {orders:,} | {size:.1f} GB "
            f"| {2 * size:.1f} GB |"
        )


def _bytes_of(run: Run, names: set[str]) -> int:
    return sum(t["heap"] + t["indexes"] for t in run["tables"] if t["name"] in names)


def _milliseconds(query: Mapping[str, Any], column: str) -> float:
    return sum((float(statement[column]) for statement in query["statements"]), 0.0)
