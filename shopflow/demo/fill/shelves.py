"""Leaves of the tree of categories, makers, and kinds of products with their attributes."""

from shopflow.demo.fill.cells import Rows, moment
from shopflow.demo.fill.families import COUNTRIES, MADE_IN, MATERIAL, MATERIALS, brand_names
from shopflow.demo.fill.sizes import START
from shopflow.demo.fill.world import World

COLUMNS = {
    "categories": "id created_at updated_at parent_id path name slug sort_order",
    "brands": "id created_at updated_at name slug",
    "product_types": "id created_at updated_at name slug",
    "attributes": "id created_at updated_at name slug type is_filterable",
    "attribute_choices": "id created_at updated_at attribute_id value sort_order",
    "product_type_attributes":
        "id created_at updated_at product_type_id attribute_id sort_order",
}  # fmt: skip
FILTERS = {MATERIAL: MATERIALS, MADE_IN: COUNTRIES}


def shelf_rows(world: World) -> Rows:
    """Make what products stand on."""
    yield from _categories(world)
    yield from _brands(world)
    yield from _types(world)
    yield from _attributes(world)


def _categories(world: World) -> Rows:
    now = moment(START)
    leaves = dict.fromkeys(leaf for leaves in world.leaves for leaf in leaves)
    for place, leaf in enumerate(leaves):
        yield (
            "categories",
            f"{leaf.trail[-1]}\t{now}\t{now}\t{leaf.parent}\t{'.'.join(leaf.trail)}"
            f"\t{leaf.name}\t{leaf.slug}\t{place}",
        )


def _brands(world: World) -> Rows:
    now = moment(START)
    for number, name in enumerate(brand_names()):
        slug = name.lower().replace(" & ", "-and-")
        yield "brands", f"{world.ids.brand(START, number)}\t{now}\t{now}\t{name}\t{slug}"


def _types(world: World) -> Rows:
    now = moment(START)
    for number, family in enumerate(world.plan.families):
        name = family.nouns[0]
        slug = name.lower().replace(" ", "-")
        yield (
            "product_types",
            f"{world.ids.type(START, number)}\t{now}\t{now}\t{name}\t{slug}",
        )


def _attributes(world: World) -> Rows:
    now, ids = moment(START), world.ids
    names = {
        slug: name for family in world.plan.families for slug, name in family.attributes.items()
    }
    numbers = {slug: number for number, slug in enumerate(names)}
    row_ids = {slug: ids.attribute(START, numbers[slug]) for slug in names} | dict(world.attributes)
    for slug in [slug for slug in names if slug not in world.attributes]:
        kind = "choice\tt" if slug in FILTERS else "text\tf"
        yield "attributes", f"{row_ids[slug]}\t{now}\t{now}\t{names[slug]}\t{slug}\t{kind}"
        for place, value in enumerate(FILTERS.get(slug, ())):
            choice_id = ids.choice(START, numbers[slug] * 100 + place)
            yield (
                "attribute_choices",
                f"{choice_id}\t{now}\t{now}\t{row_ids[slug]}\t{value}\t{place}",
            )
    for number, family in enumerate(world.plan.families):
        for place, slug in enumerate(family.attributes):
            row_id = ids.attribute(START, 100_000 + number * 100 + place)
            yield (
                "product_type_attributes",
                f"{row_id}\t{now}\t{now}\t{ids.type(START, number)}\t{row_ids[slug]}\t{place}",
            )
