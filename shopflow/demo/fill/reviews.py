"""What shoppers think of some of the products."""

from collections.abc import Iterable

from shopflow.demo.fill.cells import Rows, moment
from shopflow.demo.fill.plan import Plan
from shopflow.demo.fill.sizes import DAY, END
from shopflow.demo.fill.world import World

COLUMNS = {
    "product_reviews":
        "id created_at updated_at product_id user_id rating title content is_approved"
        " helpful_votes",
}  # fmt: skip
STARS = (5, 4, 5, 3, 4, 5, 2, 5, 4, 1)
WORDS = {
    1: ("Not for me", "It came apart in the second week and I am still looking for the screw."),
    2: ("Hm", "Smaller than it looks, and the colour is another one in daylight."),
    3: ("Does its job", "Neither better nor worse than the one I had before."),
    4: ("Very good", "Well made and quickly here. One star less for the box."),
    5: ("Lovely", "I gave it away as a present and had to order a second one for myself."),
}
PRIME = 7919  # so that no shopper reviews a product twice


def review_rows(world: World, products: Iterable[int]) -> Rows:
    """Make the reviews that the ratings come from, and one more here and there nobody has read."""
    for number in products:
        count = world.plan.ratings[number]
        for place in range(count + (number % 50 == 0)):
            yield _review(world, number, place, is_approved=place < count)


def average_rating(plan: Plan, product: int) -> str:
    """Return the average of a product's approved reviews as the database rounds it."""
    count = plan.ratings[product]
    if not count:
        return "0.00"
    stars = sum(_stars(product, place) for place in range(count))
    hundredths = (200 * stars + count) // (2 * count)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def _stars(product: int, place: int) -> int:
    return STARS[(product * 3 + place * 7) % len(STARS)]


def _review(world: World, product: int, place: int, *, is_approved: bool) -> tuple[str, str]:
    plan, ids = world.plan, world.ids
    created = plan.created[product]
    written = min(created + (10 + place) * DAY, END)
    now = moment(written)
    shopper = (product * 31 + place * PRIME) % plan.size.shoppers
    stars = _stars(product, place)
    title, content = WORDS[stars]
    return (
        "product_reviews",
        f"{ids.review(written, product * 8 + place)}\t{now}\t{now}\t{ids.product(created, product)}"
        f"\t{ids.user(plan.joined(shopper), shopper)}\t{stars}\t{title}\t{content}"
        f"\t{'t' if is_approved else 'f'}\t{product % 7 if is_approved else 0}",
    )
