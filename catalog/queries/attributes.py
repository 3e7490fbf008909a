"""What can be said of products: attributes with their names and units, kept until one changes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext

from catalog.models import Attribute
from shopflow.lib.cache import ATTRIBUTES, remembered


@dataclass(frozen=True)
class Trait:
    """An attribute; `choices` are the values staff want in this order, with their colours."""

    slug: str
    name: str
    type: str
    unit: str
    is_filterable: bool
    choices: Mapping[str, str]

    def written(self, value: Any) -> str:
        """Return a value as shoppers read it: with its unit, several joined, yes or no."""
        if isinstance(value, list):
            return ", ".join(self.written(part) for part in value)
        if isinstance(value, bool) or (self.type == "boolean" and value in {"true", "false"}):
            return gettext("Yes") if value in {True, "true"} else gettext("No")
        return f"{value} {self.unit}".strip()


def traits() -> dict[str, Trait]:
    """Return all attributes by slug, in the order staff gave them. Else than kept, two queries."""
    kept = remembered("attributes", scopes=[ATTRIBUTES], make=_written)
    return {facts["slug"]: Trait(**facts) for facts in json.loads(kept)}


def specification(attributes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return (name, value) of what is said of a product; what has no attribute comes last."""
    known = traits()
    places = {slug: place for place, slug in enumerate(known)}
    facts = sorted(attributes.items(), key=lambda fact: places.get(fact[0], len(places)))
    return [
        (known[slug].name, known[slug].written(value)) if slug in known else (slug, value)
        for slug, value in facts
    ]


def _written() -> str:
    rows = Attribute.objects.prefetch_related("choices")
    return json.dumps([
        asdict(
            Trait(
                slug=row.slug,
                name=row.name,
                type=row.type,
                unit=row.unit,
                is_filterable=row.is_filterable,
                choices={choice.value: choice.colour for choice in row.choices.all()},
            )
        )
        for row in rows
    ])  # fmt: skip
