from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from catalog import commands, queries
from catalog.commands import VariantSpec
from catalog.errors import ProductNotFound
from catalog.models import Product, ProductTranslation
from catalog.queries import finding
from shopflow.lib.paging import page
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

VARIANT = VariantSpec(
    sku="OCE-SHI-M4", price=Decimal(9), barcode="4006381333931", option_values={"Size": "M"}
)
PRODUCTS: dict[str, dict[str, Any]] = {
    "Ocean Blue Shirt": {"tags": ["men", "t-shirt"], "sku": "OCE-SHI", "variants": [VARIANT]},
    "Red Shirt": {"description": "<p>As blue as it gets: not. A notebook fits its pocket.</p>"},
    "Café Table": {"attributes": {"wood": "walnut"}},
}


@pytest.fixture(autouse=True)
def _products(db: None) -> None:
    brand = commands.save_brand(name="Northwind")
    shelf = factories.category("Furniture")
    for number, (name, facts) in enumerate(PRODUCTS.items()):
        # The address is the style code too, and so is found: none of the words looked for here.
        variant = factories.variant_on_sale(
            **{
                "stock": 0,
                "slug": f"item-{number}",
                "name": name,
                "brand_id": brand.pk if "Blue" in name else None,
                "category_id": shelf.pk if "Table" in name else None,
                **facts,
            }
        )
        assert variant.product.name == name
    commands.rebuild_words()


def names_of(answer: queries.Found) -> list[str]:
    products: Any = answer.products
    return [row.name for row in products.order_by("place")]


def found(text: str, **how: Any) -> list[str]:
    return names_of(queries.search(text=text, **how))


@ledger("S1-37")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("blue shirt", ["Ocean Blue Shirt", "Red Shirt"]),
        ("shirt blue", ["Ocean Blue Shirt", "Red Shirt"]),
        ("oce blu", ["Ocean Blue Shirt"]),
        ("OCEAN", ["Ocean Blue Shirt"]),
        ("northwind", ["Ocean Blue Shirt"]),
        ("men", ["Ocean Blue Shirt"]),
        ("tables", ["Café Table"]),
        ("cafe", ["Café Table"]),
        ("café", ["Café Table"]),
        ("walnut", ["Café Table"]),
        ("furniture", ["Café Table"]),
        ("ocean m", ["Ocean Blue Shirt"]),
        ("tshirt", ["Ocean Blue Shirt"]),
        ("note book", ["Red Shirt"]),
    ],
)
def test_finds_products_that_hold_all_the_words(text: str, names: list[str]) -> None:
    answer = queries.search(text=text)

    assert names_of(answer) == names
    assert (answer.correction, answer.is_loose) == ("", False)


def test_what_has_some_of_the_words_is_better_than_nothing() -> None:
    answer = queries.search(text="walnut shirt")

    assert set(names_of(answer)) == {"Café Table", "Ocean Blue Shirt", "Red Shirt"}
    assert answer.is_loose


@pytest.mark.parametrize(
    "text",
    ["OCE-SHI-M4", "oceshim4", "OCE SHI M4", "oce.shi_m4", "oce-shi", "4 006381 333931"],
)
def test_codes_are_found_however_they_are_typed(text: str) -> None:
    assert found(text) == ["Ocean Blue Shirt"]


def test_a_code_comes_before_what_has_it_in_its_name() -> None:
    factories.variant_on_sale(stock=0, name="OCE SHI Shirt", slug="another")

    assert found("oce shi") == ["Ocean Blue Shirt", "OCE SHI Shirt"]


def test_code_of_a_variant_that_left_is_none() -> None:
    Product.objects.get(name="Ocean Blue Shirt").variants.update(deleted_at=timezone.now())

    assert found("4006381333931") == []


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("ocaen", "ocean"),  # two swapped
        ("shrit", "shirt"),
        ("walnt", "walnut"),  # one missing
        ("nortthwind", "northwind"),  # one too many
        ("tible", "table"),  # one wrong
        ("northwynt", "northwind"),  # two mistakes in a long word
        ("blue shrit", "blue shirt"),
        ("oceanblue", "ocean blue"),  # run together
    ],
)
def test_mistakes_are_corrected(text: str, correction: str) -> None:
    answer = queries.search(text=text)

    assert answer.correction == correction
    assert answer.ids == queries.search(text=correction).ids
    assert answer.ids


@pytest.mark.parametrize("text", ["shrit", "oceanblue"])
def test_corrects_nothing_for_who_insists(text: str) -> None:
    answer = queries.search(text=text, corrects=False)

    assert (answer.ids, answer.correction) == ([], "")
    assert answer.instead == queries.search(text=text).correction


@pytest.mark.parametrize("text", ["xyzzy", "qa", "tabular rasa"])
def test_another_word_is_no_mistake(text: str) -> None:
    assert queries.search(text=text).ids == []


@pytest.mark.parametrize(
    ("word", "synonym", "text", "names"),
    [
        ("desk", "table", "desk", ["Café Table"]),
        ("desk", "table", "desks", ["Café Table"]),
        ("desk", "table", "walnut desk", ["Café Table"]),
        ("standing desk", "table", "standing desk", ["Café Table"]),
        ("standing desk", "table", "desk", []),
        ("kaffeehaus", "café table", "kaffeehaus", ["Café Table"]),
        ("shirt", "table", "shirt", ["Ocean Blue Shirt", "Red Shirt", "Café Table"]),
    ],
)
def test_finds_by_synonyms(word: str, synonym: str, text: str, names: list[str]) -> None:
    commands.save_synonym(word=word, synonym=synonym)

    assert sorted(found(text)) == sorted(names)
    assert queries.search(text=text).correction == ""


def test_the_word_itself_comes_before_its_synonyms() -> None:
    commands.save_synonym(word="shirt", synonym="table")

    assert found("shirt")[-1] == "Café Table"


def test_looks_on_one_shelf() -> None:
    shelf = Product.objects.get(name="Café Table").category_id

    assert found("table", shelf=shelf) == ["Café Table"]
    assert found("shirt", shelf=shelf) == []


def test_names_come_before_texts() -> None:
    factories.variant_on_sale(stock=0, name="Lamp", slug="item-8", description="<p>Blue.</p>")
    factories.variant_on_sale(stock=0, name="Blue", slug="item-9")

    assert found("blue")[:2] == ["Blue", "Ocean Blue Shirt"]


def test_a_name_is_found_though_it_sells_less_than_many_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "MOST_RANKED", 2)
    factories.variant_on_sale(stock=0, name="Blue", slug="item-9")
    for number in range(4):
        variant = factories.variant_on_sale(stock=0, slug=f"bluish-{number}", tags=["blue"])
        Product.objects.filter(pk=variant.product_id).update(sales_count=100)

    assert found("blue") == ["Blue", "Ocean Blue Shirt"]


def test_a_beginning_finds_the_words_that_begin_so() -> None:
    factories.variant_on_sale(stock=0, slug="item-9", name="Shirtdress")
    commands.rebuild_words()

    assert found("shirtd") == ["Shirtdress"]


def test_a_word_that_goes_on_comes_after_the_word_itself() -> None:
    sold = factories.variant_on_sale(stock=0, slug="item-9", name="Shirtdress").product_id
    Product.objects.filter(pk=sold).update(sales_count=500)
    factories.variant_on_sale(
        stock=0, slug="item-10", name="Lamp", description="<p>Hangs a shirt.</p>"
    )
    commands.rebuild_words()

    assert sorted(found("shirt")[:3]) == ["Lamp", "Ocean Blue Shirt", "Red Shirt"]
    assert found("shirt")[3:] == ["Shirtdress"]
    assert found("blue shirt") == ["Ocean Blue Shirt", "Red Shirt"]


@pytest.mark.parametrize(("word", "longer"), [("back", "Backpack"), ("head", "Headphones")])
def test_a_beginning_that_some_text_has_as_a_word_finds_names_still(word: str, longer: str) -> None:
    factories.variant_on_sale(
        stock=0, slug="item-9", name="Coat", description=f"<p>Warm at the {word}.</p>"
    )
    factories.variant_on_sale(stock=0, slug="item-10", name=longer)
    factories.variant_on_sale(stock=0, slug="item-11", name=f"Blue {longer}")
    commands.rebuild_words()

    assert found(word)[0] == "Coat"
    assert sorted(found(word)[1:]) == sorted([longer, f"Blue {longer}"])
    assert found(f"blue {word}") == [f"Blue {longer}"]
    assert not queries.search(text=f"blue {word}").is_loose


def test_only_the_last_word_goes_on() -> None:
    factories.variant_on_sale(stock=0, slug="item-9", name="Blue Shirtdress")
    commands.rebuild_words()

    assert found("shirt blue") == ["Ocean Blue Shirt", "Red Shirt"]


def test_what_goes_on_is_not_looked_for_where_enough_has_the_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "FEW_FOUND", 2)
    factories.variant_on_sale(stock=0, slug="item-9", name="Shirtdress")
    commands.rebuild_words()

    assert "Shirtdress" not in found("shirt")


def test_ranks_no_more_than_can_be_ranked_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_RANKED", 3)
    for number in range(5):
        factories.variant_on_sale(stock=0, name=f"Green Shirt {number}")

    assert len(found("green shirt")) == 3


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "!!!", "&|!():*<->", "'; DROP; --", "_", "% %", "''''", "\\", '"', "' & '"),
        *("the", "of a", "0.0.0", "x" * 10_000, "ا" * 50, "مرحبا بالعالم", "\u202e\u200f", "🧦"),
    ],
)
def test_finds_nothing_for_what_is_no_word_of_ours(text: str) -> None:
    assert found(text) == []


def test_many_words_are_no_trouble() -> None:
    assert "Café Table" in found("table " * 2000)


def test_walks_through_many_by_relevance() -> None:
    for number in range(7):
        factories.variant_on_sale(stock=0, name=f"Blue Shirt {number}")
    best = queries.search(text="blue shirt").products
    seen: list[str] = []
    cursor = None

    while True:
        found_page = page(best, order=queries.BY_RELEVANCE, cursor=cursor, limit=2)
        seen += [row.name for row in found_page.rows]
        if (cursor := found_page.next) is None:
            break

    assert len(seen) == len(set(seen)) == 9


def test_german_words_find_what_is_translated() -> None:
    table = Product.objects.get(name="Café Table")
    ProductTranslation.objects.create(product=table, language="de", name="Kaffeehaustische")
    commands.rebuild_words()

    with translation.override("de"):
        assert found("kaffeehaustisch") == ["Café Table"]
        assert queries.search(text="kafeehaustische").correction == "kaffeehaustische"
        assert found("walnut") == ["Café Table"]
    assert found("kaffeehaustisch") == []


@ledger("S1-99", "S2-25", "S2-122")
def test_hides_what_is_not_for_sale() -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    Product.objects.filter(name="Ocean Blue Shirt").update(published_at=tomorrow)
    Product.objects.filter(name="Red Shirt").update(is_active=False)

    assert found("shirt") == []
    assert found("OCE-SHI-M4") == []


def test_find_product_hides_what_is_not_for_sale() -> None:
    product = Product.objects.get(name="Red Shirt")
    assert queries.find_product(product.slug) == product

    commands.delete_product(product_id=product.pk)

    with pytest.raises(ProductNotFound) as refused:
        queries.find_product(product.slug)
    assert (refused.value.code, refused.value.status) == ("product_not_found", 404)


def test_buyable_variant_finds_only_what_can_be_bought() -> None:
    product = Product.objects.get(name="Red Shirt")
    variant = product.variants.get()
    assert queries.buyable_variant(variant.pk) == variant

    product.variants.update(is_active=False)

    assert queries.buyable_variant(variant.pk) is None
