import pytest

from catalog.models import ProductVariant
from orders import commands
from orders.commands import ReturnLine
from orders.errors import (
    ExchangeCostsMore,
    InvalidReturn,
    NothingToReturn,
    ReturnTooLate,
    UnitsNotReturnable,
)
from orders.models import Order, OrderReturn
from orders.queries import units_left
from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.books import books
from tests.orders.coming_back import accepted, arrived, asked, came, delivered_ago, line, two_sizes

pytestmark = pytest.mark.django_db


def test_waits_for_staff_under_a_number_of_its_own(order: Order) -> None:
    arrived(order)

    row = asked(order, comment=" Too long in the arms. ")

    number = order.order_number.replace("ORD", "RET") + "-1"
    assert (row.return_number, row.status, row.kind) == (number, "requested", "return")
    assert (row.resolution, row.comment, row.user_id) == (
        "refund",
        "Too long in the arms.",
        order.user_id,
    )
    [item] = row.items.all()
    assert (item.quantity, item.quantity_received, item.reason) == (1, 0, "unwanted")
    assert units_left(order.pk) == {item.order_item_id: 1}
    assert OutboxMessage.objects.filter(topic="mail:orders/return_requested").count() == 1


def test_counts_what_is_on_its_way_back_already(order: Order) -> None:
    arrived(order)
    asked(order)
    before = books()

    with pytest.raises(UnitsNotReturnable) as refused:
        asked(order, units=2)

    item = order.items.get()
    assert refused.value.extra == {"lines": [{"item": str(item.pk), "left": 1}]}
    assert books() == before


def test_gives_units_free_again_when_it_is_refused_or_called_off(order: Order) -> None:
    arrived(order)
    commands.refuse_return(return_id=asked(order, units=2).pk, reason="It was worn.")
    commands.call_off_return(return_id=asked(order, units=2).pk)

    third = asked(order, units=2)

    assert third.return_number.endswith("-3")


def test_gives_units_free_again_that_never_came(order: Order) -> None:
    row = accepted(arrived(order), units=2)
    came(row, units=1)
    commands.close_return(return_id=row.pk, note="The other one never came.")

    assert units_left(order.pk) == {order.items.get().pk: 1}


def test_refuses_an_order_that_hasnt_left(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)

    with pytest.raises(NothingToReturn):
        asked(order)

    assert not OrderReturn.objects.exists()


def test_refuses_what_is_all_on_its_way_back(order: Order) -> None:
    arrived(order)
    asked(order, units=2)

    with pytest.raises(NothingToReturn):
        asked(order)

    assert OrderReturn.objects.count() == 1


@pytest.mark.parametrize("days", [30, 0])
def test_takes_it_until_the_last_day(order: Order, days: int) -> None:
    arrived(order)
    delivered_ago(order, days=days)

    assert asked(order).status == "requested"


def test_refuses_the_day_after(order: Order) -> None:
    arrived(order)
    delivered_ago(order, days=31)

    with pytest.raises(ReturnTooLate):
        asked(order)

    assert not OrderReturn.objects.exists()


def test_takes_it_later_from_staff_and_as_a_claim(order: Order) -> None:
    arrived(order)
    delivered_ago(order, days=400)

    by_staff = asked(order, is_late_allowed=True)
    claim = asked(order, kind="claim", resolution="replacement")

    assert (by_staff.kind, claim.kind) == ("return", "claim")


@pytest.mark.parametrize("units", [0, -1])
def test_refuses_no_unit_or_fewer(order: Order, units: int) -> None:
    arrived(order)

    with pytest.raises(InvalidReturn):
        asked(order, units=units)

    assert not OrderReturn.objects.exists()


@pytest.mark.parametrize(
    ("kind", "resolution"),
    [
        ("return", "exchange"),
        ("return", "replacement"),
        ("return", "sent_back"),
        ("return", ""),
        ("exchange", "refund"),
        ("claim", "gift_card"),
        ("withdrawal", "refund"),
        ("present", "refund"),
    ],
)
def test_refuses_what_doesnt_fit(order: Order, kind: str, resolution: str) -> None:
    arrived(order)

    with pytest.raises(InvalidReturn):
        asked(order, kind=kind, resolution=resolution)

    assert not OrderReturn.objects.exists()


def test_refuses_odd_lines(order: Order, variant: ProductVariant) -> None:
    arrived(order)
    foreign = arrived(factories.placed_order((variant, 1)))
    mine = line(order)

    for lines in ([], [mine, mine], [line(order, reason="just so")]):
        with pytest.raises(InvalidReturn):
            asked(order, lines=lines)
    for strange in (line(foreign), ReturnLine(order_item_id=new_id(), quantity=1, reason="other")):
        with pytest.raises(UnitsNotReturnable):
            asked(order, lines=[strange])

    assert not OrderReturn.objects.exists()


@pytest.mark.parametrize("comment", ["x" * 2001, "\0"])
def test_refuses_a_comment_nobody_can_keep(order: Order, comment: str) -> None:
    arrived(order)

    with pytest.raises(InvalidReturn):
        asked(order, comment=comment)

    assert not OrderReturn.objects.exists()


def test_exchanges_for_another_form_of_the_product(us_shipping: object) -> None:
    small, medium = two_sizes()
    order = arrived(factories.placed_order((small, 1)))

    row = asked(
        order,
        kind="exchange",
        resolution="exchange",
        lines=[line(order, reason="too_small", wanted_variant_id=medium.pk)],
    )

    assert row.items.get().wanted_variant == medium


def test_refuses_an_exchange_for_what_costs_more(us_shipping: object) -> None:
    small, medium = two_sizes(other="50.01")
    order = arrived(factories.placed_order((small, 1)))

    with pytest.raises(ExchangeCostsMore):
        asked(
            order,
            kind="exchange",
            resolution="exchange",
            lines=[line(order, wanted_variant_id=medium.pk)],
        )

    assert not OrderReturn.objects.exists()


def test_refuses_an_exchange_for_the_same_or_for_something_else(
    us_shipping: object, variant: ProductVariant
) -> None:
    small, _medium = two_sizes()
    order = arrived(factories.placed_order((small, 1)))

    for wanted in (None, small.pk, variant.pk, new_id()):
        with pytest.raises(InvalidReturn):
            asked(
                order,
                kind="exchange",
                resolution="exchange",
                lines=[line(order, wanted_variant_id=wanted)],
            )

    assert not OrderReturn.objects.exists()


def test_refuses_an_order_whose_money_is_back(order: Order) -> None:
    arrived(order)
    commands.record_money(order_id=order.pk, paid=order.total, refunded=order.total)
    commands.mark_refunded(order_id=order.pk)

    with pytest.raises(NothingToReturn):
        asked(order)

    assert not OrderReturn.objects.exists()
