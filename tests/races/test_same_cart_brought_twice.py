from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from carts import commands
from carts.commands import carts as cart_commands
from carts.models import Cart, CartItem
from carts.queries import find_cart
from catalog.models import ProductVariant
from shopflow.lib.transactions import command
from tests import factories
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
LOGINS = 3


def rounds(variant: ProductVariant, running: Runners) -> Iterator[list[int]]:
    """Let one guest's two units be brought into several accounts at once, by a copied cookie.

    Each account has one of the same already. Yields what is in their carts then.
    """
    for _ in range(ROUNDS):
        users = [factories.UserFactory.create() for _ in range(LOGINS)]
        for user in users:
            factories.cart_with((variant, 1), user=user)
        guest = commands.open_cart()
        commands.add_line(cart_id=guest.cart.pk, variant_id=variant.pk, quantity=2)
        token = guest.token or ""
        running.race(
            *[partial(commands.merge_guest_cart, user_id=user.pk, token=token) for user in users]
        )
        found = CartItem.objects.filter(cart__user__in=users)
        yield sorted(found.values_list("quantity", flat=True))


def test_its_units_come_along_once(variant: ProductVariant) -> None:
    before = deadlocks()

    with runners(LOGINS) as running:
        assert list(rounds(variant, running)) == [[1, 1, 3]] * ROUNDS

    assert not Cart.objects.filter(user=None).exists()
    assert deadlocks() == before


def test_without_the_lock_they_come_twice(
    variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "merge_guest_cart", _unlocked)
    most = 0

    with runners(LOGINS) as running:
        for quantities in rounds(variant, running):
            most = max(most, sum(quantities))
            if most > 5:
                break

    assert most > 5


@command
def _unlocked(*, user_id: UUID, token: str) -> None:
    guest = find_cart(token=token)
    if guest is None:
        return
    own = cart_commands._locked(commands.open_cart(user_id=user_id).cart.pk)
    cart_commands._move_lines(guest, own)
    guest.delete()
