"""The hosted payment page: plain HTML forms, no script, nothing stored but brand and last four."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from payments.sandbox import cards
from payments.sandbox.ledger import find_payment
from payments.sandbox.provider import Provider
from payments.sandbox.wire import Refused, Request, Response, json_response, redirect

WEB = Path(__file__).parent / "web"
TEMPLATES = {path.stem: Template(path.read_text("utf-8")) for path in WEB.glob("*.html")}
STATIC = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
# ISO 4217 exponents that differ from 2.
NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
NOTICES = {
    "captured": ("Paid", "This payment is complete. Thank you!"),
    "authorized": ("Paid", "This payment is approved. Thank you!"),
    "voided": ("Cancelled", "This payment was cancelled. Nothing was taken from your card."),
    "failed": ("Not paid", "This payment failed. Nothing was taken from your card."),
}
PAID = frozenset({"captured", "authorized"})


def show(provider: Provider, _request: Request, payment_id: str) -> Response:
    """`GET /pay/{id}`: the form, the bank's question, or how it ended."""
    with provider.ledger.reading() as db:
        payment = find_payment(db, payment_id)
    if payment["status"] == "requires_action":
        return _page("confirm", payment, title="Confirm your payment")
    if payment["status"] == "pending":
        return _form(payment, problem=payment["failure_reason"])
    title, sentence = NOTICES[payment["status"]]
    return _page("notice", payment, title=title, sentence=escape(sentence))


def pay(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /pay/{id}`: charge the card that was typed."""
    typed = request.form()
    try:
        card = cards.read_form(typed)
    except Refused as refusal:
        with provider.ledger.reading() as db:
            payment = find_payment(db, payment_id)
        if payment["status"] != "pending":
            return redirect(f"/pay/{payment_id}")
        return _form(payment, problem=str(refusal), status=refusal.status, typed=typed)
    return _next(provider.bank.pay(payment_id=payment_id, card=card))


def confirm(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /pay/{id}/confirm` {decision}: the answer to the bank's question."""
    decision = request.form().get("decision")
    if decision not in ("confirm", "refuse"):
        raise Refused(422, "invalid_decision", "Please confirm or refuse the payment.")
    return _next(provider.bank.confirm(payment_id=payment_id, agrees=decision == "confirm"))


def static(_provider: Provider, _request: Request, name: str) -> Response:
    """`GET /style.css`, `GET /icon.svg`"""
    return Response(body=(WEB / name).read_bytes(), content_type=STATIC[name])


def health(provider: Provider, _request: Request) -> Response:
    """`GET /healthz`: the process answers and its ledger can be read."""
    with provider.ledger.reading() as db:
        db.execute("SELECT 1 FROM payments LIMIT 1")
    return json_response({"status": "ok"})


def refusal(refused: Refused) -> Response:
    """Return a page that says no."""
    main = f'<h1>Sorry</h1><p class="lead">{escape(str(refused))}</p>'
    return _html(main, title="Sorry", status=refused.status, form_action="'none'")


def _next(payment: sqlite3.Row) -> Response:
    # A second submit of a paid payment lands here too and is shown the same way home.
    if payment["status"] in PAID:
        return redirect(payment["return_url"])
    return redirect(f"/pay/{payment['id']}")


def _form(
    payment: sqlite3.Row,
    *,
    problem: str,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> Response:
    # What was typed comes back, but never the card's number or security code.
    kept = {name: escape((typed or {}).get(name, "")) for name in ("name", "expiry")}
    alert = f'<p class="problem" id="problem" role="alert">{escape(problem)}</p>' if problem else ""
    hints = "".join(
        f"<li><code>{_spaced(number)}</code> <span>{escape(what)}</span></li>"
        for number, what in cards.HINTS.items()
    )
    options = "".join(f'<option value="{_spaced(number)}">' for number in cards.HINTS)
    note = '<p class="small">Your card will be kept for the next time.</p>'
    keeps = note if payment["keeps_card"] else ""
    parts = {"problem": alert, "hints": hints, "options": options, "keeps": keeps, **kept}
    return _page("form", payment, title="Pay", status=status, **parts)


def _page(
    template: str, payment: sqlite3.Row, *, title: str, status: int = 200, **parts: str
) -> Response:
    main = TEMPLATES[template].substitute(
        id=payment["id"],
        title=escape(title),
        amount=escape(amount_text(payment["amount"], payment["currency"])),
        reference=escape(payment["reference"]),
        return_url=escape(payment["return_url"]),
        last_four=escape(payment["card_last_four"]),
        **parts,
    )
    # Browsers check form-action on the redirect that follows the form too: to the shop.
    parts_of_url = urlsplit(payment["return_url"])
    shop = f"{parts_of_url.scheme}://{parts_of_url.netloc.rpartition('@')[2]}"
    return _html(main, title=title, status=status, form_action=f"'self' {shop}")


def _html(main: str, *, title: str, status: int, form_action: str) -> Response:
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action {form_action}"
    )
    return Response(
        status=status,
        body=TEMPLATES["layout"].substitute(title=escape(title), main=main).encode(),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"},
    )


def amount_text(minor: int, currency: str) -> str:
    """Return minor units as people read them: 5990 USD is $59.90."""
    places = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    figure = f"{Decimal(minor).scaleb(-places):,.{places}f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{figure}" if symbol else f"{figure} {currency}"


def _spaced(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
