import json
import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import User
from catalog.models import Product
from orders.models import Order
from shopflow.baseline import room
from shopflow.baseline.audit import measured_in_full_log
from shopflow.baseline.document import document
from shopflow.baseline.hot import AUDIT_QUERIES, HOT_QUERIES, HotQuery
from shopflow.baseline.measure import Measured, measure
from shopflow.baseline.samples import NothingToMeasure, Sample, sample
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as

PAGE = "performance-baseline"


class Command(BaseCommand):
    help = (
        "Measures the hottest queries and the room of the tables on the database at hand, which "
        "`seed --size l` or `xl` filled, and writes docs/performance-baseline.md from this and "
        "earlier measurements. Exit 1 when a query is too slow or reads a big table from end to "
        "end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--docs", type=Path, default=settings.BASE_DIR / "docs", help="where to write"
        )

    def handle(self, *args: Any, docs: Path, **options: Any) -> None:
        try:
            asked = sample()
        except NothingToMeasure as error:
            raise CommandError(str(error)) from error
        measured = [_measured(hot, asked) for hot in HOT_QUERIES]
        with acting_as(None, role=Role.OWNER):
            measured += measured_in_full_log(
                lambda: [_measured(hot, asked) for hot in AUDIT_QUERIES]
            )
        run = {**_shop(), "queries": [_query(one) for one in measured]}
        folder = docs / PAGE
        folder.mkdir(exist_ok=True)
        # One file for each order of magnitude: the next measurement of it takes its place.
        name = 10 ** round(math.log10(run["products"]))
        (folder / f"{name}.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
        (docs / f"{PAGE}.md").write_text(document(runs), encoding="utf-8")
        self._report(measured)

    def _report(self, measured: list[Measured]) -> None:
        for one in measured:
            self.stdout.write(f"{one.execution_ms:8.2f} ms  {one.title}")
        if faults := [fault for one in measured for fault in one.faults]:
            raise CommandError("\n".join(faults))


def _measured(hot: HotQuery, asked: Sample) -> Measured:
    return measure(hot.title, lambda: hot.run(asked))


def _query(measured: Measured) -> dict[str, Any]:
    everything = (*HOT_QUERIES, *AUDIT_QUERIES)
    hot = next(hot for hot in everything if hot.title == measured.title)
    return {"asks": hot.asks, "rows": hot.rows, **asdict(measured)}


def _shop() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers'),"
            " pg_database_size(current_database())"
        )
        server, buffers, size = cursor.fetchone()
    return {
        "server": server.split()[0],
        "shared_buffers": buffers,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "database": size,
        "products": Product.objects.count(),
        "orders": Order.objects.count(),
        "shoppers": User.objects.count(),
        "tables": [asdict(table) for table in room.tables()],
        "indexes": [asdict(index) for index in room.indexes()],
    }
