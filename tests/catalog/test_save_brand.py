import pytest

from catalog import commands, queries
from catalog.errors import BrandNotFound
from catalog.models import Brand, Product
from tests import factories

pytestmark = pytest.mark.django_db


def test_makes_a_brand_with_an_address() -> None:
    brand = commands.save_brand(name="Ocean & Sons")

    assert (brand.name, brand.slug) == ("Ocean & Sons", "ocean-sons")
    assert queries.find_brand("ocean-sons") == brand


def test_is_safe_to_repeat() -> None:
    first, second = (commands.save_brand(name="Ocean") for _ in range(2))

    assert first == second
    assert Brand.objects.count() == 1


def test_has_an_address_even_without_a_latin_letter() -> None:
    brand = commands.save_brand(name="海")

    assert brand.slug == brand.pk.hex


def test_a_new_name_is_found_by_search() -> None:
    brand = commands.save_brand(name="Ocean")
    factories.variant_on_sale(stock=0, brand_id=brand.pk)

    commands.save_brand(name="River", brand_id=brand.pk)

    assert Product.objects.get().brand_name == "River"
    assert len(queries.search(text="river").ids) == 1
    assert queries.search(text="ocean").ids == []


@pytest.mark.parametrize("slug", ["nosuch", "hidden"])
def test_find_brand_refuses_what_we_do_not_carry(slug: str) -> None:
    commands.save_brand(name="Hidden", is_active=False)

    with pytest.raises(BrandNotFound):
        queries.find_brand(slug)
