from collections.abc import Callable
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from carts import commands as carts
from carts.models import Cart
from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.models import Order
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.errors import DomainError
from shopflow.lib.idempotency import Answer, answer_once, claim_of
from shopflow.lib.mail import send_due
from shopflow.lib.models import IdempotencyKey
from tests import factories
from tests.races.starting_gun import ROUNDS, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
TOTAL = Decimal("60.34")
Send = Callable[[Cart, str], Answer]


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def place(cart: Cart) -> Answer:
    order = factories.check_out(cart, expected_total=TOTAL)
    return Answer.of(201, {"order": {"number": order.order_number}})


def refuse(error: DomainError) -> Answer:
    return Answer.of(error.status, {"code": error.code})


def send(cart: Cart, key: str) -> Answer:
    """The checkout as the API does it: the work once per key, its answer as often as asked."""
    claim = claim_of(
        actor=f"cart:{cart.pk}", route="checkout", key=key, body={"expected_total": str(TOTAL)}
    )
    return answer_once(claim, work=partial(place, cart), refusal=refuse)


def send_unguarded(cart: Cart, key: str) -> Answer:
    try:
        return place(cart)
    except DomainError as error:
        return refuse(error)


@pytest.mark.parametrize("clicks", [2, 5])
def test_one_order_and_the_same_answer(plenty: ProductVariant, clicks: int) -> None:
    with runners(clicks) as running:
        for number in range(1, ROUNDS + 1):
            cart = factories.cart_with((plenty, 1))

            answers = running.race(*[partial(send, cart, f"key-of-round-{number}")] * clicks)

            [order] = Order.objects.order_by("-id")[:1]
            expected = Answer(201, f'{{"order": {{"number": "{order.order_number}"}}}}')
            assert answers == [expected] * clicks
            assert Order.objects.count() == number

    assert IdempotencyKey.objects.count() == ROUNDS
    inventory.publish(variant_ids=[plenty.pk])
    send_due()
    assert set(violations().values()) == {0}


def test_without_the_key_the_second_click_is_told_something_else(plenty: ProductVariant) -> None:
    with runners(2) as running:
        cart = factories.cart_with((plenty, 1))

        answers = running.race(*[partial(send_unguarded, cart, "key-of-a-mutant")] * 2)

    # The cart, closed by one conditional UPDATE, is the second net: no second order.
    assert {answer.status for answer in answers if isinstance(answer, Answer)} == {201, 404}
    assert Order.objects.count() == 1


def test_without_key_and_cart_there_are_two_orders(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carts, "close", _look_then_close)

    with runners(2) as running:
        for _ in range(ROUNDS):
            cart = factories.cart_with((plenty, 1))
            before = Order.objects.count()
            running.race(*[partial(send_unguarded, cart, "key-of-a-mutant")] * 2)
            if Order.objects.count() > before + 1:
                break

    assert Order.objects.count() == before + 2


def _look_then_close(*, cart_id: UUID) -> None:
    cart = Cart.objects.get(pk=cart_id)
    if cart.closed_at is None:
        Cart.objects.filter(pk=cart_id).update(closed_at=cart.created_at)
