from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from carts.models import Cart


class DraftManager(models.Manager["DraftOrder"]):
    """Only what staff wrote."""

    def get_queryset(self) -> "models.QuerySet[DraftOrder]":
        return super().get_queryset().filter(created_by__isnull=False)


class DraftOrder(Cart):
    """A cart that staff write for a customer; sent, its `name` is the number of the order."""

    objects: ClassVar = DraftManager()

    class Meta:
        proxy = True
        verbose_name = "draft order"

    def __str__(self) -> str:
        return f"Draft for {self.email}"

    @property
    def answers(self) -> Mapping[str, str]:
        """What the customer said about address and delivery."""
        kept = getattr(self, "checkout_draft", None)
        answers: Mapping[str, str] = kept.answers if kept else {}
        return answers

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
