import pytest
import redis
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import commands as accounts
from accounts.models import User
from carts import commands, tasks
from carts.models import Cart, Wishlist
from catalog.models import ProductVariant
from tests import factories
from tests.doorbell import rung
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(variant: ProductVariant) -> User:
    """Somebody with a cart and a wish list."""
    user = factories.UserFactory.create()
    factories.cart_with((variant, 1), user=user)
    Wishlist.objects.create(user=user)
    return user


@ledger("S1-95", "S1-98", "C-76")
def test_deletes_carts_and_wish_lists(user: User) -> None:
    accounts.close_account(user_id=user.pk, by=None)

    gone = commands.drop_carts_of_closed_accounts(user_id=user.pk)

    assert gone == 2
    assert not Cart.objects.filter(user=user).exists()
    assert not Wishlist.objects.exists()


def test_leaves_those_of_everybody_else(user: User, variant: ProductVariant) -> None:
    guest = factories.cart_with((variant, 1))
    closed = factories.UserFactory.create()
    factories.cart_with((variant, 1), user=closed)
    accounts.close_account(user_id=closed.pk, by=None)

    tasks.drop_carts_of_closed_accounts()

    assert set(Cart.objects.values_list("pk", "user")) == {
        (user.carts.get().pk, user.pk),
        (guest.pk, None),
    }
    assert Wishlist.objects.count() == 1


def test_deletes_only_those_of_the_account_that_is_named(
    user: User, variant: ProductVariant
) -> None:
    other = factories.UserFactory.create()
    factories.cart_with((variant, 1), user=other)
    for user_id in (user.pk, other.pk):
        accounts.close_account(user_id=user_id, by=None)

    commands.drop_carts_of_closed_accounts(user_id=user.pk)

    assert [cart.user_id for cart in Cart.objects.all()] == [other.pk]


@ledger("S1-93", "S1-98", "C-13", "C-76")
def test_leaves_orders_and_the_carts_they_came_from(user: User, variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 1), user=user)
    accounts.close_account(user_id=user.pk, by=None)

    tasks.drop_carts_of_closed_accounts(str(user.pk))

    order.refresh_from_db()
    assert order.user_id == user.pk
    assert [cart.closed_at is None for cart in user.carts.all()] == [False]


def test_goes_in_batches(user: User, variant: ProductVariant) -> None:
    other = factories.UserFactory.create()
    factories.cart_with((variant, 1), user=other)
    for user_id in (user.pk, other.pk):
        accounts.close_account(user_id=user_id, by=None)

    assert commands.drop_carts_of_closed_accounts(limit=1) == 2
    tasks.drop_carts_of_closed_accounts()

    assert not Cart.objects.exists()


def test_is_safe_to_repeat(user: User) -> None:
    accounts.close_account(user_id=user.pk, by=None)
    tasks.drop_carts_of_closed_accounts(str(user.pk))

    tasks.drop_carts_of_closed_accounts(str(user.pk))

    assert not Cart.objects.exists()


def test_a_worker_hears_of_it_once(
    user: User,
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        accounts.close_account(user_id=user.pk, by=None)
        accounts.close_account(user_id=user.pk, by=None)

    assert rung(queue) == [("carts.tasks.drop_carts_of_closed_accounts", f"('{user.pk}',)")]
