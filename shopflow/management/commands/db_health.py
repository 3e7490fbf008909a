from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand

from shopflow.health import Health, Level, examine


class Command(BaseCommand):
    """Prints what the staff page shows of the database. Exits with 1 when a figure is critical."""

    help = "How the database is: connections, memory, dead rows, disk, slow statements, sizes."

    def handle(self, *args: Any, **options: Any) -> None:
        health = examine()
        for measure in health.measures:
            self.stdout.write(f"{measure.level:8}  {measure.name}: {measure.value}")
            if measure.level in {Level.WARNING, Level.CRITICAL}:
                self.stdout.write(f"{'':8}  → {measure.advice}")
        self._lists(health)
        if health.level == Level.CRITICAL:
            raise SystemExit(1)

    def _lists(self, health: Health) -> None:
        statements = [
            {"p95 ms": f"{each.p95:.1f}", "mean ms": f"{each.mean:.1f}", "runs": each.runs}
            | {"statement": each.query}
            for each in health.statements
        ]
        self._list("Slowest statements of pages", statements)
        self._list("Indexes of 1 MB and more that no query has used", health.unused_indexes)
        self._list("Largest tables", health.tables)

    def _list(self, title: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        self.stdout.write(f"\n{title}")
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
