"""What the shop's tables have in common."""

from collections.abc import Mapping, Set
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from shopflow.lib.errors import InvalidTransition
from shopflow.lib.ids import new_id


class Fact(models.Model):
    """A row with a UUIDv7 key that is written once: ledgers, history, events."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Row(Fact):
    """A row that changes: it knows when it last did (UTC)."""

    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True


class Stateful(Row):
    """A row whose status moves only along TRANSITIONS."""

    TRANSITIONS: ClassVar[Mapping[str, Set[str]]] = {}
    status: models.CharField[str, str]

    class Meta:
        abstract = True

    def move_to(self, status: str, **facts: Any) -> None:
        """Save the new status together with the facts that come with it.

        Raises InvalidTransition; the row must be locked by the caller.
        """
        if status not in self.TRANSITIONS.get(self.status, set()):
            raise InvalidTransition(f"{self} can't go from {self.status} to {status}.")
        for name, value in {"status": status, **facts}.items():
            setattr(self, name, value)
        names: list[str] = ["status", *facts, "updated_at"]
        self.save(update_fields=names)


def one_of(field: str, choices: type[models.TextChoices], *, table: str) -> models.CheckConstraint:
    """Return the named CHECK that keeps a column inside its fixed set."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}), name=f"{table}_{field}_known"
    )


def list_or_null(field: str, *, table: str) -> models.CheckConstraint:
    """Return the named CHECK that a column of JSON holds a list, or NULL."""
    kind = Func(F(field), function="jsonb_typeof", output_field=models.CharField())
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__isnull": True}) | models.Q(Exact(kind, Value("array"))),
        name=f"{table}_{field}_list",
    )


def iso_currency(*, table: str) -> models.CheckConstraint:
    """Return the named CHECK that a table's `currency` is written as in ISO 4217: USD."""
    return models.CheckConstraint(
        condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name=f"{table}_currency_iso"
    )
