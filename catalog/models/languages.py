"""What tables that hold one row per language have in common."""

from django.db import models
from django.db.models import Q


def valid_language(*, table: str) -> models.CheckConstraint:
    """Return the CHECK that `language` is a code as in `settings.LANGUAGES`: de, pt-br, zh-hans."""
    return models.CheckConstraint(
        condition=Q(language__regex=r"^[a-z]{2,3}(-[a-z]{2,8})?$"), name=f"{table}_language_valid"
    )
