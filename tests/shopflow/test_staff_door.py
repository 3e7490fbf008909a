"""Who gets into the staff site."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.queries import live_sign_ins
from tests import factories, staff
from tests.storefront import words

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
DOOR = f"/admin/login/?next={ORDERS}"


def test_staff_with_their_second_factor_get_in() -> None:
    assert staff.signed_in(staff.owner()).get(ORDERS).status_code == 200


def test_leads_strangers_to_the_shops_own_login(client: Client) -> None:
    response = client.get(ORDERS)

    assert response["Location"] == DOOR
    assert client.get(DOOR)["Location"] == f"/accounts/login/?next={ORDERS}"


def test_takes_no_password_itself(client: Client) -> None:
    user = staff.owner()

    response = client.post(DOOR, {"username": user.email, "password": "correct horse battery"})

    assert response["Location"] == f"/accounts/login/?next={ORDERS}"
    assert "_auth_user_id" not in client.session


def test_a_session_without_the_factor_is_asked_for_it(client: Client) -> None:
    user = staff.owner()
    device = staff.app_of(user)
    client.force_login(user)

    assert client.get(ORDERS)["Location"] == DOOR
    asked = client.get(DOOR)["Location"]
    assert asked == f"/accounts/code/?next={ORDERS}"
    assert client.post(asked, {"code": staff.code_of(device)})["Location"] == ORDERS
    assert client.get(ORDERS).status_code == 200


def test_who_has_no_factor_yet_is_led_to_enrol(client: Client) -> None:
    client.force_login(staff.owner())

    assert client.get(ORDERS)["Location"] == DOOR
    assert client.get(DOOR)["Location"] == f"/account/second-factor/?next={ORDERS}"


def test_a_factor_that_was_removed_opens_nothing_any_more() -> None:
    user = staff.owner()
    browser = staff.signed_in(user)
    assert browser.get(ORDERS).status_code == 200

    user.totp_devices.all().delete()

    assert browser.get(ORDERS)["Location"] == DOOR


def test_somebody_elses_factor_opens_nothing() -> None:
    user = staff.owner()
    browser = staff.signed_in(user)

    user.totp_devices.update(user=staff.owner())

    assert browser.get(ORDERS)["Location"] == DOOR


def test_tells_shoppers_that_it_isnt_for_them() -> None:
    browser = staff.signed_in(factories.UserFactory.create())

    response = browser.get(DOOR)

    assert response.status_code == 403
    assert "This part of the shop is for the people who work here." in words(response)


def test_a_shopper_with_a_factor_and_a_group_stays_outside() -> None:
    user = factories.UserFactory.create()
    staff.app_of(user)
    user.groups.add(Group.objects.get(name="finance"))

    assert staff.signed_in(user).get(ORDERS)["Location"] == DOOR


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example"])
def test_never_leads_to_another_site(target: str) -> None:
    browser = staff.signed_in(staff.owner())

    assert browser.get(f"/admin/login/?next={target}")["Location"] == "/admin/"


def test_logging_out_there_ends_the_sign_in(client: Client) -> None:
    user = staff.owner()
    device = staff.app_of(user)
    client.post("/accounts/login/", {"username": user.email, "password": "correct horse battery"})
    client.post("/accounts/code/", {"code": staff.code_of(device)})
    assert len(live_sign_ins(user.pk)) == 1

    response = client.post("/admin/logout/")

    assert (response.status_code, response["Location"]) == (303, "/")
    assert live_sign_ins(user.pk) == []
    assert client.get(ORDERS)["Location"] == DOOR


def test_a_password_is_changed_on_the_shops_own_page() -> None:
    browser = staff.signed_in(staff.owner())

    for response in (
        browser.get("/admin/password_change/"),
        browser.post("/admin/password_change/", {"old_password": "correct horse battery"}),
    ):
        assert response["Location"] == "/account/password/"
