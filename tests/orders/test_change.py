"""Units taken out of a paid order: proposed with what that gives back, then applied or dropped."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client

from catalog.models import ProductVariant
from inventory.commands import give_up
from orders import commands
from orders.errors import ChangeNotFound, ChangeOutdated, InvalidChange, OrderNotEditable
from orders.models import Order, OrderChange
from orders.queries import changes_of, left_to_ship
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
# Two shirts and three towels: 100.00 + 60.00, tax of 8.875 % on top: 8.88 and 5.33 (5.325).
SHIRT, TOWEL = Decimal("54.44"), Decimal("21.78")


@pytest.fixture
def towel(us_shipping: object) -> ProductVariant:
    return factories.variant_on_sale(price="20.00", stock=5)


@pytest.fixture
def paid(variant: ProductVariant, towel: ProductVariant) -> Order:
    order = factories.placed_order((variant, 2), (towel, 3))
    return commands.confirm(order_id=order.pk, amount=order.total)


def lines(order: Order) -> tuple[UUID, UUID]:
    shirts, towels = order.items.order_by("id").values_list("pk", flat=True)
    return shirts, towels


def propose(order: Order, shirts: int = 0, towels: int = 0) -> OrderChange:
    units = dict(zip(lines(order), (shirts, towels), strict=True))
    return commands.propose_change(order_id=order.pk, units=units, reason="broken")


def apply(change: OrderChange) -> OrderChange:
    return commands.apply_change(change_id=change.pk, expected_difference=change.difference)


def test_a_proposal_says_what_goes_back_and_does_nothing(
    paid: Order, variant: ProductVariant
) -> None:
    staff = factories.UserFactory.create(role="employee")
    shirts, _ = lines(paid)

    change = commands.propose_change(order_id=paid.pk, units={shirts: 1}, by=staff.pk)

    assert (change.status, change.difference) == ("proposed", -SHIRT)
    assert change.created_by == staff
    assert factories.figures(variant) == (10, 2)
    assert left_to_ship(paid.pk)[shirts] == 2


def test_applied_the_units_are_sold_again(
    client: Client, paid: Order, variant: ProductVariant, towel: ProductVariant
) -> None:
    shirts, towels = lines(paid)
    before = (paid.total, paid.subtotal)

    apply(propose(paid, shirts=1, towels=3))

    assert factories.figures(variant) == (10, 1)
    assert factories.figures(towel) == (5, 0)
    assert left_to_ship(paid.pk) == {shirts: 1}
    paid.refresh_from_db()
    assert (paid.total, paid.subtotal) == before
    assert list(paid.items.order_by("id").values_list("quantity", flat=True)) == [2, 3]
    [change] = changes_of(paid, "applied")
    assert [(line.item.pk, line.quantity) for line in change.lines] == [(shirts, 1), (towels, 3)]
    assert "Taken out on" in words(client.get(link("orders:detail", paid)))
    counts = violations(instant_only=True)
    assert [name for name, rows in counts.items() if rows] == ["order_money_equals_payments"]


def test_units_one_by_one_give_back_exactly_the_line(paid: Order) -> None:
    given = [apply(propose(paid, towels=1)).difference for _ in range(3)]

    assert given == [Decimal("-21.78"), Decimal("-21.77"), Decimal("-21.78")]
    assert -sum(given) == Decimal("65.33")


def test_tells_the_shopper(paid: Order) -> None:
    apply(propose(paid, shirts=1))
    send_due()

    letter = mail.outbox[-1]
    name = paid.items.order_by("id")[0].product_name
    assert letter.subject == f"Your order {paid.order_number} was changed"
    assert f"1 × {name}" in str(letter.body)
    assert "$54.44 goes back" in str(letter.body)


def test_what_is_left_ships_and_that_is_all(paid: Order) -> None:
    apply(propose(paid, shirts=1))

    order = commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z")

    assert (order.status, order.fulfilment_status) == ("shipped", "fulfilled")
    packed = order.shipments.get().items.order_by("order_item").values_list("quantity", flat=True)
    assert list(packed) == [1, 3]


def test_without_the_rest_what_has_left_was_all(paid: Order) -> None:
    shirts, _ = lines(paid)
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z", units={shirts: 2})
    parcel = paid.shipments.get()
    commands.track(shipment_id=parcel.pk, status="delivered")

    apply(propose(paid, towels=3))

    paid.refresh_from_db()
    assert (paid.status, paid.fulfilment_status) == ("delivered", "fulfilled")


@pytest.mark.parametrize(
    ("shirts", "towels"), [(0, 0), (3, 0), (-1, 1), (2, 3)], ids=["0", "3", "-1", "everything"]
)
def test_refuses_what_cannot_be_taken_out(paid: Order, shirts: int, towels: int) -> None:
    before = books()

    with pytest.raises(InvalidChange):
        propose(paid, shirts, towels)

    assert books() == before


def test_refuses_units_that_have_left(paid: Order) -> None:
    shirts, _ = lines(paid)
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z", units={shirts: 1})
    before = books()

    with pytest.raises(InvalidChange):
        propose(paid, shirts=2)

    assert books() == before


def test_refuses_an_unpaid_and_a_cancelled_order(variant: ProductVariant) -> None:
    for act in (lambda order: order, factories.cancel):
        order = act(factories.placed_order((variant, 2)))
        before = books()

        with pytest.raises(OrderNotEditable):
            commands.propose_change(order_id=order.pk, units={order.items.get().pk: 1})

        assert books() == before


def test_refuses_another_difference_than_was_agreed_to(paid: Order) -> None:
    change = propose(paid, shirts=1)
    before = books()

    with pytest.raises(ChangeOutdated):
        commands.apply_change(change_id=change.pk, expected_difference=Decimal("-1.00"))

    assert books() == before


def test_refuses_a_proposal_on_an_order_that_has_moved_on(paid: Order) -> None:
    shirts, _ = lines(paid)
    change = propose(paid, shirts=1)
    commands.ship(order_id=paid.pk, carrier="UPS", tracking_number="1Z", units={shirts: 2})
    before = books()

    with pytest.raises(ChangeOutdated):
        apply(change)

    assert books() == before


def test_refuses_a_proposal_of_units_that_went_another_way(paid: Order) -> None:
    """A refund of a line may take units back too."""
    shirts, _ = lines(paid)
    change = propose(paid, shirts=1)
    give_up(order_id=paid.pk, units={shirts: 1})
    before = books()

    with pytest.raises(ChangeOutdated):
        apply(change)

    assert books() == before


def test_is_applied_once(paid: Order) -> None:
    change = apply(propose(paid, shirts=1))
    before = books()

    with pytest.raises(ChangeNotFound):
        apply(change)

    assert books() == before


def test_a_new_proposal_takes_the_place_of_the_last(paid: Order) -> None:
    first = propose(paid, shirts=1)

    second = propose(paid, towels=1)

    first.refresh_from_db()
    assert (first.status, second.status) == ("discarded", "proposed")


def test_a_dropped_proposal_is_never_applied(paid: Order) -> None:
    change = propose(paid, shirts=1)
    commands.discard_change(change_id=change.pk)

    with pytest.raises(ChangeNotFound):
        apply(change)

    assert not changes_of(paid, "applied")
