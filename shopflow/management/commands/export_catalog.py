from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopflow.catalog_export.write import Written, export_catalog
from shopflow.management.progress import Progress


class Command(BaseCommand):
    help = (
        "Writes every product as a CSV in Shopify's format, the one import_catalog reads: "
        "importing the file changes nothing. Texts that a spreadsheet would run as a formula get "
        "an apostrophe in front, which the import takes off again. The units are those on hand in "
        "the first warehouse."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file to write, in UTF-8")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        progress = Progress(self.stderr)
        try:
            with _whole(file) as stream:
                written = export_catalog(stream, tell=progress.tell)
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error.strerror}.") from error
        finally:
            progress.clear()
        self._tell(written, file)

    def _tell(self, written: Written, file: Path) -> None:
        for slug, why in written.left_out.items():
            self.stderr.write(f"Left out: {slug}; {why}")
        self.stdout.write(
            f"{written.products:,} products in {written.rows:,} rows written to {file}"
        )


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    """Give a stream whose content replaces the file at the end, whole or not at all."""
    target = file.resolve()
    if target.exists() and not target.is_file():  # a pipe, say
        with target.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    half = target.with_name(f"{target.name}.half")
    try:
        with half.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
