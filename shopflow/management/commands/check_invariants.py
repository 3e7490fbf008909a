from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shopflow.invariants import Finding, check
from shopflow.invariants.providers import compare_ledgers


class Command(BaseCommand):
    """Prints a line per invariant with the number of rows that break it, `?` where nobody knows.

    Exits with 1 when any is broken, else with 2 when any couldn't be checked.
    """

    help = (
        "Check what must always be true of stock, money and orders. Rules that hold once the "
        "queues are drained count what is still on its way as broken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database-only",
            action="store_true",
            help="don't ask the payment providers: for a restored copy of the database",
        )

    def handle(self, *args: Any, database_only: bool, **options: Any) -> None:
        findings = check()
        if not database_only:
            findings.append(compare_ledgers())
        findings.sort(key=lambda finding: finding.invariant.number)
        for finding in findings:
            count = "?" if finding.is_unknown else finding.count
            self.stdout.write(f"{count:>6}  {finding.invariant.name}")
        for finding in findings:
            self._explain(finding)
        if any(finding.is_broken for finding in findings):
            raise SystemExit(1)
        if any(finding.is_unknown for finding in findings):
            raise SystemExit(2)

    def _explain(self, finding: Finding) -> None:
        rule = f"{finding.invariant.number}. {finding.invariant.rule}"
        if finding.is_broken:
            self.stderr.write(f"Broken: {rule}")
            self.stderr.write(f"        {', '.join(finding.rows)}{_more(finding)}")
        if finding.why:
            self.stderr.write(f"Not checked: {rule}")
            self.stderr.write(f"        {finding.why}")


def _more(finding: Finding) -> str:
    more = (finding.count or 0) - len(finding.rows)
    return f" and {more} more" if more else ""
