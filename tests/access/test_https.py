"""The shop as it runs behind a proxy that speaks https with shoppers."""

import json
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import User
from orders.models import Order
from shopflow.lib.passwords import Argon2id
from tests.access.people import PASSWORD, People
from tests.access.server import Server, running_server
from tests.accounts.links import token_of
from tests.payments.sandbox_process import Reply, send

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("https")]

HOST = "shop.example"
FROM_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
FROM_OUR_PAGE = {"Origin": f"https://{HOST}", "Referer": f"https://{HOST}/"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HSTS = "max-age=31536000; includeSubDomains; preload"


@pytest.fixture(scope="module")
def secure(
    people: People, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("https")
    assert people.ada.user
    with (
        django_db_blocker.unblock(),
        running_server(
            folder,
            settings_module="shopflow.settings",
            SITE_URL=f"https://{HOST}",
            ALLOWED_HOSTS=f"{HOST},127.0.0.1",
            TRUSTED_PROXIES="1",
            EMAIL_URL="smtps://shop:secret@mail.example:465",
        ) as server,
    ):
        # The cheap hash of tests is none that the shop knows.
        hashed = Argon2id().encode(PASSWORD, "salt of sixteen b")
        User.objects.filter(pk=people.ada.user.pk).update(password=hashed)
        yield server


def get(server: Server, path: str, **headers: str) -> Reply:
    return send("GET", server.url + path, headers={**FROM_PROXY, **headers})


def cookies(reply: Reply) -> dict[str, "Morsel[str]"]:
    found: dict[str, Morsel[str]] = {}
    for line in reply.headers.get_all("Set-Cookie", []):
        found.update(SimpleCookie(line))
    return found


def post(server: Server, path: str, data: dict[str, str], jar: dict[str, Any]) -> Reply:
    sent = "; ".join(f"{name}={cookie.value}" for name, cookie in jar.items())
    given = {**data, "csrfmiddlewaretoken": jar["__Host-csrf"].value}
    headers = {**FROM_PROXY, **FROM_OUR_PAGE, **FORM, "Cookie": sent}
    return send("POST", server.url + path, body=urlencode(given).encode(), headers=headers)


def test_who_comes_without_it_is_sent_there(secure: Server) -> None:
    plain = send("GET", f"{secure.url}/cart/?a=1", headers={"Host": HOST})

    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/cart/?a=1")
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    assert plain.headers["Strict-Transport-Security"] is None


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_asks_without_it(secure: Server, path: str) -> None:
    assert send("GET", secure.url + path).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/accounts/login/", 200),
        ("/accounts/register/", 200),
        ("/admin/login/", 302),
        ("/nowhere/", 404),
        ("/static/nowhere.css", 404),
        ("/media/products/nowhere.webp", 404),
        ("/api/v1/products/", 200),
        ("/api/v1/docs/", 200),
        ("/account/orders/", 302),
    ],
)
def test_is_asked_for_from_then_on(secure: Server, path: str, status: int) -> None:
    answer = get(secure, path)

    assert (answer.status, answer.headers["Strict-Transport-Security"]) == (status, HSTS)
    for name in ("Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"):
        assert answer.headers[name], name


def test_every_cookie_is_bound_to_the_host_and_to_https(secure: Server, people: People) -> None:
    page = get(secure, "/accounts/login/")
    jar: dict[str, Any] = cookies(page)
    assert people.ada.user

    login = post(
        secure, "/accounts/login/", {"username": people.ada.user.email, "password": PASSWORD}, jar
    )
    variant = people.ada.order.items.first().variant_id  # type: ignore[union-attr]  # it has two
    added = post(secure, "/cart/add/", {"variant": str(variant), "quantity": "1"}, jar)

    assert (login.status, added.status) == (303, 303)
    given = {**jar, **cookies(login), **cookies(added)}
    assert set(given) == {"__Host-csrf", "__Host-session", "__Host-cart", "__Host-messages"}
    for name, cookie in given.items():
        facts = (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"])
        assert (name, *facts) == (name, True, True, "Lax", "/")
        assert cookie["domain"] == ""
    # The cookie of before the login opens nothing of after it.
    assert cookies(login)["__Host-csrf"].value != jar["__Host-csrf"].value


def test_a_form_of_another_site_is_refused(secure: Server, people: People) -> None:
    jar: dict[str, Any] = cookies(get(secure, "/accounts/login/"))
    sent = f"__Host-csrf={jar['__Host-csrf'].value}"
    data = urlencode({"csrfmiddlewaretoken": jar["__Host-csrf"].value}).encode()

    for origin in ("https://evil.example", f"http://{HOST}", "null", f"https://{HOST}.evil"):
        headers = {**FROM_PROXY, **FORM, "Cookie": sent, "Origin": origin}
        answer = send("POST", f"{secure.url}/accounts/login/", body=data, headers=headers)
        assert answer.status == 403, origin


def test_the_log_names_nobody_and_opens_nothing(secure: Server, people: People) -> None:
    assert people.ada.user
    email, order = people.ada.user.email, people.guest.order
    jar: dict[str, Any] = cookies(get(secure, "/accounts/login/"))
    for password in ("wrong-password-of-ada", PASSWORD):
        answer = post(secure, "/accounts/login/", {"username": email, "password": password}, jar)
    session = cookies(answer)["__Host-session"].value
    cookie = f"__Host-session={session}"
    token = people.guest.order_token

    get(secure, "/account/orders/", Cookie=cookie)
    assert get(secure, f"/orders/{order.order_number}/?token={token}").status == 200
    assert get(secure, f"/orders/{order.order_number}/?token={token}x").status == 404
    assert get(secure, f"/nowhere/{token}/?email={email}").status == 404
    assert get(secure, f"/nowhere/{email}/4242424242424242/").status == 404
    data = {"number": order.order_number, "email": email}
    assert post(secure, "/orders/track/", data, jar).status == 404
    assert Order.objects.filter(pk=order.pk).exists()

    written = secure.log.read_text()
    assert "Not Found: /nowhere/<token>/" in written
    assert "Not Found: /nowhere/<e-mail>/<card>/" in written
    secrets = {email, order.customer_email, PASSWORD, "wrong-password-of-ada", session, token}
    secrets |= {str(people.guest.cart_token), jar["__Host-csrf"].value, "4242424242424242"}
    assert {secret for secret in secrets if secret in written} == set()


def test_the_log_of_an_account_from_first_to_last_holds_no_secret(secure: Server) -> None:
    email, password, other = (
        "zoe.logged@example.com",
        "zoe likes long walks",
        "zoe likes tall trees",
    )
    jar: dict[str, Any] = cookies(get(secure, "/accounts/register/"))
    wanted = {"email": email, "password": password}

    def asked(path: str, data: dict[str, str]) -> dict[str, Any]:
        headers = {**FROM_PROXY, "Content-Type": "application/json"}
        answer = send("POST", secure.url + path, body=json.dumps(data).encode(), headers=headers)
        assert answer.status == 200, answer.text
        return answer.json

    assert post(secure, "/accounts/register/", wanted, jar).status == 303
    verify = token_of("accounts/verify")
    for expected in (303, 400):
        assert post(secure, f"/accounts/verify/{verify}/", {}, jar).status == expected
    login = {"email": email, "password": password}
    first = asked("/api/v1/auth/login/", login)
    second = asked("/api/v1/auth/refresh/", {"refresh": first["refresh"]})
    assert post(secure, "/accounts/password/forgot/", {"email": email}, jar).status == 303
    reset = token_of("accounts/reset")
    for expected in (303, 400):
        data = {"password": other}
        assert post(secure, f"/accounts/password/reset/{reset}/", data, jar).status == expected
    known = get(secure, "/api/v1/me/", Authorization=f"Bearer {second['access']}")

    assert known.status == 401
    written = secure.log.read_text()
    assert "Bad Request" in written
    secrets = {email, password, other, verify, reset}
    secrets |= {answer[kind] for answer in (first, second) for kind in ("access", "refresh")}
    assert {secret for secret in secrets if secret in written} == set()
