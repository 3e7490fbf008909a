from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from carts import commands
from carts.models import Cart
from carts.queries import count_items, find_cart, token_hash
from catalog.models import ProductVariant
from tests import factories

pytestmark = pytest.mark.django_db


def test_gives_a_guest_a_cart_and_its_token() -> None:
    opened = commands.open_cart()

    cart = Cart.objects.get()
    assert opened.cart == cart
    assert opened.token is not None
    assert len(opened.token) == 43
    # Only the hash is stored: who reads the table can't open the cart.
    assert cart.token_hash == token_hash(opened.token)
    assert cart.currency == "USD"
    assert cart.expires_at is not None
    lifetime = cart.expires_at - timezone.now()
    assert timedelta(days=29, hours=23) < lifetime <= settings.GUEST_CART_LIFETIME


def test_finds_the_guests_cart_again() -> None:
    first = commands.open_cart()

    second = commands.open_cart(token=first.token)

    assert (second.cart, second.token) == (first.cart, first.token)
    assert Cart.objects.count() == 1


@pytest.mark.parametrize("token", ["", "somebody else's", "x" * 5000, "\0", "ü"])
def test_gives_a_new_cart_for_a_foreign_token(token: str) -> None:
    theirs = commands.open_cart()

    mine = commands.open_cart(token=token)

    assert mine.cart != theirs.cart
    assert mine.token not in {token, theirs.token}


def test_never_opens_a_cart_by_what_is_stored_of_its_token() -> None:
    opened = commands.open_cart()

    assert find_cart(token=opened.cart.token_hash) is None


def test_keeps_one_cart_per_user() -> None:
    user = factories.UserFactory.create()

    first, second = (commands.open_cart(user_id=user.pk) for _ in range(2))

    assert first.cart == second.cart
    assert (first.token, first.cart.expires_at) == (None, None)


def test_a_draft_that_staff_write_for_a_shopper_is_not_their_cart() -> None:
    user, employee = factories.UserFactory.create_batch(2)
    draft = Cart.objects.create(user=user, created_by=employee, currency="USD")

    cart = commands.open_cart(user_id=user.pk).cart

    assert cart != draft
    assert find_cart(user_id=user.pk) == cart


def test_a_users_cart_is_not_opened_by_a_token(variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    guest = commands.open_cart()

    opened = commands.open_cart(user_id=user.pk, token=guest.token)

    assert opened.cart != guest.cart


def test_starts_anew_when_the_cart_is_past_its_time() -> None:
    old = commands.open_cart()
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    new = commands.open_cart(token=old.token)

    assert new.cart != old.cart
    assert new.token != old.token


def test_starts_anew_when_the_cart_became_an_order(variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    order = factories.placed_order((variant, 1), user=user)

    assert order.user == user
    assert find_cart(user_id=user.pk) is None
    assert commands.open_cart(user_id=user.pk).cart.items.count() == 0


def test_count_items_adds_up_the_units(variant: ProductVariant) -> None:
    other = factories.variant_on_sale()
    opened = commands.open_cart()
    for wanted in (variant, other):
        commands.add_line(cart_id=opened.cart.pk, variant_id=wanted.pk, quantity=3)

    assert count_items(token=opened.token) == 6
    assert count_items(token="nobody's") == 0
    assert count_items() == 0
