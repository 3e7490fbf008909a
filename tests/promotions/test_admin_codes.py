import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import ProductVariant
from promotions.models import Coupon
from tests import factories, staff

pytestmark = pytest.mark.django_db
COUPONS = "/admin/promotions/coupon/"
NOBODYS_ID = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def page(coupon: Coupon) -> str:
    return reverse("admin:promotions_coupon_change", args=[coupon.pk])


def test_hands_out_chosen_coupons_as_a_file(client: Client) -> None:
    coupon = factories.coupon("=SUM(A1)", usage_limit=5, stackable=True)
    factories.coupon("OTHER")
    data = {"action": "download", "_selected_action": [str(coupon.pk)]}

    response = client.post(COUPONS, data)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="coupons.csv"'
    assert response.content.decode().splitlines() == [
        "code,in words,used,limit",
        '\'=SUM(A1),"10 % off, 5 times in all",0,5',
    ]


def test_makes_codes_and_hands_them_out(client: Client) -> None:
    coupon = factories.coupon("SPRING")
    address = f"{COUPONS}{coupon.pk}/codes/"
    assert address in client.get(page(coupon)).content.decode()
    data = staff.form_of(client.get(address), "codes_form") | {"count": "3", "beginning": "SPRING-"}

    response = client.post(address, data)

    made = list(Coupon.objects.exclude(pk=coupon.pk).values_list("code", flat=True))
    assert response["Content-Disposition"] == 'attachment; filename="codes-SPRING.csv"'
    assert sorted(response.content.decode().splitlines()) == sorted(["code", *made])
    assert len(made) == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"count": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"count": "10001"}, "Ensure this value is less than or equal to 10000."),
        ({"count": "1.5"}, "Enter a whole number."),
        ({"pattern": "XX"}, "These codes could be guessed."),
        ({"beginning": "A\0"}, "Null characters are not allowed."),
        ({"pattern": ""}, "This field is required."),
    ],
)
def test_makes_no_codes_of_what_makes_no_sense(
    client: Client, wrong: dict[str, str], sentence: str
) -> None:
    coupon = factories.coupon()
    address = f"{COUPONS}{coupon.pk}/codes/"
    data = staff.form_of(client.get(address), "codes_form") | wrong

    response = client.post(address, data)

    assert response.status_code == 400
    assert sentence in staff.text_of(response)
    assert Coupon.objects.count() == 1


def test_makes_no_codes_for_staff_who_may_not_add_coupons() -> None:
    coupon = factories.coupon()
    client = staff.signed_in(staff.employee("promotions.view_coupon", "promotions.change_coupon"))
    data = {"count": "3", "pattern": "XXXX-XXXX"}

    response = client.post(f"{COUPONS}{coupon.pk}/codes/", data)

    assert response.status_code == 403
    assert Coupon.objects.count() == 1
    assert client.get(f"{COUPONS}{NOBODYS_ID}/codes/").status_code == 403


def test_makes_no_codes_like_a_coupon_that_is_not_there(client: Client) -> None:
    response = client.get(f"{COUPONS}{NOBODYS_ID}/codes/")

    assert (response.status_code, response["Location"]) == (302, COUPONS)


def test_switches_off_the_chosen_coupons_and_no_other(
    client: Client, variant: ProductVariant
) -> None:
    leaked, kept = factories.coupon("LEAKED"), factories.coupon("KEPT")
    cart = factories.cart_with((variant, 1), code="LEAKED")
    data = {"action": "switch_off", "_selected_action": [str(leaked.pk)]}

    for sentence in ("1 coupons switched off.", "0 coupons switched off."):
        response = client.post(COUPONS, data, follow=True)
        assert sentence in staff.text_of(response)

    assert list(Coupon.objects.filter(is_active=True)) == [kept]
    assert factories.quote(cart).discount == 0


@pytest.mark.parametrize("action", ["switch_off", "download"])
def test_offers_nothing_to_staff_without_the_right(action: str) -> None:
    coupon = factories.coupon()
    client = staff.signed_in(staff.employee("orders.view_order"))

    response = client.post(COUPONS, {"action": action, "_selected_action": [str(coupon.pk)]})

    assert response.status_code == 403
    assert Coupon.objects.get().is_active


def test_lets_nobody_switch_off_who_may_only_look() -> None:
    coupon = factories.coupon()
    client = staff.signed_in(staff.employee("promotions.view_coupon"))

    client.post(COUPONS, {"action": "switch_off", "_selected_action": [str(coupon.pk)]})

    assert Coupon.objects.get().is_active
