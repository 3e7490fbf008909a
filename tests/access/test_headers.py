"""Every address × everybody: the headers that protect, and nothing inline in any page."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as the_shops
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, get_resolver
from pytest_django import DjangoDbBlocker, Settings

from carts import views as carts
from shopflow.lib.policy import PERMISSIONS
from tests.access.markup import inline
from tests.access.people import People
from tests.access.routes import Route, routes
from tests.limiting import without_redis
from tests.staff import owner, signed_in

pytestmark = pytest.mark.django_db

POLICY = {
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'self'",
    "font-src 'self'",
    f"form-action 'self' {the_shops.SANDBOX_URL}",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
}
# Swagger UI sets styles from its script; nothing else differs to the better.
DOCS_POLICY = {
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "font-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
}
# A mail stands in a frame of its own, where it can be read and nothing else. Mail programs load no
# sheets, so its styles are inline.
MAIL_POLICY = {
    "base-uri 'none'",
    "connect-src 'none'",
    "default-src 'none'",
    "font-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "img-src data:",
    "object-src 'none'",
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
    "script-src 'none'",
    "style-src 'unsafe-inline'",
}
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}
REFERRERS = {"same-origin", "no-referrer"}


def faults(answer: Any) -> Iterator[str]:
    """What is missing in an answer's headers, or is inline in its page."""
    if _is_mail(answer):
        yield from _faults_of_mail(answer)
        return
    for name, value in EXPECTED.items():
        if answer.headers.get(name) != value:
            yield f"{name}: {answer.headers.get(name)}"
    if answer.headers.get("Referrer-Policy") not in REFERRERS:
        yield f"Referrer-Policy: {answer.headers.get('Referrer-Policy')}"
    policy = set(answer.headers.get("Content-Security-Policy", "").split("; "))
    if policy != (DOCS_POLICY if _is_docs(answer) else POLICY):
        yield f"Content-Security-Policy: {policy}"
    if answer.streaming:
        b"".join(answer)  # a file that is read to its end is closed
    elif "html" in answer.headers.get("Content-Type", ""):
        yield from inline(answer.content.decode())


def _faults_of_mail(answer: Any) -> Iterator[str]:
    for name, value in {**EXPECTED, "X-Frame-Options": "SAMEORIGIN"}.items():
        if answer.headers.get(name) != value:
            yield f"{name}: {answer.headers.get(name)}"
    if (policy := set(answer.headers["Content-Security-Policy"].split("; "))) != MAIL_POLICY:
        yield f"Content-Security-Policy: {policy}"
    yield from (what for what in inline(answer.content.decode()) if "style" not in what)


def is_kept(answer: Any) -> bool:
    """Whether a cache or a disk may keep it."""
    return "no-store" not in str(answer.headers.get("Cache-Control", ""))


def _is_docs(answer: Any) -> bool:
    return bool(answer.request["PATH_INFO"] == "/api/v1/docs/" and answer.status_code == 200)


def _is_mail(answer: Any) -> bool:
    return bool(answer.request["PATH_INFO"].endswith("/html/") and answer.status_code == 200)


@pytest.fixture(scope="module")
def addresses(people: People, django_db_blocker: DjangoDbBlocker) -> dict[Route, str]:
    """Every address, with Ada's things."""
    with django_db_blocker.unblock():
        # Who has gone out proves nothing afterwards.
        known = sorted(routes(), key=lambda route: "logout" in route.pattern)
        return {route: route.address(people.ada) for route in known}


def asked(client: Client, route: Route, address: str) -> Iterator[Any]:
    """What the address answers to a look, and to a form with nothing in it."""
    yield read(client.get(address))
    kind = "application/json" if route.is_of_api else "application/x-www-form-urlencoded"
    headers = {"Sec-Fetch-Site": "same-origin"}
    yield read(client.generic("POST", address, "", content_type=kind, headers=headers))


def read(answer: Any) -> Any:
    """Take in what comes piece by piece, so that its file is closed."""
    if answer.streaming:
        b"".join(answer)
    return answer


def found(client: Client, addresses: dict[Route, str]) -> list[str]:
    return [
        f"{answer.request['REQUEST_METHOD']} {address} ({answer.status_code}): {fault}"
        for route, address in addresses.items()
        for answer in asked(client, route, address)
        for fault in faults(answer)
    ]


@pytest.mark.usefixtures("web_connection")
def test_are_on_every_answer_to_nobody(addresses: dict[Route, str]) -> None:
    assert found(Client(raise_request_exception=False), addresses) == []


@pytest.mark.usefixtures("web_connection")
def test_are_on_every_answer_to_a_shopper(people: People, addresses: dict[Route, str]) -> None:
    assert people.ada.user
    client = signed_in(people.ada.user, raise_request_exception=False)

    assert found(client, addresses) == []


@pytest.mark.usefixtures("web_connection")
def test_are_on_every_answer_to_staff(addresses: dict[Route, str]) -> None:
    assert found(signed_in(owner(), raise_request_exception=False), addresses) == []


@pytest.mark.usefixtures("web_connection")
def test_what_is_shown_to_somebody_signed_in_is_kept_nowhere(
    people: People, addresses: dict[Route, str]
) -> None:
    """But for pages that are the same for everybody, and say so."""
    assert people.ada.user
    kept: dict[str, set[str]] = {}

    for user in (people.ada.user, owner()):
        client = signed_in(user, raise_request_exception=False)
        for route, address in addresses.items():
            answer = read(client.get(address))
            if answer.status_code < 400 and is_kept(answer):
                assert people.ada.marker not in str(getattr(answer, "content", "")), address
                assert client.session.get("_auth_user_id") is None or not _looks(answer), address
                kept.setdefault(route.pattern.partition("/")[0], set()).add(route.pattern)

    private = {"account", "accounts", "admin", "checkout", "orders", "pay", "cart", "me"}
    assert private & set(kept) == set()


def _looks(answer: Any) -> bool:
    """Whether the view looked who is signed in."""
    return bool(answer.wsgi_request.session.accessed)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere/", 404),
        ("/admin/nowhere/", 302),
        ("/api/v1/nowhere/", 404),
        ("/static/nowhere.css", 404),
        ("/media/products/nowhere.webp", 404),
        ("/api/v1/docs/", 200),
        ("/healthz", 200),
        ("/p/nothing", 301),
    ],
)
def test_are_on_what_is_no_page(client: Client, address: str, status: int) -> None:
    answer = client.get(address)

    assert answer.status_code == status
    assert list(faults(answer)) == []


@pytest.mark.parametrize("path", ["shop/shop.css", "shop/shop.js", "admin/css/base.css"])
def test_are_on_static_files(settings: Settings, path: str) -> None:
    settings.WHITENOISE_USE_FINDERS = True

    answer = Client().get(f"/static/{path}")

    assert b"".join(answer)
    assert (answer.status_code, list(faults(answer))) == (200, [])


def test_are_on_a_picture(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "shirt.webp").write_bytes(b"RIFF")
    [pictures] = [
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLPattern) and "media/products" in str(entry.pattern)
    ]
    monkeypatch.setitem(pictures.default_args, "document_root", tmp_path)

    answer = client.get("/media/products/shirt.webp")

    assert b"".join(answer) == b"RIFF"
    assert (answer.status_code, list(faults(answer))) == (200, [])


def test_are_on_an_answer_to_a_host_that_is_not_ours(client: Client) -> None:
    answer = client.get("/accounts/login/", headers={"Host": "evil.example"})

    assert (answer.status_code, list(faults(answer))) == (400, [])


def test_are_on_a_failed_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(carts, "find_cart", fail)
    answer = Client(raise_request_exception=False).get("/cart/")

    assert (answer.status_code, list(faults(answer))) == (500, [])
    said = answer.content.decode()
    assert "secret" not in said
    assert "Traceback" not in said


def test_are_on_a_busy_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(carts, "find_cart", fail)
    answer = client.get("/cart/")

    assert (answer.status_code, list(faults(answer))) == (503, [])


def test_are_on_a_page_that_refuses_many_tries(client: Client) -> None:
    data = {"number": "ORD-1", "email": "a@b.example"}
    answers = [client.post("/orders/track/", data) for _ in range(11)]

    assert (answers[-1].status_code, list(faults(answers[-1]))) == (429, [])


def test_are_on_pages_without_redis(client: Client, settings: Settings) -> None:
    without_redis(settings)

    answer = client.get("/cart/")

    assert (answer.status_code, list(faults(answer))) == (200, [])


def test_let_forms_go_to_every_provider_and_nowhere_else() -> None:
    directives = the_shops.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert set(the_shops.PAYMENT_ORIGINS) == set(the_shops.PAYMENT_PROVIDERS)
    pages = list(chain.from_iterable(the_shops.PAYMENT_ORIGINS.values()))
    assert directives["form-action"] == ["'self'", *pages]
    said = {value for values in directives.values() for value in values}
    assert said - set(pages) == {"'self'", "'none'", "data:"}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<script>alert(1)</script>", ["<script> without src"]),
        ("<script type=module>x</script>", ["<script> without src"]),
        ("<p style='color: red'>", ['<p style="color: red">']),
        ("<style>p {}</style>", ["<style>"]),
        ("<img src=x onerror=alert(1)>", ['<img onerror="alert(1)">']),
        ("<a href=' java\nscript:x'>", ['<a href=" java\nscript:x">']),
        ("<script nonce=a src=b></script>", ["<script nonce>"]),
        ("<svg onload='x' />", ['<svg onload="x">']),
        ('<script type="application/ld+json">{}</script>', []),
        ('<script src="/static/shop.js" defer></script>', []),
    ],
)
def test_name_what_stands_inline(page: str, expected: list[str]) -> None:
    assert inline(page) == expected


def test_name_a_header_that_is_missing(settings: Settings) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "XFrame" not in name]

    assert list(faults(Client().get("/healthz"))) == ["X-Frame-Options: None"]
