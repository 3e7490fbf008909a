"""What the audit log calls the shop's things: by their model, `Order` is an `order`."""

import re

from django.apps import apps
from django.db.models import Model


def entity_type(model: type[Model]) -> str:
    """Return the word of a model in the log: `order_item` of OrderItem."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model._meta.object_name or "").lower()


def models_by_entity() -> dict[str, type[Model]]:
    """Return every model under its word, the tables between many and many too."""
    return {entity_type(model): model for model in apps.get_models(include_auto_created=True)}
