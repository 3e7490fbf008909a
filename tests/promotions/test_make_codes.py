import re
from decimal import Decimal
from typing import Any

import pytest

from catalog.models import ProductVariant
from promotions import commands
from promotions.commands import codes as module
from promotions.errors import InvalidCoupon
from promotions.models import Coupon
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_makes_codes_that_work_once_each(variant: ProductVariant) -> None:
    like = factories.coupon(
        "SPRING",
        percent=20,
        min_order_amount=Decimal(30),
        scope="products",
        product_ids=[variant.product_id],
        is_active=False,
        description="Spring letter",
    )

    codes = commands.make_codes(count=3, like_id=like.pk, prefix="spring-", pattern="XXXX-XXXX")

    assert len(set(codes)) == 3
    assert all(re.fullmatch(r"SPRING-[A-Z0-9]{4}-[A-Z0-9]{4}", code) for code in codes)
    made = Coupon.objects.filter(code__in=codes)
    terms = made.values_list(
        "discount_value", "min_order_amount", "usage_limit", "is_active", "description"
    )
    assert list(terms) == [(20, 30, 1, True, "Spring letter")] * 3
    assert [one.products.get().product_id for one in made] == [variant.product_id] * 3
    factories.placed_order((variant, 1), code=codes[0])
    assert Coupon.objects.get(code=codes[0]).usage_count == 1
    like.refresh_from_db()
    assert (like.is_active, like.usage_count) == (False, 0)


def test_uses_no_letter_that_looks_like_another() -> None:
    codes = commands.make_codes(count=500, like_id=factories.coupon().pk, pattern="XXXXXXXXXX")

    assert set("".join(codes)) <= set("ACDEFGHJKMNPRTUVWXY34679")
    assert not set("".join(codes)) & set("0O1IL2Z5S8BQ")


def test_makes_ten_thousand_at_most() -> None:
    like = factories.coupon()

    codes = commands.make_codes(count=10_000, like_id=like.pk, pattern="XXXXXXXX")

    assert len(set(codes)) == 10_000
    assert Coupon.objects.count() == 10_001


def test_leaves_out_codes_that_somebody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    like = factories.coupon()
    factories.coupon("a-taken")
    given = iter(["TAKEN", "FREE", "FREE", "NEW"])
    monkeypatch.setattr(module, "_filled", lambda pattern: next(given))

    codes = commands.make_codes(count=2, like_id=like.pk, prefix="A-", pattern="XXXXXXXX")

    assert codes == ["A-FREE", "A-NEW"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"count": 0}, "Make 1 to 10,000 codes at a time."),
        ({"count": -1}, "Make 1 to 10,000 codes at a time."),
        ({"count": 10_001}, "Make 1 to 10,000 codes at a time."),
        ({"pattern": "XX XX"}, "Codes are of letters A to Z, digits and hyphens, 50 at most."),
        ({"prefix": "=SUM"}, "Codes are of letters A to Z, digits and hyphens, 50 at most."),
        ({"prefix": "ÄÖ"}, "Codes are of letters A to Z, digits and hyphens, 50 at most."),
        ({"prefix": "A\0"}, "Codes are of letters A to Z, digits and hyphens, 50 at most."),
        ({"prefix": "A" * 43}, "Codes are of letters A to Z, digits and hyphens, 50 at most."),
        ({"pattern": "XXXXX"}, "These codes could be guessed. Put more X into the pattern."),
        ({"pattern": "ABC"}, "These codes could be guessed. Put more X into the pattern."),
    ],
)
def test_refuses_codes_that_make_no_sense(wrong: dict[str, Any], sentence: str) -> None:
    like = factories.coupon()
    before = books()

    with pytest.raises(InvalidCoupon) as refused:
        commands.make_codes(**{"count": 10, "like_id": like.pk, "pattern": "XXXXXXXX", **wrong})

    assert str(refused.value) == sentence
    assert books() == before
