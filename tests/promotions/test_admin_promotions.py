from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from promotions.models import Promotion
from tests import factories, staff

pytestmark = pytest.mark.django_db
PROMOTIONS = "/admin/promotions/promotion/"
ADD = f"{PROMOTIONS}add/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def page(promotion: Promotion) -> str:
    return reverse("admin:promotions_promotion_change", args=[promotion.pk])


def test_makes_a_promotion(client: Client) -> None:
    data = staff.form_of(client.get(ADD), "promotion_form") | {
        "name": "Three for two",
        "discount_type": "buy_x_get_y",
        "discount_value": "100",
        "buy_quantity": "2",
        "get_quantity": "1",
        "priority": "5",
    }

    response = client.post(ADD, data)

    assert response.status_code == 302
    sale = Promotion.objects.get()
    assert (sale.name, sale.discount_type, sale.priority) == ("Three for two", "buy_x_get_y", 5)
    assert "buy 2, get 1 free" in staff.text_of(client.get(PROMOTIONS))


def test_makes_one_in_steps(client: Client) -> None:
    data = staff.form_of(client.get(ADD), "promotion_form") | {
        "name": "Spend more",
        "discount_value": "0",
        "tier_by": "amount",
        "tiers": "50: 5\n100: 10\n",
    }

    response = client.post(ADD, data)

    assert response.status_code == 302
    sale = Promotion.objects.get()
    assert (sale.tier_from, sale.tier_value) == ([50, 100], [5, 10])
    assert staff.form_of(client.get(page(sale)), "promotion_form")["tiers"] == "50: 5\n100: 10"
    assert "5 % off from $50.00, 10 % off from $100.00" in staff.text_of(client.get(PROMOTIONS))


@pytest.mark.parametrize("tiers", ["50", "50: x", "50: 5: 5", "NaN: 5"])
def test_steps_are_written_one_per_line(client: Client, tiers: str) -> None:
    data = staff.form_of(client.get(ADD), "promotion_form") | {
        "name": "Spend more",
        "tier_by": "amount",
        "tiers": tiers,
    }

    response = client.post(ADD, data)

    assert "Write each step like this: 50: 5" in staff.text_of(response)
    assert Promotion.objects.count() == 0


def test_switches_one_off_and_keeps_its_count(client: Client, variant: ProductVariant) -> None:
    sale = factories.promotion(usage_limit=5)
    factories.placed_order((variant, 1))
    data = staff.form_of(client.get(page(sale)), "promotion_form")
    del data["is_active"]

    client.post(page(sale), data)

    sale.refresh_from_db()
    assert (sale.is_active, sale.usage_count, sale.usage_limit) == (False, 1, 5)
    assert factories.quote(factories.cart_with((variant, 1))).discount == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"discount_value": "0"}, "A percentage is above 0 and at most 100."),
        ({"discount_type": "fixed_amount", "discount_value": "-1"}, "above 0."),
        ({"priority": "abc"}, "Enter a whole number."),
        ({"usage_limit": "0"}, "A limit is 1 or more."),
    ],
)
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    sale = factories.promotion()

    response = client.post(
        page(sale), staff.form_of(client.get(page(sale)), "promotion_form") | changes
    )

    assert response.status_code == 200
    assert sentence in staff.text_of(response)
    sale.refresh_from_db()
    assert (sale.name, sale.discount_value, sale.usage_limit) == ("Summer sale", 10, None)


def test_promotions_are_never_deleted(client: Client) -> None:
    sale = factories.promotion()

    response = client.post(f"{PROMOTIONS}{sale.pk}/delete/", {"post": "yes"})

    assert response.status_code == 403
    assert Promotion.objects.filter(pk=sale.pk).exists()


def test_refuses_staff_who_may_only_look() -> None:
    sale = factories.promotion()
    client = staff.signed_in(staff.employee("promotions.view_promotion"))

    response = client.post(page(sale), {"name": "FORGED", "discount_value": "100"})

    assert response.status_code == 403
    sale.refresh_from_db()
    assert (sale.name, sale.discount_value) == ("Summer sale", Decimal(10))


@pytest.mark.parametrize("address", [PROMOTIONS, "/admin/promotions/promotionusage/"])
def test_the_lists_take_a_fixed_number_of_queries(
    client: Client,
    variant: ProductVariant,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
) -> None:
    for expected in (1, 2):
        factories.promotion(f"Sale {expected}", stackable=True)
    for expected in (2, 4):
        factories.placed_order((variant, 1))

        with django_assert_num_queries(7):
            response = client.get(address)

        counted = 2 if address == PROMOTIONS else expected
        assert f"{counted} promotion" in staff.text_of(response)
