"""Somebody presses "Order and pay" in one window and has themselves erased in the other."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from accounts.models import ErasureLog, User
from catalog.models import ProductVariant
from orders.models import Order
from shipping.models import ShippingMethod
from shopflow.lib.errors import DomainError
from shopflow.privacy import commands
from tests import factories
from tests.races.starting_gun import ROUNDS, Runners, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]


@pytest.fixture
def plenty(us_shipping: ShippingMethod) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant, running: Runners) -> Iterator[tuple[User, list[object]]]:
    for _ in range(ROUNDS):
        user = factories.UserFactory.create()
        cart = factories.cart_with((plenty, 1), user=user)
        total = factories.quote(cart).total
        outcomes: list[object] = running.race(
            partial(factories.check_out, cart, expected_total=total, user_id=user.pk),
            partial(commands.erase_user, user_id=user.pk),
        )
        yield user, outcomes


def both_happened(user: User) -> bool:
    has_order = Order.objects.filter(user=user).exists()
    return has_order and ErasureLog.objects.filter(user_id=user.pk).exists()


def test_one_of_both_happens(plenty: ProductVariant) -> None:
    with runners(2) as running:
        for user, (placed, erased) in rounds(plenty, running):
            refused = placed if isinstance(placed, DomainError) else erased
            assert isinstance(refused, DomainError), (placed, erased)
            assert refused.code in {"orders_open", "cart_not_found"}
            assert not both_happened(user)
            assert (
                Order.objects.filter(user=user).count()
                + ErasureLog.objects.filter(user_id=user.pk).count()
            ) == 1


def test_without_the_lock_both_do(plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_locked", _only_the_user)

    with runners(2) as running:
        assert any(both_happened(user) for user, _ in rounds(plenty, running))


def _only_the_user(user_id: UUID) -> User | None:
    return User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
