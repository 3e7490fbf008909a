from datetime import timedelta
from decimal import Decimal

import pytest

from catalog import commands as catalog
from catalog.commands import VariantSpec
from catalog.models import PriceHistory, ProductVariant
from tests import factories

pytestmark = pytest.mark.django_db


def save(**prices: str) -> dict[str, ProductVariant]:
    specs = [
        VariantSpec(sku=sku, price=Decimal(price), option_values={"Size": sku})
        for sku, price in prices.items()
    ]
    return catalog.save_product(spec=factories.product_spec(slug="tee", variants=specs)).variants


def history(variant: ProductVariant) -> list[tuple[str, bool]]:
    """Each price and whether it still holds, the oldest first."""
    rows = PriceHistory.objects.filter(variant=variant).order_by("valid")
    return [(str(row.price), row.valid.upper is None) for row in rows]


def test_first_price_begins_with_the_variant() -> None:
    variants = save(S="20.00", M="22.00")

    assert history(variants["S"]) == [("20.00", True)]
    assert history(variants["M"]) == [("22.00", True)]


def test_new_price_ends_the_one_before() -> None:
    save(S="20.00", M="22.00")

    variants = save(S="18.00", M="22.00")

    assert history(variants["S"]) == [("20.00", False), ("18.00", True)]
    assert history(variants["M"]) == [("22.00", True)]
    before, now = PriceHistory.objects.filter(variant=variants["S"]).order_by("valid")
    assert before.valid.upper == now.valid.lower


def test_other_changes_leave_the_history_alone() -> None:
    save(S="20.00")
    spec = VariantSpec(sku="S", price=Decimal(20), option_values={"Size": "S"}, weight_grams=9)

    saved = catalog.save_product(spec=factories.product_spec(slug="tee", variants=[spec]))

    assert saved.change == "updated"
    assert history(saved.variants["S"]) == [("20.00", True)]


def test_price_of_a_clock_ahead_of_ours_never_held() -> None:
    variants = save(S="20.00")
    row = PriceHistory.objects.get(variant=variants["S"])
    ahead = row.valid.lower + timedelta(hours=1)
    row.valid = type(row.valid)(ahead, None)
    row.save()

    save(S="18.00")

    assert history(variants["S"]) == [("18.00", True)]
    assert PriceHistory.objects.get(variant=variants["S"]).valid.lower < ahead


def test_earlier_prices_end_where_the_history_begins() -> None:
    variants = save(S="20.00", M="22.00")
    start = PriceHistory.objects.get(variant=variants["S"]).valid.lower
    prices = {variants["S"].pk: Decimal("25.00")}

    catalog.note_earlier_prices(prices=prices, since=start - timedelta(days=9))
    catalog.note_earlier_prices(prices=prices, since=start)

    assert history(variants["S"]) == [("25.00", False), ("20.00", True)]
    assert history(variants["M"]) == [("22.00", True)]
