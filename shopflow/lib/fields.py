"""Column types of the shop."""

from typing import Any

from django.db import models


class MoneyField(models.DecimalField[Any, Any]):
    """NUMERIC(12,2); the currency stands once on the header row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class LtreeField(models.Field[str, str]):
    """A PostgreSQL `ltree`: labels from the root down, joined by dots."""

    def db_type(self, connection: Any) -> str:
        return "ltree"
