from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.models import Dispute
from payments.queries import evidence_of, evidence_pack


class Command(BaseCommand):
    """Writes what the staff site hands out: who runs it has the database anyway."""

    help = "Write everything the shop can show a bank about a disputed sale into a ZIP file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dispute", help="the provider's number of the dispute")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, dispute: str, file: Path, **options: Any) -> None:
        rows = Dispute.objects.filter(provider_dispute_id=dispute).select_related("payment")
        found = rows.first()
        if found is None:
            raise CommandError(f"There is no dispute {dispute}.")
        file.write_bytes(evidence_pack(evidence_of(found)))
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
