"""How orders were paid: attempts, refunds, and a coupon that many used."""

from shopflow.demo.fill.amounts import PERCENT_OFF
from shopflow.demo.fill.cells import NULL, Row, Rows, moment, money
from shopflow.demo.fill.plan import MINUTE, Fate
from shopflow.demo.fill.sales import (
    CODE,
    DESCRIPTION,
    REASON,
    Sale,
    optional,
    refunded_of,
)
from shopflow.demo.fill.shoppers import email_of
from shopflow.demo.fill.sizes import START
from shopflow.demo.fill.world import World

COLUMNS = {
    "payments":
        "id created_at updated_at order_id user_id provider method_type amount currency status"
        " amount_captured amount_refunded provider_payment_id card_brand card_last_four"
        " failure_code idempotency_key attempted_at captured_at",
    "refunds":
        "id created_at updated_at payment_id order_id user_id amount currency reason status"
        " idempotency_key provider_refund_id attempts next_try_at succeeded_at",
    "coupons":
        "id created_at updated_at code description discount_type discount_value usage_count",
    "coupon_usage":
        "id created_at updated_at coupon_id order_id user_id customer_email discount_amount"
        " released_at",
}  # fmt: skip
PROVIDER = "sandbox"
CARDS = ("visa\t4242", "mastercard\t4444", "amex\t0005")
PAID = {
    Fate.REFUNDED: "refunded",
    Fate.CANCELLED: "refunded",
    Fate.PARTLY_REFUNDED: "partially_refunded",
}


def coupon_rows(world: World) -> Rows:
    """Make the coupon."""
    now = moment(START)
    coupon_id = world.ids.coupon(START, 0)
    yield (
        "coupons",
        f"{coupon_id}\t{now}\t{now}\t{CODE}\t{DESCRIPTION}\tpercentage\t{PERCENT_OFF}\t0",
    )


def settling_rows(world: World, sale: Sale) -> Rows:
    """Make what was tried, paid and given back for an order."""
    times = sale.times
    # Some cards are declined: most shoppers try another one, some let the order go.
    is_declined = sale.number % (3 if sale.fate == Fate.EXPIRED else 20) == 2
    if is_declined and sale.fate != Fate.PENDING:
        yield _attempt(world, sale, place=0, status="failed", captured=None)
    if times.confirmed is not None:
        status = PAID.get(sale.fate, "captured")
        yield _attempt(world, sale, place=1, status=status, captured=times.confirmed)
    if times.refunded is not None:
        yield _refund(world, sale, times.refunded)
    if sale.has_coupon:
        used = moment(times.placed)
        released = optional(times.cancelled) if sale.fate in REASON else NULL
        yield (
            "coupon_usage",
            f"{world.ids.use(times.placed, sale.number)}\t{used}\t{used}"
            f"\t{world.ids.coupon(START, 0)}\t{sale.id}\t{sale.user_id}\t{email_of(sale.shopper)}"
            f"\t{money(sale.amounts.discount)}\t{released}",
        )


def _attempt(world: World, sale: Sale, *, place: int, status: str, captured: int | None) -> Row:
    begun = sale.times.placed + (1 + place) * MINUTE // 2
    payment_id, now = world.ids.payment(begun, sale.number * 2 + place), moment(begun)
    total = money(sale.amounts.total)
    return (
        "payments",
        f"{payment_id}\t{now}\t{now}\t{sale.id}\t{sale.user_id}\t{PROVIDER}\tcard\t{total}"
        f"\t{world.currency}\t{status}\t{'0' if captured is None else total}"
        f"\t{'0' if captured is None else money(refunded_of(sale))}"
        f"\tmade-{world.first_order_number + sale.number}-{place}"
        f"\t{CARDS[sale.number % len(CARDS)]}\t{'card_declined' if captured is None else ''}"
        f"\t{payment_id}\t{now}\t{optional(captured)}",
    )


def _refund(world: World, sale: Sale, given_back: int) -> Row:
    begun = sale.times.placed + MINUTE
    payment_id = world.ids.payment(begun, sale.number * 2 + 1)
    refund_id, now = world.ids.refund(given_back, sale.number), moment(given_back)
    return (
        "refunds",
        f"{refund_id}\t{now}\t{now}\t{payment_id}\t{sale.id}\t{sale.user_id}"
        f"\t{money(refunded_of(sale))}\t{world.currency}\tGiven back\tsucceeded\t{refund_id}"
        f"\tmade-{refund_id}\t1\t{now}\t{now}",
    )
