"""What came of comparing the providers' ledgers with ours."""

from django.db import models
from django.db.models import F, Q

from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact


class Reconciliation(Fact):
    """A look at every provider's ledger beside ours. Never changed or deleted.

    `healed` names what was put right (the kind, the order, what was done); `differences` what
    staff must look at; `silent` the providers that didn't answer, and what they said.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    compared = models.IntegerField(help_text="How many payments of theirs")
    healed = models.JSONField(default=list, db_default=[])
    differences = models.JSONField(default=list, db_default=[])
    silent = models.JSONField(default=list, db_default=[])

    class Meta:
        db_table = "reconciliations"
        db_table_comment = "Providers' ledgers compared with ours, append-only"
        constraints = (
            AppendOnly(name="reconciliations_append_only"),
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")),
                name="reconciliations_finished_after_started",
            ),
            models.CheckConstraint(
                condition=Q(compared__gte=0), name="reconciliations_compared_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def verdict(self) -> str:
        """critical: the two sides differ; warning: a provider was silent; else ok."""
        if self.differences:
            return "critical"
        return "warning" if self.silent else "ok"
