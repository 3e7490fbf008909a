import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog import commands, queries
from catalog.errors import ProductNotFound
from catalog.models import Product, ProductVariant
from orders.models import Order
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(db: None) -> Product:
    """A tea pot on a shelf."""
    shelf = factories.category("Kitchen")
    variant = factories.variant_on_sale(slug="tea-pot", name="Tea Pot", category_id=shelf.pk)
    return variant.product


@ledger("S1-94", "S1-99", "C-12")
@pytest.mark.parametrize("path", ["/c/kitchen/", "/search/?q=tea", "/api/v1/products/"])
def test_leaves_lists_and_search(
    client: Client,
    product: Product,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = client.get(path, follow=True).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        commands.delete_product(product_id=product.pk)

    after = client.get(path, follow=True)
    assert "Tea Pot" in before
    assert after.status_code == 200
    assert "Tea Pot" not in after.content.decode()


@pytest.mark.parametrize("path", ["/p/tea-pot/", "/api/v1/products/tea-pot/"])
def test_its_page_is_gone(
    client: Client,
    product: Product,
    path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = client.get(path).status_code

    with django_capture_on_commit_callbacks(execute=True):
        commands.delete_product(product_id=product.pk)

    assert (before, client.get(path).status_code) == (200, 404)


def test_nobody_can_buy_it(variant: ProductVariant) -> None:
    commands.delete_product(product_id=variant.product_id)

    assert queries.buyable_variant(variant.pk) is None


def test_stays_in_orders(order: Order, variant: ProductVariant) -> None:
    before = books()["order_items"]

    commands.delete_product(product_id=variant.product_id)

    assert books()["order_items"] == before
    assert order.items.get().product.deleted_at is not None


def test_is_safe_to_repeat(product: Product) -> None:
    commands.delete_product(product_id=product.pk)
    before = books()

    commands.delete_product(product_id=product.pk)

    assert books() == before


def test_says_that_there_is_none() -> None:
    with pytest.raises(ProductNotFound):
        commands.delete_product(product_id=new_id())
