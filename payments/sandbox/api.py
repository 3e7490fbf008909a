"""The JSON interface that shops call: `/v1/…`."""

import re
from decimal import Decimal
from typing import Any

from payments.sandbox.bank import NewPayment
from payments.sandbox.config import is_web_address
from payments.sandbox.ledger import find_refund
from payments.sandbox.provider import Provider
from payments.sandbox.refunds import present_refund
from payments.sandbox.wire import Refused, Request, Response, json_response

MOST = 10**12  # minor units
LONGEST = 255
LONGEST_EVIDENCE = 20_000
PAGE = 50
LARGEST_PAGE = 100


def create_payment(provider: Provider, request: Request) -> Response:
    """`POST /v1/payments`"""
    body = request.json()
    new = NewPayment(
        key=_text(body, "key"),
        reference=_text(body, "reference"),
        return_url=_text(body, "return_url", longest=2000),
        capture=body.get("capture", "automatic"),
        amount=_amount(body),
        currency=_text(body, "currency"),
        keeps_card=body.get("keeps_card", False) is True,
        token=_text(body, "token") if "token" in body else None,
    )
    if new.capture not in ("automatic", "manual"):
        raise _invalid("capture", "is automatic or manual")
    if not re.fullmatch(r"[A-Z]{3}", new.currency):
        raise _invalid("currency", "is an ISO 4217 code such as USD")
    if not is_web_address(new.return_url):
        raise _invalid("return_url", "is an absolute http or https address")
    status, answer = provider.bank.create(request_key=_request_key(request), new=new)
    return json_response(answer, status)


def list_payments(provider: Provider, request: Request) -> Response:
    """`GET /v1/payments?key=|created_after=&limit=&after=`"""
    return json_response(provider.bank.page(key=request.query.get("key"), **_wanted(request)))


def list_refunds(provider: Provider, request: Request) -> Response:
    """`GET /v1/refunds?created_after=&limit=&after=`"""
    return json_response(provider.refunds.page(**_wanted(request)))


def list_disputes(provider: Provider, request: Request) -> Response:
    """`GET /v1/disputes?created_after=&limit=&after=`"""
    return json_response(provider.disputes.page(**_wanted(request)))


def list_payouts(provider: Provider, request: Request) -> Response:
    """`GET /v1/payouts?created_after=&limit=&after=`"""
    return json_response(provider.payouts.page(**_wanted(request)))


def answer_dispute(provider: Provider, request: Request, dispute_id: str) -> Response:
    """`POST /v1/disputes/{id}/evidence` {text}"""
    text = request.json().get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_EVIDENCE:
        raise _invalid("text", f"is a text of 1 to {LONGEST_EVIDENCE} characters")
    status, answer = provider.disputes.answer(
        request_key=_request_key(request), dispute_id=dispute_id, text=text
    )
    return json_response(answer, status)


def forget_card(provider: Provider, request: Request, token: str) -> Response:
    """`POST /v1/methods/{token}/forget`"""
    _request_key(request)
    status, answer = provider.bank.forget(token=token)
    return json_response(answer, status)


def fetch_payment(provider: Provider, _request: Request, payment_id: str) -> Response:
    """`GET /v1/payments/{id}`"""
    return json_response(provider.bank.fetch(payment_id))


def capture_payment(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /v1/payments/{id}/capture`"""
    body = request.json()
    amount = _amount(body) if "amount" in body else None
    status, answer = provider.bank.capture(
        request_key=_request_key(request), payment_id=payment_id, amount=amount
    )
    return json_response(answer, status)


def void_payment(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /v1/payments/{id}/void`"""
    _request_key(request)
    status, answer = provider.bank.void(payment_id=payment_id)
    return json_response(answer, status)


def refund_payment(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /v1/payments/{id}/refunds`"""
    status, answer = provider.refunds.make(
        request_key=_request_key(request), payment_id=payment_id, amount=_amount(request.json())
    )
    return json_response(answer, status)


def fetch_refund(provider: Provider, _request: Request, refund_id: str) -> Response:
    """`GET /v1/refunds/{id}`"""
    with provider.ledger.reading() as db:
        return json_response(present_refund(find_refund(db, refund_id)))


def _wanted(request: Request) -> dict[str, Any]:
    limit = request.query.get("limit", str(PAGE))
    if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= LARGEST_PAGE:
        raise _invalid("limit", f"is a number from 1 to {LARGEST_PAGE}")
    since = request.query.get("created_after", "0")
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", since):
        raise _invalid("created_after", "is a time in unix seconds")
    return {
        "since_ms": int(Decimal(since) * 1000),
        "after": request.query.get("after", ""),
        "limit": int(limit),
    }


def _request_key(request: Request) -> str:
    key: str = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise Refused(
            400, "idempotency_key_missing", "Send an Idempotency-Key of 1 to 255 characters."
        )
    return key


def _text(body: dict[str, Any], name: str, longest: int = LONGEST) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
        raise _invalid(name, f"is a text of 1 to {longest} characters")
    return value


def _amount(body: dict[str, Any]) -> int:
    value = body.get("amount")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MOST:
        raise _invalid("amount", "is a whole number of minor units, at least 1")
    return value


def _invalid(name: str, rule: str) -> Refused:
    return Refused(400, f"invalid_{name}", f"{name} {rule}.")
