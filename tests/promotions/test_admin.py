from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from promotions import commands as promotions
from promotions.models import Coupon
from tests import factories, staff

pytestmark = pytest.mark.django_db
COUPONS = "/admin/promotions/coupon/"
ADD = f"{COUPONS}add/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def page(coupon: Coupon) -> str:
    return reverse("admin:promotions_coupon_change", args=[coupon.pk])


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    return staff.form_of(client.get(address), "coupon_form") | changes


def row_of(coupon: Coupon) -> dict[str, Any]:
    fields = [f.attname for f in Coupon._meta.concrete_fields]
    own = {"id", "code", "created_at", "updated_at"}
    [row] = Coupon.objects.filter(pk=coupon.pk).values(*(set(fields) - own))
    return dict(row)


def test_makes_a_coupon_as_the_command_makes_it(client: Client) -> None:
    other = promotions.save_coupon(
        code="SUMMER",
        discount_value=Decimal("15.00"),
        usage_limit=100,
        min_order_amount=Decimal("20.00"),
        max_discount_amount=Decimal("50.00"),
        starts_at=datetime(2026, 6, 1, tzinfo=UTC),
        expires_at=datetime(2026, 9, 1, tzinfo=UTC),
        description="Summer",
    )
    data = filled(
        client,
        ADD,
        code=" SUMMER2 ",
        discount_value="15",
        usage_limit="100",
        min_order_amount="20",
        max_discount_amount="50",
        description="Summer",
        starts_at_0="2026-06-01",
        starts_at_1="00:00",
        expires_at_0="2026-09-01",
        expires_at_1="00:00",
    )

    response = client.post(ADD, data)

    assert response.status_code == 302
    assert row_of(Coupon.objects.get(code="SUMMER2")) == row_of(other)


def test_changes_a_coupon_and_keeps_its_count(client: Client, variant: ProductVariant) -> None:
    coupon = factories.coupon(usage_limit=5)
    factories.placed_order((variant, 1), code=coupon.code)

    client.post(page(coupon), filled(client, page(coupon), discount_value="20", usage_limit="6"))

    coupon.refresh_from_db()
    assert (coupon.discount_value, coupon.usage_limit, coupon.usage_count) == (20, 6, 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"discount_value": "0"}, "A percentage is between 0 and 100, a limit is 1 or more."),
        ({"discount_value": "101"}, "A percentage is between 0 and 100, a limit is 1 or more."),
        ({"discount_value": "abc"}, "Enter a number."),
        ({"usage_limit": "0"}, "A percentage is between 0 and 100, a limit is 1 or more."),
        ({"usage_limit": "99999999999"}, "less than or equal to 2147483647"),
        ({"min_order_amount": "-1"}, "An amount is 0 or more."),
        ({"max_discount_amount": "-1"}, "An amount is 0 or more."),
        (
            {
                "starts_at_0": "2026-09-01",
                "starts_at_1": "00:00",
                "expires_at_0": "2026-06-01",
                "expires_at_1": "00:00",
            },
            "A coupon ends after it starts.",
        ),
        ({"code": ""}, "This field is required."),
        ({"code": "taken"}, "There is a coupon with this code already."),
    ],
)
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    factories.coupon("TAKEN")
    coupon = factories.coupon("MINE")
    before = row_of(coupon)

    response = client.post(page(coupon), filled(client, page(coupon), **changes))

    assert response.status_code == 200
    assert sentence in staff.text_of(response)
    assert row_of(coupon) == before
    coupon.refresh_from_db()
    assert coupon.code == "MINE"


def test_refuses_a_limit_below_what_was_used(client: Client, variant: ProductVariant) -> None:
    coupon = factories.coupon(usage_limit=5)
    for _ in range(2):
        factories.placed_order((variant, 1), code=coupon.code)

    response = client.post(page(coupon), filled(client, page(coupon), usage_limit="1"))

    assert "It was used 2 times already; allow at least that." in staff.text_of(response)
    coupon.refresh_from_db()
    assert coupon.usage_limit == 5


def test_coupons_are_never_deleted(client: Client) -> None:
    coupon = factories.coupon()

    response = client.post(f"{COUPONS}{coupon.pk}/delete/", {"post": "yes"})

    assert response.status_code == 403
    assert Coupon.objects.filter(pk=coupon.pk).exists()


def test_refuses_staff_who_may_only_look() -> None:
    coupon = factories.coupon()
    client = staff.signed_in(staff.employee("promotions.view_coupon"))

    response = client.post(page(coupon), {"code": "FORGED", "discount_value": "100"})

    assert response.status_code == 403
    coupon.refresh_from_db()
    assert coupon.code == "TENOFF"


@pytest.mark.parametrize("address", [COUPONS, "/admin/promotions/couponusage/"])
def test_the_lists_take_a_fixed_number_of_queries(
    client: Client,
    variant: ProductVariant,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
) -> None:
    for expected in (1, 2):
        coupon = factories.coupon(f"CODE{expected}")
        factories.placed_order((variant, 1), code=coupon.code)

        with django_assert_num_queries(7):
            response = client.get(address)

        assert f"{expected} coupon" in staff.text_of(response)
