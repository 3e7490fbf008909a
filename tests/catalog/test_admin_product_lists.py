from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog import commands as catalog
from catalog.commands import ImageSpec, ProductSpec, VariantSpec
from catalog.models import Product, ProductVariant
from tests import factories, staff
from tests.catalog.product_page import (
    LIST,
    filled,
    page,
    picture,
    rows_of,
)

pytestmark = pytest.mark.django_db
LIST_QUERIES = 7
PAGE_QUERIES = 11


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def test_deletes_as_the_command_does(client: Client, product: Product) -> None:
    factories.variant_on_sale()
    asked = client.get(f"{LIST}{product.pk}/delete/")
    client.post(f"{LIST}{product.pk}/delete/", {"post": "yes"})

    assert asked.status_code == 200
    product.refresh_from_db()
    assert product.deleted_at is not None
    assert product.variants.filter(deleted_at=None).count() == 2
    assert Product.objects.exclude(deleted_at=None).count() == 1


def test_deletes_the_chosen_products_of_the_list(client: Client, product: Product) -> None:
    kept = factories.variant_on_sale().product

    client.post(
        LIST,
        {"action": "delete_selected", "_selected_action": [str(product.pk)], "post": "yes"},
    )

    assert Product.objects.get(deleted_at=None) == kept
    assert Product.objects.count() == 2


def test_saving_a_deleted_product_brings_it_back(client: Client, product: Product) -> None:
    catalog.delete_product(product_id=product.pk)

    shown = staff.text_of(client.get(LIST, {"shown": "deleted"}))
    client.post(page(product), filled(client, page(product)))

    assert product.name in shown
    product.refresh_from_db()
    assert product.deleted_at is None


@pytest.mark.parametrize("path", ["add/", "{}/change/", "{}/delete/"])
def test_refuses_staff_who_may_only_look(client: Client, product: Product, path: str) -> None:
    looker = staff.signed_in(staff.employee("catalog.view_product"))
    before = rows_of(product)
    data = filled(client, page(product), name="Forged")

    response = looker.post(LIST + path.format(product.pk), data)

    assert response.status_code == 403
    assert rows_of(product) == before
    assert Product.objects.count() == 1


def test_shows_the_page_to_staff_who_may_only_look(product: Product) -> None:
    looker = staff.signed_in(staff.employee("catalog.view_product"))

    response = looker.get(page(product))

    assert response.status_code == 200
    assert product.variants.all()[0].sku in response.content.decode()


def test_refuses_a_forged_form(client: Client, product: Product) -> None:
    careful = staff.signed_in(staff.owner(), enforce_csrf_checks=True)
    data = filled(client, page(product), name="Forged")

    response = careful.post(page(product), data | {"csrfmiddlewaretoken": "forged"})

    assert response.status_code == 403
    product.refresh_from_db()
    assert product.name != "Forged"


def test_the_list_takes_a_fixed_number_of_queries(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for expected in (1, 3):
        while Product.objects.count() < expected:
            brand = factories.BrandFactory.create()
            catalog.save_product(
                spec=factories.product_spec(brand_id=brand.pk, images=[ImageSpec(file=picture())])
            )

        with django_assert_num_queries(LIST_QUERIES):
            response = client.get(LIST)

        assert f"{expected} product" in staff.text_of(response)


def test_the_page_takes_a_fixed_number_of_queries(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ContentType.objects.get_for_model(Product)  # kept from then on
    for count in (1, 5):
        variants = [
            VariantSpec(sku=f"N{count}-{n}", price=Decimal(9), option_values={"Size": str(n)})
            for n in range(count)
        ]
        images = [ImageSpec(file=picture(), alt_text=str(n)) for n in range(count)]
        made = catalog.save_product(spec=factories.product_spec(variants=variants, images=images))

        with django_assert_num_queries(PAGE_QUERIES):
            assert client.get(page(made.product)).status_code == 200


@pytest.mark.parametrize("is_active", [True, False])
def test_finds_hidden_products_too(client: Client, spec: ProductSpec, is_active: bool) -> None:
    product = catalog.save_product(
        spec=replace(spec, name="Ocean Blue Shirt", is_active=is_active)
    ).product
    sku = product.variants.all()[0].sku

    found = [staff.text_of(client.get(LIST, {"q": q})) for q in ("blue shi", sku, "nothing", "'")]

    assert ["Ocean Blue Shirt" in words for words in found] == [True, True, False, False]


def test_leads_from_a_variant_to_its_stock(client: Client, product: Product) -> None:
    sku = ProductVariant.objects.filter(product=product)[0].sku

    content = client.get(page(product)).content.decode()

    assert f'href="/admin/inventory/inventory/?q={sku}"' in content
