"""The devices that are signed in."""

from typing import Any

import pytest
from django.test import Client

from accounts import commands as accounts
from accounts.models import UserSession
from shopflow.lib.ids import new_id
from tests.api.people import AppUser, app_user, on_a_device
from tests.api.shop import problem, send
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> AppUser:
    return app_user()


def listed(client: Client, ada: AppUser, query: str = "") -> Any:
    return send(client, "get", f"auth/sessions/{query}", access=ada.access).json()


def test_lists_the_devices_last_seen_first(client: Client, ada: AppUser) -> None:
    tablet = on_a_device(ada.user, "Tablet")
    accounts.sign_in(user_id=ada.user.pk, device="Firefox", ip=None, is_browser=True)
    accounts.rotate(refresh_token=tablet.refresh, ip="192.0.2.9")
    app_user("eve@example.com", device="Eve's")

    page = listed(client, ada)

    assert [row["device"] for row in page["results"]] == ["Tablet", "Firefox", "Phone"]
    assert [row["is_current"] for row in page["results"]] == [False, False, True]
    assert (page["next"], page["previous"]) == (None, None)
    first = page["results"][0]
    assert (first["id"], first["ip"]) == (str(tablet.family), "192.0.2.9")
    assert first["signed_in_at"] < first["last_seen_at"]
    assert set(first) == {"id", "device", "ip", "signed_in_at", "last_seen_at", "is_current"}


def test_lists_page_by_page(client: Client, ada: AppUser) -> None:
    for number in range(3):
        on_a_device(ada.user, f"Phone {number}")

    first = listed(client, ada, "?limit=3&count=true")
    rest = client.get(first["next"], headers={"Authorization": f"Bearer {ada.access}"}).json()

    assert (len(first["results"]), first["count"], len(rest["results"])) == (3, 4, 1)
    problem(
        send(client, "get", "auth/sessions/?cursor=x", access=ada.access), 400, "invalid_cursor"
    )


def test_lists_none_that_is_over(client: Client, ada: AppUser) -> None:
    accounts.sign_out(family=on_a_device(ada.user, "Gone").family)
    old = on_a_device(ada.user, "Old")
    UserSession.objects.filter(family=old.family).update(
        created_at="2020-01-01T00:00Z", expires_at="2020-02-01T00:00Z"
    )

    assert [row["device"] for row in listed(client, ada)["results"]] == ["Phone"]


def test_signs_a_device_out(client: Client, ada: AppUser) -> None:
    tablet = on_a_device(ada.user, "Tablet")

    answer = send(client, "delete", f"auth/sessions/{tablet.family}/", access=ada.access)

    assert (answer.status_code, answer.content) == (204, b"")
    problem(send(client, "get", "me/", access=tablet.access), 401, "invalid_token")
    problem(send(client, "post", "auth/refresh/", {"refresh": tablet.refresh}), 401, "sign_in_over")
    assert [row["device"] for row in listed(client, ada)["results"]] == ["Phone"]
    again = send(client, "delete", f"auth/sessions/{tablet.family}/", access=ada.access)
    problem(again, 404, "sign_in_not_found")


def test_signs_out_no_device_of_somebody_else(client: Client, ada: AppUser) -> None:
    eve = app_user("eve@example.com")
    row = UserSession.objects.get(family=eve.family)
    before = books()

    for id in (eve.family, row.pk, new_id()):
        answer = send(client, "delete", f"auth/sessions/{id}/", access=ada.access)
        problem(answer, 404, "sign_in_not_found")

    assert books() == before
    assert send(client, "get", "me/", access=eve.access).status_code == 200


def test_knows_no_device_of_an_odd_id(client: Client, ada: AppUser) -> None:
    for id in ("1", "x", "%00", "../me"):
        problem(send(client, "delete", f"auth/sessions/{id}/", access=ada.access), 404, "not_found")


def test_costs_so_many_statements(
    client: Client, ada: AppUser, django_assert_num_queries: Any
) -> None:
    tablet = on_a_device(ada.user, "Tablet")

    # Who calls, the page.
    with django_assert_num_queries(2):
        listed(client, ada)
    # Who calls. Begin, who, which rows, revoke, is any left, audit, commit.
    with django_assert_num_queries(8):
        send(client, "delete", f"auth/sessions/{tablet.family}/", access=ada.access)
