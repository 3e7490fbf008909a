"""Products with their variants, pictures, prices and places on the shelves."""

from collections.abc import Iterable
from dataclasses import dataclass

from shopflow.demo.fill.cells import NULL, Rows, barcode, dice, moment, money
from shopflow.demo.fill.families import Facts, Family, brand_names, product_name, style_name
from shopflow.demo.fill.plan import is_deleted, is_hidden
from shopflow.demo.fill.reviews import average_rating
from shopflow.demo.fill.sizes import DAY, END, START
from shopflow.demo.fill.world import Leaf, World

COLUMNS = {
    "products":
        "id created_at updated_at product_type_id category_id brand_id brand_name name slug sku"
        " description attributes tags keywords is_active is_featured min_stock_level published_at"
        " deleted_at price compare_at_price stock_quantity in_stock sales_count rating_average"
        " rating_count",
    "product_variants":
        "id created_at updated_at product_id name sku barcode option_values price compare_at_price"
        " cost weight_grams stock_quantity sort_order",
    "price_history": "id created_at updated_at variant_id price valid",
    "product_categories":
        "id created_at updated_at product_id category_id is_direct brand_id is_featured price"
        " published_at in_stock sales_count rating_average",
    "product_images":
        "id created_at updated_at product_id file alt_text sort_order is_primary width height",
}  # fmt: skip
ALERT_BELOW = 5  # units of a product, where anybody wants to know


@dataclass(slots=True)
class Made:
    """A product as all of its rows show it; texts as COPY wants them."""

    number: int
    id: str
    now: str
    family: Family
    facts: Facts
    leaf: Leaf
    brand: int
    brand_id: str
    is_featured: str
    price: str
    is_reduced: bool
    units: int
    in_stock: str
    rating: str


def product_rows(world: World, products: Iterable[int]) -> Rows:
    """Make the products."""
    thrown = dice(world.plan.seed, "product texts")
    brands = brand_names()
    for number in products:
        made = _made(world, number, thrown.random())
        yield _product(world, made, brands[made.brand])
        yield from _variants(world, made)
        yield from _shelves(world, made)
        yield from _images(world, made)


def _made(world: World, number: int, throw: float) -> Made:
    plan, ids = world.plan, world.ids
    family_number, brand = plan.family[number], plan.brand[number]
    family, created, price = plan.families[family_number], plan.created[number], plan.price[number]
    units = sum(plan.left[variant] for variant in plan.variants(number))
    return Made(
        number=number,
        id=ids.product(created, number),
        now=moment(created),
        family=family,
        facts=family.facts[int(throw * len(family.facts))],
        leaf=world.leaves[family_number][plan.leaf[number]],
        brand=brand,
        brand_id=ids.brand(START, brand),
        is_featured="t" if number % 503 == 7 else "f",
        price=money(price),
        is_reduced=number % 5 == 2,
        units=units,
        in_stock="t" if units else "f",
        rating=average_rating(plan, number),
    )


def _product(world: World, made: Made, brand: str) -> tuple[str, str]:
    plan, family, number = world.plan, made.family, made.number
    slug = style_name(family, number).lower().replace(" ", "-")
    text = family.sentences[number % len(family.sentences)]
    deleted = moment(min(plan.created[number] + 60 * DAY, END)) if is_deleted(number) else NULL
    return (
        "products",
        f"{made.id}\t{made.now}\t{made.now}\t{world.ids.type(START, plan.family[number])}"
        f"\t{made.leaf.trail[-1]}\t{made.brand_id}\t{brand}\t{product_name(family, number)}"
        f"\t{slug}-{number}\t{family.code}-{number:07}"
        f"\t<p>{text} Made by {brand} in {made.facts.country}.</p>\t{made.facts.document}"
        f"\t{family.tags[number % len(family.tags)]}\t{_keywords(world, made)}"
        f"\t{'f' if is_hidden(number) else 't'}"
        f"\t{made.is_featured}\t{ALERT_BELOW if number % 10 == 0 else 0}\t{made.now}\t{deleted}"
        f"\t{made.price}\t{_was(made, plan.price[number])}\t{made.units}\t{made.in_stock}"
        f"\t{plan.sold[number]}\t{made.rating}\t{plan.ratings[number]}",
    )


def _keywords(world: World, made: Made) -> str:
    """Write what `catalog.commands.keywords` would, but for the pictures' texts."""
    tags = made.family.tags[made.number % len(made.family.tags)].strip("{}").replace('"', "")
    variants = world.plan.variants(made.number)
    names = (_form(made, place)[0] for place in range(len(variants)))
    words = [*tags.split(","), *made.leaf.names.split(), *" ".join(names).split(" / ")]
    return " ".join(dict.fromkeys(words))


def _form(made: Made, place: int) -> tuple[str, str]:
    """Return the name and the options of a product's variant."""
    return made.family.options[(made.number * 7 + place) % len(made.family.options)]


def _variants(world: World, made: Made) -> Rows:
    plan, family, ids = world.plan, made.family, world.ids
    created, now = plan.created[made.number], made.now
    for place, variant in enumerate(plan.variants(made.number)):
        name, options = _form(made, place)
        cents = plan.variant_price(variant)
        price = money(cents)
        variant_id = ids.variant(created, variant)
        yield (
            "product_variants",
            f"{variant_id}\t{now}\t{now}\t{made.id}\t{name}\t{family.code}-{made.number:07}-{place}"
            f"\t{barcode(variant)}\t{options}\t{price}\t{_was(made, cents)}"
            f"\t{money(cents * 11 // 20)}\t{family.grams}\t{plan.left[variant]}\t{place}",
        )
        yield (
            "price_history",
            f"{ids.price(created, variant)}\t{now}\t{now}\t{variant_id}\t{price}\t[{now},)",
        )


def _was(made: Made, cents: int) -> str:
    return money(cents * 5 // 4) if made.is_reduced else NULL


def _shelves(world: World, made: Made) -> Rows:
    row_id, created, now = world.ids.shelf, world.plan.created[made.number], made.now
    sold, own = world.plan.sold[made.number], made.leaf.trail[-1]
    for place, category in enumerate(made.leaf.trail):
        yield (
            "product_categories",
            f"{row_id(created, made.number * 4 + place)}\t{now}\t{now}\t{made.id}\t{category}"
            f"\t{'t' if category == own else 'f'}\t{made.brand_id}\t{made.is_featured}"
            f"\t{made.price}\t{now}\t{made.in_stock}\t{sold}\t{made.rating}",
        )


def _images(world: World, made: Made) -> Rows:
    """One picture each, a second one for every third product; one family has none."""
    created, pictures = world.plan.created[made.number], made.family.pictures
    for place in range(min(2 if made.number % 3 == 0 else 1, len(pictures))):
        file, text = pictures[(made.number + place) % len(pictures)]
        image_id = world.ids.image(created, made.number * 2 + place)
        yield (
            "product_images",
            f"{image_id}\t{made.now}\t{made.now}\t{made.id}\tproducts/demo/{file}\t{text}"
            f"\t{place}\t{'f' if place else 't'}\t1200\t1500",
        )
