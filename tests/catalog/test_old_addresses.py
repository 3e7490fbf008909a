"""An address that something once had leads to today's, for good."""

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog import commands as catalog
from catalog.commands import ProductSpec
from catalog.models import Category, Product, SlugRedirect
from tests import factories

pytestmark = pytest.mark.django_db


def rename(category: Category, slug: str, *, parent: Category | None = None) -> None:
    catalog.save_category(
        name=category.name,
        slug=slug,
        parent_id=parent.pk if parent else category.parent_id,
        category_id=category.pk,
    )


def test_product(client: Client, spec: ProductSpec, product: Product) -> None:
    for slug in ("second", "third"):
        catalog.save_product(spec=replace(spec, slug=slug), product_id=product.pk)

    for old in (product.slug, "second"):
        response = client.get(f"/p/{old}/?variant=1")
        assert (response.status_code, response["Location"]) == (301, "/p/third/?variant=1")
    assert client.get("/de/p/second/")["Location"] == "/de/p/third/"
    assert client.get("/p/third/").status_code == 200


def test_address_of_two_products_leads_to_the_last(
    client: Client, spec: ProductSpec, product: Product
) -> None:
    catalog.save_product(spec=replace(spec, slug="new"), product_id=product.pk)
    other = factories.variant_on_sale(slug=spec.slug).product
    assert client.get(f"/p/{spec.slug}/").status_code == 200  # it is somebody's today

    catalog.save_product(
        spec=factories.product_spec(slug="other", sku=other.sku), product_id=other.pk
    )

    assert client.get(f"/p/{spec.slug}/")["Location"] == "/p/other/"
    assert SlugRedirect.objects.get(slug=spec.slug).product_id == other.pk


def test_brand(client: Client) -> None:
    brand = catalog.save_brand(name="Acorn")
    catalog.save_brand(name="Acorn", slug="oak", brand_id=brand.pk)

    response = client.get("/brands/acorn/?sort=newest")

    assert (response.status_code, response["Location"]) == (301, "/brands/oak/?sort=newest")


def test_renamed_category_takes_what_is_below_along(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    clothing = factories.category("Clothing")
    tops = factories.category("Tops", parent=clothing)
    rename(clothing, "wear")

    assert client.get("/c/clothing/")["Location"] == "/c/wear/"
    response = client.get("/c/clothing/tops/")
    assert (response.status_code, response["Location"]) == (301, "/c/wear/tops/")

    with django_capture_on_commit_callbacks(execute=True):
        rename(tops, "shirts")
    assert client.get("/c/clothing/tops/")["Location"] == "/c/wear/shirts/"
    assert client.get("/c/wear/tops/")["Location"] == "/c/wear/shirts/"


def test_moved_category(client: Client) -> None:
    clothing, home = factories.category("Clothing"), factories.category("Home")
    tops = factories.category("Tops", parent=clothing)

    rename(tops, "tops", parent=home)

    assert client.get("/c/clothing/tops/")["Location"] == "/c/home/tops/"


def test_hidden_category_leads_nowhere(client: Client) -> None:
    tops = factories.category("Tops")
    catalog.save_category(name="Tops", slug="shirts", category_id=tops.pk, is_active=False)

    assert client.get("/c/tops/").status_code == 404
    assert client.get("/c/shirts/").status_code == 404


def test_saving_without_another_address_keeps_none(
    client: Client, spec: ProductSpec, product: Product
) -> None:
    catalog.save_product(spec=replace(spec, name="Another"), product_id=product.pk)
    tops = factories.category("Tops")
    rename(tops, "tops")

    assert not SlugRedirect.objects.exists()


@pytest.mark.parametrize("address", ["/p/never/", "/c/never/", "/brands/never/"])
def test_address_that_never_was_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
