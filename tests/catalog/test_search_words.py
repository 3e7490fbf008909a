"""What the worker keeps for the search: the catalogue's words, and what products are found by."""

from uuid import UUID

import pytest
import redis
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from catalog import commands as catalog
from catalog import queries, tasks
from catalog.commands import ImageSpec, VariantSpec, keywords, words
from catalog.models import Category, Product, ProductTranslation, SearchWord
from tests import factories
from tests.doorbell import rung

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    return dict(SearchWord.objects.values_list("word", "product_count"))


def test_rebuild_words_counts_in_how_many_products_each_word_is() -> None:
    factories.variant_on_sale(stock=0, name="Oak Table", slug="t-1", tags=["oak"])
    factories.variant_on_sale(stock=0, name="Oak Chair No. 12", description="<p>Fine oak.</p>")

    catalog.rebuild_words()

    found = counts()
    assert {word: found.get(word) for word in ("oak", "table", "chair", "fine", "12", "p")} == {
        "oak": 2, "table": 1, "chair": 1, "fine": 1, "12": None, "p": None,
    }  # fmt: skip


def test_rebuild_words_forgets_what_no_product_has() -> None:
    product = factories.variant_on_sale(stock=0, name="Oak Table").product
    catalog.rebuild_words()
    catalog.delete_product(product_id=product.pk)

    catalog.rebuild_words()

    assert counts() == {}


def test_rebuild_words_in_batches_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        factories.variant_on_sale(stock=0, name=f"Oak Table {number}")
    catalog.rebuild_words()
    at_once = counts()

    monkeypatch.setattr(words, "BATCH", 2)
    catalog.rebuild_words()

    assert counts() == at_once
    assert at_once["oak"] == 5


def test_rebuild_words_keeps_languages_apart() -> None:
    product = factories.variant_on_sale(stock=0, name="Table").product
    ProductTranslation.objects.create(product=product, language="de", name="Tisch")

    catalog.rebuild_words()

    assert set(SearchWord.objects.filter(language="de").values_list("word", flat=True)) == {"tisch"}


def test_note_words_adds_new_ones_only() -> None:
    factories.variant_on_sale(stock=0, name="Oak Table")
    catalog.rebuild_words()
    product = factories.variant_on_sale(stock=0, name="Oak Bench").product

    for _ in range(2):
        catalog.note_words(product_ids=[product.pk])

    assert (counts()["oak"], counts()["bench"]) == (1, 1)


def test_a_saved_product_is_known_as_soon_as_a_worker_hears(
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        product = catalog.save_product(spec=factories.product_spec(name="Oak Bench")).product
    assert ("catalog.tasks.note_words", f"(['{product.pk}'],)") in rung(queue)

    tasks.note_words([str(product.pk)])

    assert queries.search(text="bnech").correction == "bench"


@pytest.mark.parametrize("after", [False, True])
def test_keywords_are_shelves_options_tags_and_pictures(*, after: bool) -> None:
    home = factories.category("Home")
    shelf = factories.category("Kitchen", parent=home)
    spec = factories.product_spec(
        name="Tea-Pot",
        category_id=shelf.pk,
        tags=["t-shirt", "gift"],
        variants=[
            VariantSpec(sku="A", price=9, option_values={"Glaze": "Berry"}),  # type: ignore[arg-type]  # whole
            VariantSpec(sku="B", price=9, option_values={"Glaze": "Leaf"}),  # type: ignore[arg-type]  # whole
        ],
        images=[ImageSpec(source_url="https://pictures.example/1", alt_text="A red pot")],
    )
    product = catalog.save_product(spec=spec).product
    if after:
        Product.objects.update(keywords="")
        assert catalog.refresh_keywords() is None

    product.refresh_from_db()
    assert product.keywords == "t-shirt gift Home Kitchen Berry Leaf A red pot TeaPot tshirt"


def test_refresh_keywords_follows_a_renamed_shelf(
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    home = factories.category("Home")
    kitchen = factories.category("Kitchen", parent=home)
    factories.variant_on_sale(stock=0, name="Pot", category_id=kitchen.pk)
    other = factories.variant_on_sale(stock=0, name="Hat").product_id

    with django_capture_on_commit_callbacks(execute=True):
        _rename(home, "House")
    assert rung(queue) == [("catalog.tasks.refresh_keywords", f"('{home.pk}',)")]
    tasks.refresh_keywords(str(home.pk))

    assert len(queries.search(text="house").ids) == 1
    assert queries.search(text="home").ids == []
    assert "House" not in Product.objects.get(pk=other).keywords


def _rename(category: Category, name: str) -> None:
    catalog.save_category(name=name, slug=category.slug, category_id=category.pk)


def test_refresh_keywords_goes_through_all_in_batches(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(keywords, "BATCH", 2)
    ids: list[UUID] = []
    for number in range(3):
        ids.append(factories.variant_on_sale(stock=0, name=f"Pot {number}", tags=["x"]).product_id)
    Product.objects.update(keywords="")

    after = catalog.refresh_keywords()

    assert after == sorted(ids)[1]
    assert list(Product.objects.order_by("pk").values_list("keywords", flat=True)) == ["x", "x", ""]
    tasks.refresh_keywords()
    assert set(Product.objects.values_list("keywords", flat=True)) == {"x"}
