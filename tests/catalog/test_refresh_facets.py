from typing import Any

import pytest
import redis
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog import commands as catalog
from catalog import queries, tasks
from catalog.models import Category, CategoryFacet, Product
from tests import factories
from tests.doorbell import rung

pytestmark = pytest.mark.django_db


@pytest.fixture
def tops() -> Category:
    """Tops below Clothing: three products of two makers; material is what lists are narrowed by."""
    tops = factories.category("Tops", parent=factories.category("Clothing"))
    catalog.save_attribute(name="Material", slug="material", is_filterable=True)
    catalog.save_attribute(name="Care", slug="care")
    acorn = catalog.save_brand(name="Acorn").pk
    birch = catalog.save_brand(name="Birch").pk
    wool = {"material": ["Wool", "Silk"], "care": "Cold"}
    on_shelf: dict[str, Any] = {"category_id": tops.pk}
    factories.variant_on_sale(
        price="9.99", brand_id=acorn, attributes={"material": "Wool"}, **on_shelf
    )
    factories.variant_on_sale(price="10.00", brand_id=birch, attributes=wool, **on_shelf)
    factories.variant_on_sale(price="60.00", brand_id=birch, stock=0, **on_shelf)
    Product.objects.filter(price="60.00").update(rating_average="4.60", rating_count=3)
    return tops


def counts(category: Category) -> dict[tuple[str, str], int]:
    rows = CategoryFacet.objects.filter(category=category)
    return {(row.facet, row.value): row.product_count for row in rows}


def test_counts_every_facet(tops: Category) -> None:
    changed = catalog.refresh_facets(category_id=tops.pk)

    assert counts(tops) == {
        ("brand", "acorn"): 1,
        ("brand", "birch"): 2,
        ("in_stock", "true"): 2,
        ("in_stock", "false"): 1,
        ("price", "1"): 1,  # from 5 to 9.99
        ("price", "2"): 1,
        ("price", "4"): 1,
        ("rating", "4"): 1,
        ("attr_material", "Wool"): 2,
        ("attr_material", "Silk"): 1,
    }
    assert changed == 10


def test_counts_what_stands_below_too(tops: Category) -> None:
    assert tops.parent

    catalog.refresh_facets(category_id=tops.parent.pk)

    assert counts(tops.parent)["brand", "birch"] == 2


def test_what_shoppers_do_not_see_is_not_counted(tops: Category) -> None:
    gone = Product.objects.get(price="9.99")
    catalog.delete_product(product_id=gone.pk)
    Product.objects.filter(price="10.00").update(published_at="2999-01-01T00:00Z")

    catalog.refresh_facets(category_id=tops.pk)

    assert counts(tops)["in_stock", "false"] == 1
    assert ("in_stock", "true") not in counts(tops)


def test_repeated_it_writes_nothing(tops: Category) -> None:
    catalog.refresh_facets(category_id=tops.pk)
    before = set(CategoryFacet.objects.values_list("pk", "updated_at"))

    changed = catalog.refresh_facets(category_id=tops.pk)

    assert changed == 0
    assert set(CategoryFacet.objects.values_list("pk", "updated_at")) == before


def test_counts_that_changed_are_written_and_empty_ones_go(tops: Category) -> None:
    catalog.refresh_facets(category_id=tops.pk)
    Product.objects.filter(price="9.99").update(brand=None)

    changed = catalog.refresh_facets(category_id=tops.pk)

    assert changed == 1
    assert ("brand", "acorn") not in counts(tops)
    assert counts(tops)["brand", "birch"] == 2


def test_unknown_category_is_left_alone(tops: Category) -> None:
    assert catalog.refresh_facets(category_id=tops.parent_id or tops.pk) > 0
    Category.objects.filter(pk=tops.pk).delete()

    assert catalog.refresh_facets(category_id=tops.pk) == 0


def test_stored_facets_know_makers_by_name_and_the_size(tops: Category) -> None:
    catalog.refresh_facets(category_id=tops.pk)

    tally = queries.stored_facets(tops.pk)

    assert {slug: name for slug, (_, name) in tally.brands.items()} == {
        "acorn": "Acorn",
        "birch": "Birch",
    }
    assert (tally.total, tally.is_capped) == (3, False)


def test_saved_products_have_their_shelves_counted_once(
    tops: Category,
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        spec = factories.product_spec(category_id=tops.pk)
        product = catalog.save_product(spec=spec).product
    assert ("catalog.tasks.note_facets", f"(['{product.pk}'],)") in rung(queue)
    queue.delete("celery")

    tasks.note_facets([str(product.pk)])
    tasks.note_facets([str(product.pk)])
    wanted = rung(queue)
    for name, args in wanted:
        assert name == "catalog.tasks.refresh_facets"
        tasks.refresh_facets(args.split("'")[1])

    assert len(wanted) == 2  # Tops and Clothing
    assert counts(tops)["in_stock", "false"] == 2
    tasks.note_facets([str(product.pk)])
    assert len(rung(queue)) == 4  # the bell is free again


def test_sweep_counts_every_category(tops: Category) -> None:
    tasks.refresh_all_facets()

    assert CategoryFacet.objects.filter(facet="brand", value="birch").count() == 2


def test_what_sells_out_is_counted_anew(
    tops: Category,
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    variant = Product.objects.get(price="9.99").variants.get()

    with django_capture_on_commit_callbacks(execute=True):
        catalog.set_stock(figures={variant.pk: 0})

    assert ("catalog.tasks.note_facets", f"(['{variant.product_id}'],)") in rung(queue)
