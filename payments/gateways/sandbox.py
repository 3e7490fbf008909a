"""The adapter to the sandbox provider (`docs/sandbox-provider.md`)."""

import hashlib
import hmac
import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured

from payments.gateways import answers
from payments.gateways.base import (
    REFUND_STATUSES,
    STATUSES,
    GatewayRefused,
    GatewayUnavailable,
    InvalidSignature,
    MalformedEvent,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    StaleSignature,
)
from shopflow.lib.money import Money, to_minor_units

TIMEOUT = 10.0  # seconds for a whole call
TOLERANCE = 300  # seconds a signature's time may be away from ours
LARGEST_ANSWER = 1024 * 1024
PAGE = 100
# A 4xx that says something about us or the moment, nothing about the payment.
TRY_LATER = frozenset({401, 403, 408, 425, 429})
SIGNATURE_HEADER = "sandbox-signature"
SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)
ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
WORD = re.compile(r"[a-z_.]{1,64}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
# Whatever else comes with an event isn't kept: it may be about a person.
KEPT = ("id", "type", "created", "created_ms")
KEPT_OF_PAYMENT = ("currency", *(field.name for field in fields(ProviderPayment)))
LATEST_MS = 4_102_444_800_000  # the year 2100: later is nonsense and breaks date arithmetic


class SandboxGateway:
    """Talks to the provider over HTTP and believes nothing it hasn't checked."""

    code = "sandbox"

    def __init__(
        self, *, origin: str, api_key: str, secrets: Sequence[str], timeout: float = TIMEOUT
    ) -> None:
        """Keep the settings; raises ImproperlyConfigured for an empty key or secret.

        `secrets` are all those an event may be signed with: two while one is being exchanged.
        """
        # A text is a sequence too, of one-letter secrets.
        if isinstance(secrets, str):
            secrets = secrets.split(",")
        self._secrets = [secret.strip().encode() for secret in secrets]
        if not self._secrets or not all(self._secrets):
            raise ImproperlyConfigured("SANDBOX_WEBHOOK_SECRET is empty: events can't be checked.")
        if not api_key.strip():
            raise ImproperlyConfigured("SANDBOX_API_KEY is empty: the provider would refuse us.")
        self.origin = origin.rstrip("/")
        self._api_key = api_key.strip()
        self._timeout = timeout

    def create(
        self, *, key: str, amount: Money, reference: str, return_url: str
    ) -> ProviderPayment:
        body = {
            "key": key,
            "amount": to_minor_units(amount),
            "currency": amount.currency,
            "reference": reference,
            "return_url": return_url,
            "capture": "automatic",
        }
        payment = self._payment(self._call("POST", "/v1/payments", body, key))
        if (payment.key, payment.amount) != (key, amount):
            raise GatewayUnavailable
        return payment

    def fetch(self, *, payment_id: str) -> ProviderPayment:
        return self._same(payment_id, self._call("GET", f"/v1/payments/{_id(payment_id)}"))

    def find(self, *, key: str) -> ProviderPayment | None:
        found, _ = self._page({"key": key})
        return next((payment for payment in found if payment.key == key), None)

    def capture(self, *, payment_id: str, amount: Money, key: str) -> ProviderPayment:
        path, body = f"/v1/payments/{_id(payment_id)}/capture", {"amount": to_minor_units(amount)}
        return self._same(payment_id, self._call("POST", path, body, key))

    def void(self, *, payment_id: str, key: str) -> ProviderPayment:
        path = f"/v1/payments/{_id(payment_id)}/void"
        return self._same(payment_id, self._call("POST", path, {}, key))

    def refund(self, *, payment_id: str, amount: Money, key: str) -> ProviderRefund:
        path, body = f"/v1/payments/{_id(payment_id)}/refunds", {"amount": to_minor_units(amount)}
        try:
            refund = _read_refund(self._call("POST", path, body, key), amount.currency)
            if refund.status == "pending":
                # A repeated request gets its first answer again, so ask how it stands now.
                now = self._call("GET", f"/v1/refunds/{refund.id}")
                refund = _read_refund(now, amount.currency)
        except answers.Nonsense as error:
            raise GatewayUnavailable from error
        if (refund.payment_id, refund.amount) != (payment_id, amount):
            raise GatewayUnavailable
        return refund

    def fetch_refund(self, *, refund_id: str, currency: str) -> ProviderRefund:
        value = self._call("GET", f"/v1/refunds/{_id(refund_id)}")
        try:
            refund = _read_refund(value, currency)
        except answers.Nonsense as error:
            raise GatewayUnavailable from error
        if refund.id != refund_id:
            raise GatewayUnavailable
        return refund

    def list(self, *, created_after: datetime) -> Iterator[ProviderPayment]:
        # Six decimals written out: a float in its short form may be in exponent notation.
        query = {"created_after": f"{created_after.timestamp():.6f}", "limit": str(PAGE)}
        has_more = True
        while has_more:
            found, has_more = self._page(query)
            yield from found
            if has_more and (not found or found[-1].id == query.get("after")):
                raise GatewayUnavailable  # else an odd answer would keep us here for ever
            if found:
                query["after"] = found[-1].id

    def verify_webhook(
        self, *, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> ProviderEvent:
        sent_at = self._check_signature(body, headers)
        if abs(now.timestamp() - sent_at) > TOLERANCE:
            raise StaleSignature
        try:
            payload = answers.json_object(answers.parse(body))
        except answers.Nonsense as error:
            raise MalformedEvent from error
        return self.read_event(payload)

    def read_event(self, payload: Mapping[str, Any]) -> ProviderEvent:
        try:
            occurred_ms = answers.whole(payload, "created_ms", LATEST_MS)
            return ProviderEvent(
                id=answers.match(payload, "id", ID),
                type=answers.match(payload, "type", WORD),
                occurred_at=datetime.fromtimestamp(occurred_ms / 1000, UTC),
                payment=self._read_payment(payload.get("data")),
                payload={
                    **answers.only(payload, KEPT),
                    "data": answers.only(payload["data"], KEPT_OF_PAYMENT),
                },
            )
        except answers.Nonsense as error:
            raise MalformedEvent from error

    def forget(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        gone = {"redirect_url": None, "failure_reason": "", "card_last_four": ""}
        return {**payload, "data": {**payload["data"], **gone}}

    # --- Signatures and shapes ---------------------------------------------------------------

    def _check_signature(self, body: bytes, headers: Mapping[str, str]) -> int:
        given = [value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER]
        match = SIGNATURE.fullmatch(given[0]) if len(given) == 1 else None
        if match is None:
            raise InvalidSignature
        signed = match[1].encode() + b"." + body
        # All secrets are tried, whichever fits, so that the time taken tells nothing.
        hits = [
            hmac.compare_digest(hmac.new(secret, signed, hashlib.sha256).hexdigest(), match[2])
            for secret in self._secrets
        ]
        if not any(hits):
            raise InvalidSignature
        return int(match[1])

    def _read_payment(self, value: Any) -> ProviderPayment:
        given = answers.json_object(value)
        currency = answers.match(given, "currency", CURRENCY)
        status = answers.one_of(given, "status", STATUSES)
        redirect_url = given.get("redirect_url")
        if redirect_url is not None and not answers.is_below(self.origin, redirect_url):
            raise answers.Nonsense("redirect_url")
        return ProviderPayment(
            id=answers.match(given, "id", ID),
            key=answers.text(given, "key"),
            reference=answers.text(given, "reference"),
            status=status,
            amount=answers.money(given, "amount", currency),
            captured=answers.money(given, "captured", currency),
            refunded=answers.money(given, "refunded", currency),
            redirect_url=redirect_url,
            failure_code=answers.text(given, "failure_code"),
            failure_reason=answers.text(given, "failure_reason"),
            card_brand=answers.text(given, "card_brand", longest=20),
            card_last_four=answers.text(given, "card_last_four", longest=4),
        )

    def _payment(self, value: Any) -> ProviderPayment:
        try:
            return self._read_payment(value)
        except answers.Nonsense as error:
            raise GatewayUnavailable from error

    def _same(self, payment_id: str, value: Any) -> ProviderPayment:
        payment = self._payment(value)
        if payment.id != payment_id:
            raise GatewayUnavailable
        return payment

    def _page(self, query: Mapping[str, str]) -> tuple[Sequence[ProviderPayment], bool]:
        try:
            answer = answers.json_object(self._call("GET", f"/v1/payments?{urlencode(query)}"))
            rows, has_more = answer.get("data"), answer.get("has_more")
            if not isinstance(rows, Sequence) or not isinstance(has_more, bool):
                raise answers.Nonsense("data")
            return [self._read_payment(row) for row in rows], has_more
        except answers.Nonsense as error:
            raise GatewayUnavailable from error

    # --- The wire ----------------------------------------------------------------------------

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._api_key}", "Accept": "application/json"}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            status, answer = self._exchange(method, path, content, headers)
            value = answers.parse(answer)
        except (OSError, http.client.HTTPException, answers.Nonsense) as error:
            raise GatewayUnavailable from error
        if 400 <= status < 500 and status not in TRY_LATER:
            raise answers.refusal(value)
        if not 200 <= status < 300:
            raise GatewayUnavailable
        return value

    def _exchange(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._timeout
        connection = _connect(self.origin, self._timeout)
        try:
            connection.request(method, path, content, dict(headers))
            response = connection.getresponse()
            answer = b""
            # The socket's time-out starts anew with every byte; a slow drip would hold us longer.
            while piece := response.read1(65536):
                answer += piece
                if time.monotonic() > deadline or len(answer) > LARGEST_ANSWER:
                    raise TimeoutError("The answer is too slow or too long")
            return response.status, answer
        finally:
            connection.close()


def _connect(origin: str, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout)


def _id(payment_id: str) -> str:
    # It becomes part of an address: "../" in it would ask for something else.
    if not ID.fullmatch(payment_id):
        raise GatewayRefused(provider_code="not_found")
    return payment_id


def _read_refund(value: Any, currency: str) -> ProviderRefund:
    given = answers.json_object(value)
    return ProviderRefund(
        id=answers.match(given, "id", ID),
        key=answers.text(given, "key"),
        payment_id=answers.match(given, "payment_id", ID),
        amount=answers.money(given, "amount", currency),
        status=answers.one_of(given, "status", REFUND_STATUSES),
    )
