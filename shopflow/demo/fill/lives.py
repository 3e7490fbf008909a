"""What became of orders: steps, promises of stock, parcels and the ledger."""

from array import array
from collections.abc import Iterator

from shopflow.demo.fill.cells import NULL, Rows, moment
from shopflow.demo.fill.plan import HELD, MINUTE, RESERVED, Fate, Plan
from shopflow.demo.fill.sales import REASON, Sale, optional
from shopflow.demo.fill.world import World

COLUMNS = {
    "order_status_history": "id created_at order_id from_status to_status notes",
    "inventory_reservations":
        "id created_at updated_at inventory_id order_id order_item_id quantity status expires_at",
    "order_shipments":
        "id created_at updated_at order_id user_id carrier tracking_number status shipped_at"
        " delivered_at",
    "order_shipment_items": "id created_at updated_at shipment_id order_item_id quantity",
}  # fmt: skip
CARRIER = "Snail & Co"
STEPS = 8  # at most, of one order


def on_hand_at_first(plan: Plan) -> "array[int]":
    """Return what lay in the warehouse of each variant before anything shipped."""
    return array(
        "I",
        (
            left + reserved + shipped
            for left, reserved, shipped in zip(plan.left, plan.reserved, plan.shipped, strict=True)
        ),
    )


def life_rows(world: World, sale: Sale, on_hand: "array[int]") -> Rows:
    """Make what happened to an order; what it shipped is taken from `on_hand`."""
    before = ""
    for place, (status, ms, notes) in enumerate(_steps(sale)):
        step_id = world.ids.step(ms, sale.number * STEPS + place)
        yield (
            "order_status_history",
            f"{step_id}\t{moment(ms)}\t{sale.id}\t{before}\t{status}\t{notes}",
        )
        before = status
    yield from _reservations(world, sale)
    if sale.times.shipped is not None:
        yield from _parcel(world, sale, sale.times.shipped, on_hand)


def _steps(sale: Sale) -> Iterator[tuple[str, int, str]]:
    """Yield the status, the time and the note of each step."""
    times = sale.times
    yield "pending", times.placed, ""
    if times.confirmed is not None:
        yield "confirmed", times.confirmed, ""
    if times.shipped is not None:
        yield "processing", times.shipped, ""
        yield "shipped", times.shipped, f"{CARRIER} {_tracking(sale)}"
    elif sale.fate == Fate.PROCESSING:
        yield "processing", times.placed + HELD - MINUTE, ""
    if times.delivered is not None:
        yield "delivered", times.delivered, ""
    if times.cancelled is not None:
        yield "cancelled", times.cancelled, REASON[sale.fate]
    elif sale.fate == Fate.REFUNDED and times.refunded is not None:
        yield "refunded", times.refunded, ""


def _tracking(sale: Sale) -> str:
    return f"SN{sale.number:010}"


def _reservations(world: World, sale: Sale) -> Rows:
    plan, ids, times = world.plan, world.ids, sale.times
    status = _promise(sale.fate)
    expires = moment(times.placed + HELD) if status == "held" else NULL
    changed = moment(times.shipped or times.cancelled or times.confirmed or times.placed)
    for line in sale.lines:
        created = plan.created[plan.product_of[line.variant]]
        yield (
            "inventory_reservations",
            f"{ids.reservation(times.placed, line.number)}\t{sale.now}\t{changed}"
            f"\t{ids.stock(created, line.variant)}\t{sale.id}\t{line.id}\t{line.quantity}"
            f"\t{status}\t{expires}",
        )


def _promise(fate: Fate) -> str:
    if fate in RESERVED:
        return "held" if fate == Fate.PENDING else "committed"
    return {Fate.EXPIRED: "expired", Fate.CANCELLED: "released"}.get(fate, "fulfilled")


def _parcel(world: World, sale: Sale, shipped: int, on_hand: "array[int]") -> Rows:
    plan, ids, now = world.plan, world.ids, moment(shipped)
    parcel_id, delivered = ids.parcel(shipped, sale.number), sale.times.delivered
    yield (
        "order_shipments",
        f"{parcel_id}\t{now}\t{now}\t{sale.id}\t{sale.user_id}\t{CARRIER}\t{_tracking(sale)}"
        f"\t{'shipped' if delivered is None else 'delivered'}\t{now}\t{optional(delivered)}",
    )
    for line in sale.lines:
        yield (
            "order_shipment_items",
            f"{ids.parcel_item(shipped, line.number)}\t{now}\t{now}\t{parcel_id}\t{line.id}"
            f"\t{line.quantity}",
        )
        on_hand[line.variant] -= line.quantity
        created = plan.created[plan.product_of[line.variant]]
        yield (
            "inventory_transactions",
            f"{ids.sale(shipped, line.number)}\t{now}\t{ids.stock(created, line.variant)}"
            f"\t{sale.id}\tsale\t-{line.quantity}\t{on_hand[line.variant]}\t",
        )
