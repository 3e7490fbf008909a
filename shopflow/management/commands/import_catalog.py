from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from shopflow.catalog_import.apply import Outcome, import_catalog
from shopflow.management.progress import Progress

MOST_FAULTS_SHOWN = 100


class Command(BaseCommand):
    help = (
        "Reads a product CSV in Shopify's format into the shop: the whole file, or nothing of it "
        "when a row has a fault. Reading the same file again changes nothing. Stock is set for "
        "new variants only, so units that were sold meanwhile don't come back; --stock sets it "
        "for all. Pictures are not fetched from the web."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file, in UTF-8")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, change nothing"
        )
        parser.add_argument(
            "--stock", action="store_true", help="set the stock of variants that exist, too"
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, stock: bool, **options: Any) -> None:
        progress = Progress(self.stderr)
        try:
            with file.open("rb") as stream:
                outcome = import_catalog(
                    stream, with_stock=stock, dry_run=dry_run, tell=progress.tell
                )
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.") from error
        except DatabaseError as error:
            # Somebody else is changing the same products, or has just taken a SKU.
            raise CommandError(
                f"Nothing was imported. The database says: {error}\nPlease try again."
            ) from error
        finally:
            progress.clear()
        self._complain(outcome)
        self.stdout.write(_summary(outcome, dry_run=dry_run))

    def _complain(self, outcome: Outcome) -> None:
        for warning in outcome.warnings:
            self.stderr.write(f"{warning} (only a warning)")
        for fault in outcome.faults[:MOST_FAULTS_SHOWN]:
            self.stderr.write(str(fault))
        if len(outcome.faults) > MOST_FAULTS_SHOWN:
            self.stderr.write(f"… and {len(outcome.faults) - MOST_FAULTS_SHOWN} more.")
        if outcome.faults:
            raise CommandError("Nothing was imported. Please correct the file and try again.")


def _summary(outcome: Outcome, *, dry_run: bool) -> str:
    counts = f"{outcome.created} created, {outcome.updated} updated, {outcome.unchanged} unchanged"
    lines = [f"Dry run, nothing was changed: {counts}" if dry_run else counts]
    if outcome.ignored_columns:
        lines.append(f"Columns not used: {', '.join(outcome.ignored_columns)}")
    return "\n".join(lines)
