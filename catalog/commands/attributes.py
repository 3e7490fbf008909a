from collections.abc import Mapping
from uuid import UUID

from catalog.errors import AttributeNotFound, InvalidAttribute
from catalog.models import Attribute, AttributeChoice
from catalog.signals import attributes_changed
from shopflow.lib import cache
from shopflow.lib.news import announce
from shopflow.lib.transactions import command


@command
def save_attribute(
    *,
    name: str,
    slug: str,
    type: str = Attribute.Type.TEXT,
    unit: str = "",
    is_filterable: bool = False,
    sort_order: int = 0,
    choices: Mapping[str, str] | None = None,
    attribute_id: UUID | None = None,
) -> Attribute:
    """Make something that can be said of products, or change the one with this id, else this slug.

    `choices` are values in the order shoppers see them, each with its colour or ''; None leaves
    them alone. Lists are narrowed by it once a worker has counted. Raises AttributeNotFound and
    InvalidAttribute. Safe to repeat.
    """
    if slug.isdecimal():
        raise InvalidAttribute("A name in addresses needs a letter.")
    rows = Attribute.objects.select_for_update(no_key=True)
    attribute = rows.filter(pk=attribute_id).first() if attribute_id else None
    if attribute_id and attribute is None:
        raise AttributeNotFound
    attribute = attribute or rows.filter(slug=slug).first() or Attribute()
    before = (attribute.slug, attribute.is_filterable)
    attribute.name, attribute.slug, attribute.type, attribute.unit = name, slug, type, unit
    attribute.is_filterable, attribute.sort_order = is_filterable, sort_order
    attribute.save()
    if choices is not None:
        _keep_choices(attribute, choices)
    if before != (slug, is_filterable):
        announce(attributes_changed)
    cache.renew(cache.ATTRIBUTES, cache.CATALOG)
    return attribute


def _keep_choices(attribute: Attribute, choices: Mapping[str, str]) -> None:
    """Add and sort choices; those that aren't named come last: products may still have them."""
    AttributeChoice.objects.bulk_create(
        [
            AttributeChoice(attribute=attribute, value=value, colour=colour, sort_order=place)
            for place, (value, colour) in enumerate(choices.items())
        ],
        update_conflicts=True,
        unique_fields=["attribute", "value"],
        update_fields=["colour", "sort_order", "updated_at"],
    )
    others = AttributeChoice.objects.filter(attribute=attribute).exclude(value__in=list(choices))
    others.update(sort_order=len(choices))
