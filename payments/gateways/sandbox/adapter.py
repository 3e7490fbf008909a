"""The adapter to the sandbox provider (`docs/sandbox-provider.md`)."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured

from payments.gateways import answers
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    InvalidSignature,
    MalformedEvent,
    ProviderDispute,
    ProviderEvent,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    StaleSignature,
)
from payments.gateways.sandbox import reading
from payments.gateways.sandbox.wire import Wire
from shopflow.lib.money import Money, to_minor_units

TIMEOUT = 10.0  # seconds for a whole call
TOLERANCE = 300  # seconds a signature's time may be away from ours
PAGE = 100
SIGNATURE_HEADER = "sandbox-signature"
SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)
WORD = re.compile(r"[a-z_.]{1,64}", re.ASCII)
# Whatever else comes with an event isn't kept: it may be about a person.
KEPT = ("id", "type", "created", "created_ms", "dispute")
KEPT_OF_PAYMENT = ("currency", *(field.name for field in fields(ProviderPayment)))
LATEST_MS = reading.LATEST * 1000
Listed = TypeVar("Listed", ProviderPayment, ProviderRefund, ProviderDispute, ProviderPayout)


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
        self._wire = Wire(origin=self.origin, api_key=api_key.strip(), timeout=timeout)

    def create(
        self,
        *,
        key: str,
        amount: Money,
        reference: str,
        return_url: str,
        captures: bool = True,
        keeps_card: bool = False,
        token: str = "",
    ) -> ProviderPayment:
        body = {
            "key": key,
            "amount": to_minor_units(amount),
            "currency": amount.currency,
            "reference": reference,
            "return_url": return_url,
            "capture": "automatic" if captures else "manual",
            "keeps_card": keeps_card,
            **({"token": token} if token else {}),
        }
        payment = self._payment(self._wire.call("POST", "/v1/payments", body, key))
        if (payment.key, payment.amount) != (key, amount):
            raise GatewayUnavailable
        return payment

    def detach(self, *, token: str) -> None:
        self._wire.call("POST", f"/v1/methods/{_id(token)}/forget", {}, f"forget-{token}")

    def fetch(self, *, payment_id: str) -> ProviderPayment:
        return self._same(payment_id, self._wire.call("GET", f"/v1/payments/{_id(payment_id)}"))

    def find(self, *, key: str) -> ProviderPayment | None:
        found, _ = self._page("/v1/payments", {"key": key}, self._read_payment)
        return next((payment for payment in found if payment.key == key), None)

    def capture(self, *, payment_id: str, amount: Money, key: str) -> ProviderPayment:
        path, body = f"/v1/payments/{_id(payment_id)}/capture", {"amount": to_minor_units(amount)}
        return self._same(payment_id, self._wire.call("POST", path, body, key))

    def void(self, *, payment_id: str, key: str) -> ProviderPayment:
        path = f"/v1/payments/{_id(payment_id)}/void"
        return self._same(payment_id, self._wire.call("POST", path, {}, key))

    def refund(self, *, payment_id: str, amount: Money, key: str) -> ProviderRefund:
        path, body = f"/v1/payments/{_id(payment_id)}/refunds", {"amount": to_minor_units(amount)}
        try:
            refund = reading.refund(self._wire.call("POST", path, body, key), amount.currency)
            if refund.status == "pending":
                # A repeated request gets its first answer again, so ask how it stands now.
                now = self._wire.call("GET", f"/v1/refunds/{refund.id}")
                refund = reading.refund(now, amount.currency)
        except answers.Nonsense as error:
            raise GatewayUnavailable from error
        if (refund.payment_id, refund.amount) != (payment_id, amount):
            raise GatewayUnavailable
        return refund

    def fetch_refund(self, *, refund_id: str, currency: str) -> ProviderRefund:
        value = self._wire.call("GET", f"/v1/refunds/{_id(refund_id)}")
        try:
            refund = reading.refund(value, currency)
        except answers.Nonsense as error:
            raise GatewayUnavailable from error
        if refund.id != refund_id:
            raise GatewayUnavailable
        return refund

    def list(self, *, created_after: datetime) -> Iterator[ProviderPayment]:
        yield from self._all("/v1/payments", created_after, self._read_payment)

    def list_refunds(self, *, created_after: datetime) -> Iterator[ProviderRefund]:
        yield from self._all("/v1/refunds", created_after, reading.listed_refund)

    def list_disputes(self, *, created_after: datetime) -> Iterator[ProviderDispute]:
        yield from self._all("/v1/disputes", created_after, reading.dispute)

    def list_payouts(self, *, created_after: datetime) -> Iterator[ProviderPayout]:
        yield from self._all("/v1/payouts", created_after, reading.payout)

    def send_evidence(self, *, dispute_id: str, text: str, key: str) -> ProviderDispute:
        path = f"/v1/disputes/{_id(dispute_id)}/evidence"
        try:
            return reading.dispute(self._wire.call("POST", path, {"text": text}, key))
        except answers.Nonsense as error:
            raise GatewayUnavailable from error

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
                id=answers.match(payload, "id", reading.ID),
                type=answers.match(payload, "type", WORD),
                occurred_at=datetime.fromtimestamp(occurred_ms / 1000, UTC),
                payload={
                    **answers.only(payload, KEPT),
                    "data": answers.only(answers.json_object(payload.get("data")), KEPT_OF_PAYMENT),
                },
                **self._subject(payload),
            )
        except answers.Nonsense as error:
            raise MalformedEvent from error

    def complete(self, event: ProviderEvent) -> ProviderEvent:
        return event

    def forget(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        gone = {"redirect_url": None, "failure_reason": "", "card_last_four": "", "kept": None}
        data = {name: gone.get(name, value) for name, value in payload["data"].items()}
        return {**payload, "data": data}

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

    def _subject(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        payment = self._read_payment(payload["data"])
        if "dispute" in payload:
            return {"dispute": reading.dispute(payload["dispute"])}
        return {"payment": payment}

    def _read_payment(self, value: Any) -> ProviderPayment:
        return reading.payment(value, origin=self.origin)

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

    def _all(
        self, path: str, created_after: datetime, read: Callable[[Any], Listed]
    ) -> Iterator[Listed]:
        # Six decimals written out: a float in its short form may be in exponent notation.
        query = {"created_after": f"{created_after.timestamp():.6f}", "limit": str(PAGE)}
        has_more = True
        while has_more:
            found, has_more = self._page(path, query, read)
            yield from found
            if has_more and (not found or found[-1].id == query.get("after")):
                raise GatewayUnavailable  # else an odd answer would keep us here for ever
            if found:
                query["after"] = found[-1].id

    def _page(
        self, path: str, query: Mapping[str, str], read: Callable[[Any], Listed]
    ) -> tuple[Sequence[Listed], bool]:
        try:
            answer = answers.json_object(self._wire.call("GET", f"{path}?{urlencode(query)}"))
            rows, has_more = answer.get("data"), answer.get("has_more")
            if not isinstance(rows, Sequence) or not isinstance(has_more, bool):
                raise answers.Nonsense("data")
            return [read(row) for row in rows], has_more
        except answers.Nonsense as error:
            raise GatewayUnavailable from error


def _id(payment_id: str) -> str:
    # It becomes part of an address: "../" in it would ask for something else.
    if not reading.ID.fullmatch(payment_id):
        raise GatewayRefused(provider_code="not_found")
    return payment_id
