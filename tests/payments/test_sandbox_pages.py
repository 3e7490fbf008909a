from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.payments.sandbox_process import (
    CARD_ASKS,
    CARD_DECLINES,
    CARD_LACKS_FUNDS,
    CARD_PAYS,
    Reply,
    Sandbox,
    running_sandbox,
    send,
)

RETURN_URL = "http://127.0.0.1:9/thanks/?order=1&x=2"
TYPED = {"number": CARD_PAYS, "expiry": "12 / 34", "cvc": "123", "name": "Ada Lovelace"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path_factory.mktemp("sandbox") / "ledger") as running:
        yield running


def post(url: str, fields: dict[str, str]) -> Reply:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return send("POST", url, body=urlencode(fields).encode(), headers=headers)


def submit(payment: dict[str, str], **typed: str) -> Reply:
    return post(payment["redirect_url"], {**TYPED, **typed})


def test_shows_what_is_paid_and_how_to_test(sandbox: Sandbox) -> None:
    payment = sandbox.create(reference="ORD-<b>7</b>", amount=129950)

    reply = send("GET", payment["redirect_url"])

    assert reply.status == 200
    assert "$1,299.50" in reply.text
    assert "ORD-&lt;b&gt;7&lt;/b&gt;" in reply.text
    assert "<b>" not in reply.text
    assert f'href="{RETURN_URL.replace("&", "&amp;")}">Cancel and go back</a>' in reply.text
    for card in (CARD_PAYS, CARD_DECLINES, CARD_ASKS, CARD_LACKS_FUNDS):
        assert f"<code>{card}</code>" in reply.text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (5990, "EUR", "€59.90"),
        (500, "JPY", "¥500"),
        (5, "CHF", "0.05 CHF"),
        (1, "KWD", "0.001 KWD"),
    ],
)
def test_writes_amounts_as_people_do(
    sandbox: Sandbox, amount: int, currency: str, text: str
) -> None:
    payment = sandbox.create(amount=amount, currency=currency)

    assert f'<h1 class="amount">{text}</h1>' in send("GET", payment["redirect_url"]).text


def test_allows_nothing_inline_and_no_script(sandbox: Sandbox) -> None:
    reply = send("GET", sandbox.create()["redirect_url"])

    assert reply.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        " frame-ancestors 'none'; form-action 'self' http://127.0.0.1:9"
    )
    assert "<script" not in reply.text
    assert "<style" not in reply.text
    assert "style=" not in reply.text
    for path, kind in (("/style.css", "text/css; charset=utf-8"), ("/icon.svg", "image/svg+xml")):
        assert f'"{path}"' in reply.text
        assert send("GET", sandbox.url + path).headers["Content-Type"] == kind


@pytest.mark.parametrize("number", [CARD_PAYS, "4242424242424242", "  4242 42424242 4242 "])
def test_pays_and_goes_back_to_the_shop(sandbox: Sandbox, number: str) -> None:
    payment = sandbox.create()

    reply = submit(payment, number=number)

    assert (reply.status, reply.headers["Location"]) == (303, RETURN_URL)
    assert sandbox.fetch(payment["id"])["captured"] == 5990
    page = send("GET", payment["redirect_url"]).text
    assert "This payment is complete. Thank you!" in page
    assert "<form" not in page


def test_a_double_submit_pays_once(sandbox: Sandbox) -> None:
    payment = sandbox.create()

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: submit(payment), range(4)))

    assert {(reply.status, reply.headers["Location"]) for reply in replies} == {(303, RETURN_URL)}
    assert len(sandbox.events(payment["id"])) == 1


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (CARD_DECLINES, "Your bank declined this card. Please try another card."),
        (CARD_LACKS_FUNDS, "There isn't enough money on this card. Please try another card."),
    ],
)
def test_shows_why_a_card_was_refused_and_takes_another(
    sandbox: Sandbox, number: str, sentence: str
) -> None:
    payment = sandbox.create()

    refused = submit(payment, number=number)
    page = send("GET", sandbox.url + refused.headers["Location"])
    paid = submit(payment)

    assert refused.status == 303
    assert sentence in unescape(page.text)
    assert "<form" in page.text
    assert (paid.status, paid.headers["Location"]) == (303, RETURN_URL)


def test_asks_for_a_confirmation(sandbox: Sandbox) -> None:
    payment = sandbox.create()

    asked = submit(payment, number=CARD_ASKS)
    page = send("GET", sandbox.url + asked.headers["Location"])
    unpaid = sandbox.fetch(payment["id"])
    confirmed = post(f"{payment['redirect_url']}/confirm", {"decision": "confirm"})

    assert asked.status == 303
    assert "with the card ending in 3155" in page.text
    assert (unpaid["status"], unpaid["captured"]) == ("requires_action", 0)
    assert (confirmed.status, confirmed.headers["Location"]) == (303, RETURN_URL)
    assert sandbox.fetch(payment["id"])["status"] == "captured"


def test_a_refused_confirmation_leads_back_to_the_form(sandbox: Sandbox) -> None:
    payment = sandbox.create()
    submit(payment, number=CARD_ASKS)

    refused = post(f"{payment['redirect_url']}/confirm", {"decision": "refuse"})

    page = send("GET", sandbox.url + refused.headers["Location"]).text
    assert "You didn't confirm this payment." in unescape(page)
    assert 'name="number"' in page
    assert sandbox.fetch(payment["id"])["captured"] == 0


def test_confirming_what_nobody_asked_pays_nothing(sandbox: Sandbox) -> None:
    payment = sandbox.create()

    early = post(f"{payment['redirect_url']}/confirm", {"decision": "confirm"})
    odd = post(f"{payment['redirect_url']}/confirm", {"decision": "maybe"})

    assert (early.status, odd.status) == (303, 422)
    assert sandbox.fetch(payment["id"])["status"] == "pending"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": ""}, "Please enter the card number."),
        ({"number": "4242 4242 4242 4241"}, "That isn't a card number. Please check the digits."),
        ({"number": "abc"}, "That isn't a card number. Please check the digits."),
        ({"number": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"}, "That isn't a card number. Please check the digits."),
        ({"number": "5555 5555 5555 4444"}, "Only the test cards listed below work here."),
        ({"expiry": "13 / 34"}, "Please enter the expiry date as month and year"),
        ({"expiry": ""}, "Please enter the expiry date as month and year"),
        ({"expiry": "01 / 20"}, "This card has expired. Please use another card."),
        ({"cvc": "12"}, "The security code is the 3 digits on the back of the card."),
        ({"cvc": "abc"}, "The security code is the 3 digits on the back of the card."),
        ({"name": "  "}, "Please enter the name on the card."),
    ],
)
def test_says_what_is_wrong_with_what_was_typed(
    sandbox: Sandbox, typed: dict[str, str], sentence: str
) -> None:
    payment = sandbox.create()

    reply = submit(payment, **typed)

    assert reply.status == 422
    assert sentence in unescape(reply.text)
    assert sandbox.fetch(payment["id"]) == payment


def test_keeps_what_was_typed_but_for_the_card(sandbox: Sandbox) -> None:
    payment = sandbox.create()

    page = submit(payment, cvc="98765", name='Ada "<script>"').text

    assert 'value="12 / 34"' in page
    assert 'value="Ada &quot;&lt;script&gt;&quot;"' in page
    assert "98765" not in page
    assert 'value="4242 4242 4242 4242" required' not in page


@pytest.mark.parametrize("expiry", ["1/34", "01/34", "0134", "12/2034", "12-34", " 12 / 34 "])
def test_understands_dates_as_people_type_them(sandbox: Sandbox, expiry: str) -> None:
    assert submit(sandbox.create(), expiry=expiry).headers["Location"] == RETURN_URL


def test_a_cancelled_payment_says_so_and_takes_no_card(sandbox: Sandbox) -> None:
    payment = sandbox.create()
    sandbox.call("POST", f"/v1/payments/{payment['id']}/void", {}, key="void")

    reply = submit(payment)
    malformed = submit(payment, number="")

    for answer in (reply, malformed):
        assert (answer.status, answer.headers["Location"]) == (303, f"/pay/{payment['id']}")
    page = send("GET", payment["redirect_url"]).text
    assert "This payment was cancelled. Nothing was taken from your card." in page
    assert sandbox.fetch(payment["id"])["captured"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/", b"", 404),
        ("GET", "/pay/pay_000000000000000000000000", b"", 404),
        ("POST", "/pay/pay_000000000000000000000000", b"number=1", 404),
        ("GET", "/pay/..%2f..%2fetc", b"", 404),
        ("GET", "/style.css/../ledger.py", b"", 404),
        ("DELETE", "/style.css", b"", 405),
        ("POST", "/pay/{id}", b"&".join([b"a=1"] * 30), 400),
        ("POST", "/pay/{id}", b"\xff\xfe%ff", 422),
    ],
)
def test_answers_odd_requests_with_a_page(
    sandbox: Sandbox, method: str, path: str, body: bytes, status: int
) -> None:
    url = sandbox.url + path.replace("{id}", sandbox.create()["id"])

    reply = send(method, url, body=body or None)

    assert reply.status == status
    assert reply.text.startswith("<!doctype html>")
