from typing import Any

from django.core.management.base import BaseCommand

from shopflow.invariants import INVARIANTS, violations


class Command(BaseCommand):
    """Prints a line per invariant with the number of rows that break it; exit 1 if any does."""

    help = "Check what must always be true of stock, money and orders."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = violations()
        for invariant in INVARIANTS:
            self.stdout.write(f"{counts[invariant.name]:6}  {invariant.name}")
        if any(counts.values()):
            for invariant in INVARIANTS:
                if counts[invariant.name]:
                    self.stderr.write(f"Broken: {invariant.rule}")
            raise SystemExit(1)
