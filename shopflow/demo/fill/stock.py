"""What lies in the warehouse, and how it came there."""

from collections.abc import Iterable

from shopflow.demo.fill.cells import NULL, Rows, moment
from shopflow.demo.fill.world import World

COLUMNS = {
    "inventory":
        "id created_at updated_at variant_id warehouse_id quantity_on_hand quantity_reserved"
        " reorder_point reorder_quantity warehouse_location",
    "inventory_transactions":
        "id created_at inventory_id order_id type quantity_change quantity_after reason",
}  # fmt: skip


def stock_rows(world: World, variants: Iterable[int]) -> Rows:
    """Make a stock row for each variant, and the purchase that all its units came with."""
    plan, ids = world.plan, world.ids
    for variant in variants:
        created = plan.created[plan.product_of[variant]]
        now, stock_id = moment(created), ids.stock(created, variant)
        reserved = plan.reserved[variant]
        on_hand = plan.left[variant] + reserved
        point = 5 if variant % 10 == 0 else 0
        yield (
            "inventory",
            f"{stock_id}\t{now}\t{now}\t{ids.variant(created, variant)}\t{world.warehouse}"
            f"\t{on_hand}\t{reserved}\t{point}\t{point * 10}\t{variant % 40:02}-{variant % 997:03}",
        )
        if bought := on_hand + plan.shipped[variant]:
            yield (
                "inventory_transactions",
                f"{ids.opening(created, variant)}\t{now}\t{stock_id}\t{NULL}\tpurchase"
                f"\t{bought}\t{bought}\tFirst delivery",
            )
