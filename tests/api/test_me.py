"""One's own account."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.queries import live_sign_ins
from tests.accounts.letters import letters
from tests.api.people import PASSWORD, AppUser, app_user, on_a_device
from tests.api.shop import problem, send
from tests.books import books

pytestmark = pytest.mark.django_db
OTHER_PASSWORD = "wrong donkey staple"


@pytest.fixture
def ada(db: None) -> AppUser:
    return app_user()


def test_shows_ones_own_account(client: Client, ada: AppUser) -> None:
    answer = send(client, "get", "me/", access=ada.access)

    me = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert me.pop("created_at")
    assert me == {
        "id": str(ada.user.pk),
        "email": "ada@example.com",
        "email_verified": True,
        "first_name": "Sam",
        "last_name": "Shopper",
        "phone": "",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "me/"),
        ("patch", "me/"),
        ("post", "me/password/"),
        ("post", "me/email/"),
        ("get", "auth/sessions/"),
        ("delete", "auth/sessions/01a1ff77-a81d-7526-933a-05730ee39080/"),
        ("post", "auth/logout/"),
        ("get", "orders/"),
    ],
)
def test_is_for_who_is_signed_in(client: Client, ada: AppUser, method: str, path: str) -> None:
    before = books()

    answer = send(client, method, path, {"first_name": "Eve"} if method == "patch" else None)

    problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert books() == before


def test_changes_name_and_phone(client: Client, ada: AppUser) -> None:
    changes = {"first_name": "Ada", "last_name": "Byron", "phone": "+1 (212) 555-0100"}

    me = send(client, "patch", "me/", changes, access=ada.access).json()

    assert (me["first_name"], me["last_name"], me["phone"]) == ("Ada", "Byron", "+12125550100")
    user = User.objects.get()
    assert (user.first_name, user.last_name, user.phone) == ("Ada", "Byron", "+12125550100")


def test_leaves_what_isnt_sent(client: Client, ada: AppUser) -> None:
    User.objects.update(phone="+12125550100")

    send(client, "patch", "me/", {"first_name": "Ada"}, access=ada.access)
    user = User.objects.get()
    assert (user.first_name, user.last_name, user.phone) == ("Ada", "Shopper", "+12125550100")

    send(client, "patch", "me/", {"phone": ""}, access=ada.access)
    assert (User.objects.get().phone, User.objects.get().first_name) == ("", "Ada")


def test_changes_nothing_for_nothing(client: Client, ada: AppUser) -> None:
    assert send(client, "patch", "me/", {}, access=ada.access).json()["first_name"] == "Sam"


@pytest.mark.parametrize(
    "change",
    [
        {"role": "admin"},
        {"is_superuser": True},
        {"is_staff": True},
        {"is_active": False},
        {"is_anything": True},
        {"email": "eve@example.com"},
        {"email_verified": False},
        {"password": OTHER_PASSWORD},
        {"id": "01a1ff77-a81d-7526-933a-05730ee39080"},
        {"user_id": "01a1ff77-a81d-7526-933a-05730ee39080"},
        {"groups": [1]},
        {"user_permissions": [1]},
        {"deleted_at": None},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"last_login": None},
    ],
    ids=str,
)
def test_changes_nothing_else(client: Client, ada: AppUser, change: dict[str, Any]) -> None:
    before = books()

    answer = send(client, "patch", "me/", {"first_name": "Eve", **change}, access=ada.access)

    [fault] = problem(answer, 400, "unknown_field")["errors"]
    assert fault["pointer"] == f"/{next(iter(change))}"
    assert books() == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"first_name": "x" * 101}, "invalid"),
        ({"first_name": None}, "invalid"),
        ({"first_name": ["Ada"]}, "invalid"),
        ({"last_name": "\0"}, "invalid"),
        ({"last_name": "\ud800"}, "invalid"),
        ({"last_name": "a\u202eb"}, "name_invalid"),
        ({"phone": "call me"}, "phone_invalid"),
        ({"phone": "212 555 0100"}, "phone_invalid"),
        ({"phone": "+1 000 000 0000"}, "phone_invalid"),
        ({"phone": "x" * 31}, "invalid"),
    ],
    ids=str,
)
def test_refuses_bad_input(client: Client, ada: AppUser, change: dict[str, Any], code: str) -> None:
    before = books()

    problem(send(client, "patch", "me/", change, access=ada.access), 400, code)

    assert books() == before


def test_costs_so_many_statements(
    client: Client, ada: AppUser, django_assert_num_queries: Any
) -> None:
    # Who calls. Begin, who, the row locked, written, commit.
    with django_assert_num_queries(6):
        answer = send(client, "patch", "me/", {"first_name": "Ada"}, access=ada.access)

    assert answer.status_code == 200


# --- password ----------------------------------------------------------------------------------


def changed(client: Client, ada: AppUser, **body: Any) -> Any:
    given = {"old_password": PASSWORD, "new_password": OTHER_PASSWORD, **body}
    return send(client, "post", "me/password/", given, access=ada.access)


def test_changes_the_password_and_signs_other_devices_out(client: Client, ada: AppUser) -> None:
    tablet = on_a_device(ada.user, "Tablet")

    answer = changed(client, ada)

    assert (answer.status_code, answer.content) == (204, b"")
    assert User.objects.get().check_password(OTHER_PASSWORD)
    assert [row.family for row in live_sign_ins(ada.user.pk)] == [ada.family]
    assert send(client, "get", "me/", access=ada.access).status_code == 200
    problem(send(client, "get", "me/", access=tablet.access), 401, "invalid_token")
    problem(send(client, "post", "auth/refresh/", {"refresh": tablet.refresh}), 401, "sign_in_over")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"old_password": OTHER_PASSWORD}, "password_wrong"),
        ({"old_password": ""}, "invalid"),
        ({"new_password": "short"}, "password_refused"),
        ({"new_password": "ada@example.com"}, "password_refused"),
        ({"new_password": "a\0" * 10}, "invalid"),
        ({"user_id": "01a1ff77-a81d-7526-933a-05730ee39080"}, "unknown_field"),
    ],
    ids=str,
)
def test_keeps_the_password(client: Client, ada: AppUser, body: dict[str, Any], code: str) -> None:
    tablet = on_a_device(ada.user, "Tablet")

    problem(changed(client, ada, **body), 400, code)

    assert User.objects.get().check_password(PASSWORD)
    assert send(client, "get", "me/", access=tablet.access).status_code == 200


def test_slows_down_who_guesses_the_password(client: Client, ada: AppUser) -> None:
    answers = [changed(client, ada, old_password="wrong") for _ in range(11)]

    assert {answer.status_code for answer in answers[:-1]} == {400}
    problem(answers[-1], 429, "too_many_tries")
    problem(changed(client, ada), 429, "too_many_tries")
    assert User.objects.get().check_password(PASSWORD)


# --- e-mail ------------------------------------------------------------------------------------


def test_mails_a_link_to_the_new_address(client: Client, ada: AppUser) -> None:
    body = {"email": "Countess@example.com", "password": PASSWORD}

    answer = send(client, "post", "me/email/", body, access=ada.access)

    [letter] = letters()
    assert answer.status_code == 202
    assert (letter.kind, letter.to) == ("accounts/email_changing", "countess@example.com")
    assert User.objects.get().email == "ada@example.com"


def test_says_the_same_of_a_taken_address(client: Client, ada: AppUser) -> None:
    app_user("eve@example.com")
    paths = [{"email": f"{name}@example.com", "password": PASSWORD} for name in ("eve", "new")]

    taken, free = (send(client, "post", "me/email/", body, access=ada.access) for body in paths)

    assert (taken.status_code, taken.content) == (free.status_code, free.content)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "countess@example.com", "password": "wrong"}, "password_wrong"),
        ({"email": "countess@example.com"}, "invalid"),
        ({"email": "countess", "password": PASSWORD}, "invalid"),
        ({"email": "ADA@example.com", "password": PASSWORD}, "email_unchanged"),
        ({"email": "c@example.com", "password": PASSWORD, "user": 1}, "unknown_field"),
    ],
    ids=str,
)
def test_keeps_the_address(client: Client, ada: AppUser, body: dict[str, Any], code: str) -> None:
    before = books()

    problem(send(client, "post", "me/email/", body, access=ada.access), 400, code)

    assert books() == before
