from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog import commands as catalog
from catalog.models import Brand, Category, Product
from tests import factories, staff

pytestmark = pytest.mark.django_db
CATEGORIES = "/admin/catalog/category/"
BRANDS = "/admin/catalog/brand/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def page(row: Category | Brand) -> str:
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    name = "category_form" if address.startswith(CATEGORIES) else "brand_form"
    return staff.form_of(client.get(address), name) | changes


def test_moves_a_shelf_with_everything_on_and_below_it(client: Client) -> None:
    clothes, sale = factories.category("Clothes"), factories.category("Sale")
    shirts = factories.category("Shirts", parent=clothes)
    long = factories.category("Long", parent=shirts)
    product = catalog.save_product(spec=factories.product_spec(category_id=long.pk)).product

    client.post(page(shirts), filled(client, page(shirts), parent=str(sale.pk)))

    shirts.refresh_from_db()
    long.refresh_from_db()
    assert shirts.path == f"{sale.pk.hex}.{shirts.pk.hex}"
    assert long.path == f"{sale.pk.hex}.{shirts.pk.hex}.{long.pk.hex}"
    shelves = {shelf.category_id for shelf in product.shelves.all()}
    assert shelves == {sale.pk, shirts.pk, long.pk}


def test_makes_a_shelf_inside_another(client: Client) -> None:
    clothes = factories.category("Clothes")
    address = f"{CATEGORIES}add/"

    response = client.post(
        address, filled(client, address, name="Hats", slug="hats", parent=str(clothes.pk))
    )

    hats = Category.objects.get(name="Hats")
    assert response.status_code == 302
    assert hats.path == f"{clothes.pk.hex}.{hats.pk.hex}"


def test_refuses_a_shelf_inside_itself(client: Client) -> None:
    clothes = factories.category("Clothes")
    shirts = factories.category("Shirts", parent=clothes)

    response = client.post(page(clothes), filled(client, page(clothes), parent=str(shirts.pk)))

    words = staff.text_of(response)
    assert "A category can't stand inside itself. Choose another parent." in words
    clothes.refresh_from_db()
    assert clothes.parent is None


def test_names_shelves_from_the_root_down(client: Client) -> None:
    shirts = factories.category("Shirts", parent=factories.category("Clothes"))

    words = staff.text_of(client.get(f"{CATEGORIES}add/"))

    assert "Clothes › Shirts" in words
    assert str(shirts) == "Shirts"


def test_a_renamed_brand_is_renamed_on_its_products(client: Client) -> None:
    brand = factories.BrandFactory.create(name="Ocean")
    product = catalog.save_product(spec=factories.product_spec(brand_id=brand.pk)).product

    client.post(page(brand), filled(client, page(brand), name="Ocean & Co", slug="ocean-co"))

    product.refresh_from_db()
    brand.refresh_from_db()
    assert product.brand_name == "Ocean & Co"
    assert brand.slug == "ocean-co"


def test_makes_a_brand_with_an_address_of_its_own(client: Client) -> None:
    address = f"{BRANDS}add/"

    client.post(address, filled(client, address, name="Ocean & Co", slug="", is_active="on"))

    assert Brand.objects.get(name="Ocean & Co").slug == "ocean-co"


def test_refuses_a_brand_that_is_there_already(client: Client) -> None:
    factories.BrandFactory.create(name="Ocean", slug="ocean")
    address = f"{BRANDS}add/"

    response = client.post(address, filled(client, address, name="Ocean", slug="other"))

    assert "Brand with this Name already exists." in staff.text_of(response)
    assert Brand.objects.get().slug == "ocean"


def test_says_so_when_somebody_took_the_name_meanwhile(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.BrandFactory.create(name="Ocean", slug="ocean")
    monkeypatch.setattr(Brand, "validate_constraints", lambda *args, **kwargs: None)
    monkeypatch.setattr("django.forms.ModelForm.validate_unique", lambda form: None)
    address = f"{BRANDS}add/"

    response = client.post(address, filled(client, address, name="Other", slug="ocean"))

    assert response.status_code == 200
    assert "Somebody has just saved another row with this name" in staff.text_of(response)
    assert Brand.objects.count() == 1


def test_shelves_and_brands_are_never_deleted(client: Client) -> None:
    category, brand = factories.category("Clothes"), factories.BrandFactory.create()

    for address in (f"{CATEGORIES}{category.pk}/delete/", f"{BRANDS}{brand.pk}/delete/"):
        assert client.post(address, {"post": "yes"}).status_code == 403

    assert Category.objects.count() == 1
    assert Brand.objects.count() == 1
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("address", "make"),
    [
        (
            CATEGORIES,
            lambda name: catalog.save_category(
                name=name, slug=name.lower(), parent_id=factories.category(f"Above {name}").pk
            ),
        ),
        (BRANDS, lambda name: catalog.save_brand(name=name)),
    ],
    ids=["categories", "brands"],
)
def test_the_lists_take_a_fixed_number_of_queries(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    make: Callable[[str], object],
) -> None:
    for name in ("First", "Second"):
        make(name)

        with django_assert_num_queries(7):
            response = client.get(address)

        assert name in staff.text_of(response)
