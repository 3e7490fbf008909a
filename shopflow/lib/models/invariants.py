from django.db import models
from django.db.models import F, Q

from shopflow.lib.postgres.rules import AppendOnly
from shopflow.lib.rows import Fact


class InvariantRun(Fact):
    """A nightly look at everything that must always be true. Never changed or deleted.

    `counts` says for each invariant how many rows broke it (null: nobody could say); `row_counts`
    how many rows the tables held from which nothing is ever deleted.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    counts = models.JSONField(default=dict, db_default={})
    row_counts = models.JSONField(default=dict, db_default={})

    class Meta:
        db_table = "invariant_runs"
        db_table_comment = "Nightly checks of the invariants, append-only"
        constraints = (
            AppendOnly(name="invariant_runs_append_only"),
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")),
                name="invariant_runs_finished_after_started",
            ),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
