from datetime import timedelta

import pytest
from django.utils import timezone

from carts import commands, tasks
from carts.models import CheckoutDraft
from carts.queries import draft_of
from catalog.models import ProductVariant
from tests import factories

pytestmark = pytest.mark.django_db


def test_keeps_answers_beside_earlier_ones(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    commands.keep_draft(cart_id=cart.pk, answers={"email": "ada@", "city": "New York"})
    commands.keep_draft(cart_id=cart.pk, answers={"email": "ada@example.com", "phone": ""})

    assert draft_of(cart.pk) == {"email": "ada@example.com", "city": "New York", "phone": ""}
    assert CheckoutDraft.objects.count() == 1


def test_is_safe_to_repeat(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    for _ in range(2):
        commands.keep_draft(cart_id=cart.pk, answers={"city": "New York"})

    assert draft_of(cart.pk) == {"city": "New York"}


def test_cuts_what_no_field_takes(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1))

    commands.keep_draft(cart_id=cart.pk, answers={"city": "x" * 1000, "name": "A\0da"})

    assert draft_of(cart.pk) == {"city": "x" * 300, "name": "Ada"}


def test_nothing_is_known_of_another_cart(variant: ProductVariant) -> None:
    cart, other = (factories.cart_with((variant, 1)) for _ in range(2))
    commands.keep_draft(cart_id=cart.pk, answers={"city": "New York"})

    assert draft_of(other.pk) == {}


def test_goes_with_the_guest_into_the_account(variant: ProductVariant) -> None:
    user = factories.UserFactory.create()
    own = factories.cart_with((variant, 1), user=user)
    commands.keep_draft(cart_id=own.pk, answers={"city": "Albany"})
    opened = commands.open_cart()
    assert opened.token is not None
    commands.add_line(cart_id=opened.cart.pk, variant_id=variant.pk, quantity=1)
    commands.keep_draft(cart_id=opened.cart.pk, answers={"city": "New York"})

    commands.merge_guest_cart(user_id=user.pk, token=opened.token)

    assert draft_of(own.pk) == {"city": "New York"}
    assert CheckoutDraft.objects.count() == 1


def test_goes_once_it_was_ordered_or_forgotten(variant: ProductVariant) -> None:
    ordered, forgotten, fresh = (factories.cart_with((variant, 1)) for _ in range(3))
    for cart in (ordered, forgotten, fresh):
        commands.keep_draft(cart_id=cart.pk, answers={"city": "New York"})
    commands.close(cart_id=ordered.pk)
    long_ago = timezone.now() - timedelta(days=30, seconds=1)
    CheckoutDraft.objects.filter(cart=forgotten).update(updated_at=long_ago)

    tasks.drop_expired()
    tasks.drop_expired()

    assert CheckoutDraft.objects.get().cart_id == fresh.pk
