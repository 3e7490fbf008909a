from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import ProductVariant
from shopflow.lib.postgres.many import update_many
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def variants(db: None) -> list[ProductVariant]:
    for _ in range(3):
        factories.variant_on_sale(stock=0)
    return list(ProductVariant.objects.order_by("pk"))


def test_writes_the_named_columns_of_each_row(variants: list[ProductVariant]) -> None:
    first, second, third = variants
    before = ProductVariant.objects.values().get(pk=third.pk)
    first.price, first.cost, first.name = Decimal("5.25"), Decimal("0.10"), "O'Hara {%s}"
    second.deleted_at = datetime(2026, 3, 1, tzinfo=UTC)
    second.sku = "not written"

    with CaptureQueriesContext(connection) as queries:
        update_many([first, second], ["price", "cost", "name", "deleted_at"])

    assert len(queries) == 1
    assert facts(first) == (Decimal("5.25"), Decimal("0.10"), "O'Hara {%s}", None)
    assert facts(second) == (50, None, "Standard", datetime(2026, 3, 1, tzinfo=UTC))
    assert not ProductVariant.objects.filter(sku="not written").exists()
    assert ProductVariant.objects.values().get(pk=third.pk) == before


def test_touches_what_it_writes(variants: list[ProductVariant]) -> None:
    first = variants[0]
    written_at = first.updated_at

    first.sort_order = 3
    update_many([first], ["sort_order"])

    first.refresh_from_db()
    assert first.updated_at > written_at


def test_asks_nothing_without_rows() -> None:
    with CaptureQueriesContext(connection) as queries:
        update_many([], ["price"])

    assert len(queries) == 0


def test_obeys_the_rules_of_the_table(variants: list[ProductVariant]) -> None:
    before = books()
    variants[0].price = Decimal(-1)
    variants[1].price = Decimal(7)

    with (
        pytest.raises(IntegrityError, match="product_variants_price_not_negative"),
        transaction.atomic(),
    ):
        update_many(variants, ["price"])

    assert books() == before


def facts(variant: ProductVariant) -> tuple[Any, ...]:
    names = ("price", "cost", "name", "deleted_at")
    return tuple(ProductVariant.objects.values_list(*names).get(pk=variant.pk))
