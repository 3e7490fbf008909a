"""A shop of ten thousand to a million products, made up, from a number that stands for the dice."""

from django.db import connection

from catalog import commands as catalog
from catalog.queries import category_ids
from shopflow.demo.fill import lives, products, reviews, sales, settling, shelves, shoppers, stock
from shopflow.demo.fill.bare import bare
from shopflow.demo.fill.copying import Copier
from shopflow.demo.fill.plan import Plan
from shopflow.demo.fill.progress import Progress
from shopflow.demo.fill.world import World, look_around
from shopflow.lib import cache
from shopflow.lib.transactions import command

COLUMNS = {
    table: columns
    for module in (shelves, shoppers, products, reviews, stock, sales, lives, settling)
    for table, columns in module.COLUMNS.items()
}


@command
def fill_shop(*, planned: Plan, progress: Progress) -> None:
    """Add the products, shoppers and orders of a plan to a shop that has the demo families.

    One transaction, so a shop is never half filled; only the owner of the tables may, and nobody
    else can use them meanwhile. The same plan makes the same rows.
    """
    world = look_around(planned)
    with (
        bare(list(COLUMNS), each=lambda label, parts: progress.each(label, parts, len(parts))),
        Copier(connection.connection, COLUMNS) as copier,
    ):
        _fill(world, copier, progress)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval('order_number_digits', %s)",
            [world.first_order_number + planned.size.orders],
        )
        for table in progress.each("Statistics", COLUMNS, len(COLUMNS)):
            cursor.execute(f"ANALYZE {table}")
    for job in progress.each("Words", [catalog.rebuild_words], 1):
        job()
    shelves_there = category_ids()
    for category_id in progress.each("Facets", shelves_there, len(shelves_there)):
        catalog.refresh_facets(category_id=category_id)
    cache.renew(cache.CATALOG)


def tidy_up(progress: Progress) -> None:
    """Mark the rows that everybody sees, so that indexes alone can answer."""
    with connection.cursor() as cursor:
        for table in progress.each("Visibility", COLUMNS, len(COLUMNS)):
            cursor.execute(f"VACUUM {table}")


def _fill(world: World, copier: Copier, progress: Progress) -> None:
    size = world.plan.size
    copier.copy(shelves.shelf_rows(world))
    people = progress.each("Shoppers", range(size.shoppers), size.shoppers)
    copier.copy(shoppers.shopper_rows(world, people))
    goods = progress.each("Products", range(size.products), size.products)
    copier.copy(products.product_rows(world, goods))
    rated = progress.each("Reviews", range(size.products), size.products)
    copier.copy(reviews.review_rows(world, rated))
    variants = len(world.plan.product_of)
    stocked = progress.each("Stock", range(variants), variants)
    copier.copy(stock.stock_rows(world, stocked))
    copier.copy(settling.coupon_rows(world))
    on_hand = lives.on_hand_at_first(world.plan)
    placed = progress.each("Orders", range(size.orders), size.orders)
    for sale in sales.sales(world, placed):
        copier.copy(sales.placing_rows(world, sale))
        copier.copy(lives.life_rows(world, sale, on_hand))
        copier.copy(settling.settling_rows(world, sale))
