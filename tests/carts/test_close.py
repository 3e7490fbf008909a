from datetime import timedelta

import pytest
from django.utils import timezone

from carts import commands, tasks
from carts.errors import CartNotFound
from carts.models import Cart, CartItem
from catalog.models import ProductVariant
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


def test_closes_an_open_cart_once(db: None) -> None:
    cart = factories.cart_with()

    commands.close(cart_id=cart.pk)

    with pytest.raises(CartNotFound):
        commands.close(cart_id=cart.pk)


def test_refuses_a_cart_past_its_time(db: None) -> None:
    cart = factories.cart_with()
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(CartNotFound):
        commands.close(cart_id=cart.pk)


@ledger("S1-95")
def test_drop_expired_deletes_guests_carts_past_their_time(variant: ProductVariant) -> None:
    stale, fresh, sold = (factories.cart_with((variant, 1)) for _ in range(3))
    kept = factories.cart_with((variant, 1), user=factories.UserFactory.create())
    commands.close(cart_id=sold.pk)
    past = timezone.now() - timedelta(seconds=1)
    Cart.objects.filter(pk__in=[stale.pk, sold.pk]).update(expires_at=past)

    assert commands.drop_expired() == 1
    assert commands.drop_expired() == 0

    assert set(Cart.objects.all()) == {fresh, sold, kept}
    assert CartItem.objects.count() == 3


def test_drop_expired_goes_in_batches(db: None) -> None:
    for _ in range(3):
        factories.cart_with()
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert commands.drop_expired(limit=2) == 2
    tasks.drop_expired()

    assert not Cart.objects.exists()
