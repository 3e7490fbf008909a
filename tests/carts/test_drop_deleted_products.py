import pytest
import redis
from pytest_django import DjangoCaptureOnCommitCallbacks

from carts import commands, tasks
from carts.models import CartItem, Wishlist, WishlistItem
from catalog import commands as catalog
from catalog.models import ProductVariant
from orders.models import OrderItem
from tests import factories
from tests.doorbell import rung
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(db: None) -> ProductVariant:
    return factories.variant_on_sale()


def wish(variant: ProductVariant) -> WishlistItem:
    user = factories.UserFactory.create()
    wishlist = Wishlist.objects.create(user=user)
    return WishlistItem.objects.create(
        wishlist=wishlist, product_id=variant.product_id, unit_price=variant.price
    )


def in_carts() -> set[object]:
    return set(CartItem.objects.values_list("variant", flat=True))


@ledger("S1-95", "S1-99", "C-12")
def test_takes_a_deleted_product_out_of_carts_and_wish_lists(
    variant: ProductVariant, other: ProductVariant
) -> None:
    cart = factories.cart_with((variant, 2), (other, 1))
    wished, kept = wish(variant), wish(other)
    catalog.delete_product(product_id=variant.product_id)

    gone = commands.drop_deleted_products(product_id=variant.product_id)

    assert gone == 2
    assert [item.variant for item in cart.items.all()] == [other]
    assert list(WishlistItem.objects.all()) == [kept]
    assert Wishlist.objects.filter(pk=wished.wishlist_id).exists()


def test_leaves_what_is_on_sale(variant: ProductVariant) -> None:
    factories.cart_with((variant, 1))
    wish(variant)

    assert commands.drop_deleted_products() == 0
    assert commands.drop_deleted_products(product_id=variant.product_id) == 0
    assert (CartItem.objects.count(), WishlistItem.objects.count()) == (1, 1)


def test_takes_out_only_the_product_that_is_named(
    variant: ProductVariant, other: ProductVariant
) -> None:
    factories.cart_with((variant, 1), (other, 1))
    for product_id in (variant.product_id, other.product_id):
        catalog.delete_product(product_id=product_id)

    commands.drop_deleted_products(product_id=variant.product_id)

    assert in_carts() == {other.pk}


@ledger("S1-94", "S1-99")
def test_leaves_orders_and_the_carts_they_came_from(variant: ProductVariant) -> None:
    order = factories.placed_order((variant, 1))
    catalog.delete_product(product_id=variant.product_id)

    tasks.drop_deleted_products()

    assert OrderItem.objects.get(order=order).product_id == variant.product_id
    assert in_carts() == {variant.pk}


def test_goes_in_batches(variant: ProductVariant) -> None:
    for _ in range(3):
        factories.cart_with((variant, 1))
    catalog.delete_product(product_id=variant.product_id)

    assert commands.drop_deleted_products(limit=2) == 2
    tasks.drop_deleted_products()

    assert in_carts() == set()


def test_is_safe_to_repeat(variant: ProductVariant) -> None:
    factories.cart_with((variant, 1))
    catalog.delete_product(product_id=variant.product_id)

    tasks.drop_deleted_products(str(variant.product_id))
    tasks.drop_deleted_products(str(variant.product_id))

    assert in_carts() == set()


def test_a_worker_hears_of_it_once(
    variant: ProductVariant,
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        catalog.delete_product(product_id=variant.product_id)
        catalog.delete_product(product_id=variant.product_id)

    assert ("carts.tasks.drop_deleted_products", f"('{variant.product_id}',)") in rung(queue)
