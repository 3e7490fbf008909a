from datetime import timedelta

import pytest
from django.utils import timezone

from carts import commands, tasks
from carts.commands.drafts import KEPT_FOR
from carts.errors import CartNotFound
from carts.models import Cart, CartItem, CheckoutDraft
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


def test_drop_ordered_deletes_old_carts_with_all_that_was_typed(variant: ProductVariant) -> None:
    old, recent, still_open = (factories.cart_with((variant, 1)) for _ in range(3))
    boss = factories.UserFactory.create(role="admin")
    by_phone = commands.open_for_customer(email="ada@example.com", by=boss.pk)
    commands.note_answers(cart_id=by_phone.pk, answers={"city": "New York"})
    long_ago = timezone.now() - KEPT_FOR - timedelta(seconds=1)
    Cart.objects.filter(pk__in=[old.pk, by_phone.pk]).update(closed_at=long_ago)
    Cart.objects.filter(pk=recent.pk).update(closed_at=long_ago + timedelta(minutes=1))

    assert commands.drop_ordered() == 2
    assert commands.drop_ordered() == 0

    assert set(Cart.objects.all()) == {recent, still_open}
    assert CartItem.objects.count() == 2
    assert not CheckoutDraft.objects.exists()


def test_drop_ordered_goes_in_batches(db: None) -> None:
    for _ in range(3):
        factories.cart_with()
    Cart.objects.update(closed_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))

    assert commands.drop_ordered(limit=2) == 2
    tasks.drop_expired()

    assert not Cart.objects.exists()
