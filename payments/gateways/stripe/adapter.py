"""The adapter itself: the shop's words on one side, PaymentIntents and Checkout on the other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from payments.gateways import answers
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    MalformedEvent,
    ProviderDispute,
    ProviderEvent,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
)
from payments.gateways.stripe import lists, reading, webhooks
from payments.gateways.stripe.amounts import to_units
from payments.gateways.stripe.wire import Wire, intent_of, read
from shopflow.lib.ids import moment_of
from shopflow.lib.money import Money

CLOCKS = timedelta(hours=1)  # so far Stripe's clock may be behind ours
WHOLE = ["latest_charge", "payment_method"]
WHOLE_SESSION = [f"payment_intent.{name}" for name in WHOLE]
CANCELLABLE = frozenset({"pending", "requires_action", "authorized"})


class StripeGateway:
    """Shoppers pay on Checkout, Stripe's hosted page; kept cards are charged by PaymentIntents.

    A hosted payment is known by its session's id until the shopper pays, then by that of its
    PaymentIntent: Stripe makes it when the page is submitted.
    """

    code = "stripe"

    def __init__(self, *, wire: Wire, origins: Sequence[str], secrets: Sequence[str]) -> None:
        """Keep the settings; raises ImproperlyConfigured for an empty secret.

        `secrets` are all those an event may be signed with: two while one is being exchanged.
        """
        if isinstance(secrets, str):
            secrets = secrets.split(",")
        self._secrets = [secret.strip() for secret in secrets]
        if not self._secrets or not all(self._secrets):
            raise ImproperlyConfigured("STRIPE_WEBHOOK_SECRET is empty: events can't be checked.")
        self._wire = wire
        self._api = wire.api
        self.origins = tuple(origins)

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
        facts: dict[str, Any] = {
            "capture_method": "automatic" if captures else "manual",
            "metadata": {"key": key, "reference": reference},
        }
        if token:
            made = self._charge(key, amount, return_url, token, facts)
        else:
            made = self._open_page(key, amount, return_url, facts, keeps_card)
        if (made.key, made.amount) != (key, amount):
            raise GatewayUnavailable
        return made

    def detach(self, *, token: str) -> None:
        options: Any = {"idempotency_key": f"detach-{token}"}
        try:
            self._wire.ask(lambda: self._api.payment_methods.detach(_id(token), options=options))
        except GatewayRefused as error:
            # One that is detached already, or was never there, is as forgotten as can be.
            if error.provider_code not in {"resource_missing", "payment_method_unexpected_state"}:
                raise

    def fetch(self, *, payment_id: str) -> ProviderPayment:
        if _is_session(payment_id):
            params: Any = {"expand": WHOLE_SESSION}
            return self._session(
                self._wire.ask(lambda: self._api.checkout.sessions.retrieve(payment_id, params))
            )
        whole: Any = {"expand": WHOLE}
        given = self._wire.ask(lambda: self._api.payment_intents.retrieve(payment_id, whole))
        seen = read(reading.payment, given)
        if seen.id != payment_id:
            raise GatewayUnavailable
        return seen

    def find(self, *, key: str) -> ProviderPayment | None:
        # Search lags behind by up to a minute (https://docs.stripe.com/search#data-freshness), so
        # we look through what was made since the key, which is a UUIDv7 and tells its own time.
        found = lists.named(self._wire, key, moment_of(UUID(key)) - CLOCKS)
        return self.fetch(payment_id=found) if found else None

    def capture(self, *, payment_id: str, amount: Money, key: str) -> ProviderPayment:
        params: Any = {"amount_to_capture": to_units(amount), "expand": WHOLE}
        options: Any = {"idempotency_key": key}
        return read(
            reading.payment,
            self._wire.ask(
                lambda: self._api.payment_intents.capture(_id(payment_id), params, options)
            ),
        )

    def void(self, *, payment_id: str, key: str) -> ProviderPayment:
        seen = self.fetch(payment_id=payment_id)
        if seen.status not in CANCELLABLE:
            return seen
        # The intent of a page can't be cancelled before it is paid: the page is closed instead.
        # https://docs.stripe.com/api/payment_intents/cancel
        page = "" if seen.status == "authorized" else self._page_of(seen.id)
        options: Any = {"idempotency_key": key}
        with suppress(GatewayRefused):  # paid in this moment: how it stands is asked anyway
            if page:
                self._wire.ask(lambda: self._api.checkout.sessions.expire(page, options=options))
            else:
                self._wire.ask(lambda: self._api.payment_intents.cancel(seen.id, options=options))
        return self.fetch(payment_id=seen.id)

    def refund(self, *, payment_id: str, amount: Money, key: str) -> ProviderRefund:
        params: Any = {
            "payment_intent": _id(payment_id),
            "amount": to_units(amount),
            "metadata": {"key": key},
        }
        options: Any = {"idempotency_key": key}
        answer = self._wire.ask(lambda: self._api.refunds.create(params, options))
        made = read(reading.refund, answer)
        if made.status == "pending":
            # A repeated request gets its first answer again, so ask how it stands now.
            made = self.fetch_refund(refund_id=made.id, currency=amount.currency)
        if (made.payment_id, made.amount) != (payment_id, amount):
            raise GatewayUnavailable
        return made

    def fetch_refund(self, *, refund_id: str, currency: str) -> ProviderRefund:
        answer = self._wire.ask(lambda: self._api.refunds.retrieve(_id(refund_id)))
        seen = read(reading.refund, answer)
        if (seen.id, seen.amount.currency) != (refund_id, currency):
            raise GatewayUnavailable
        return seen

    def list(self, *, created_after: datetime) -> Iterator[ProviderPayment]:
        return lists.payments(self._wire, created_after)

    def list_refunds(self, *, created_after: datetime) -> Iterator[ProviderRefund]:
        return lists.refunds(self._wire, created_after)

    def list_disputes(self, *, created_after: datetime) -> Iterator[ProviderDispute]:
        return lists.disputes(self._wire, created_after)

    def list_payouts(self, *, created_after: datetime) -> Iterator[ProviderPayout]:
        return lists.payouts(self._wire, created_after)

    def send_evidence(self, *, dispute_id: str, text: str, key: str) -> ProviderDispute:
        params: Any = {"evidence": {"uncategorized_text": text}, "submit": True}
        options: Any = {"idempotency_key": key}
        return read(
            reading.dispute,
            self._wire.ask(lambda: self._api.disputes.update(_id(dispute_id), params, options)),
        )

    def verify_webhook(
        self, *, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> ProviderEvent:
        webhooks.check_signature(body, headers, self._secrets, now)
        try:
            payload = answers.json_object(answers.parse(body))
        except answers.Nonsense as error:
            raise MalformedEvent from error
        return self.read_event(payload)

    def read_event(self, payload: Mapping[str, Any]) -> ProviderEvent:
        try:
            return ProviderEvent(
                id=answers.match(payload, "id", reading.ID),
                type=answers.match(payload, "type", webhooks.WORD),
                occurred_at=reading.moment(payload, "created"),
                payload=webhooks.kept(payload),
            )
        except answers.Nonsense as error:
            raise MalformedEvent from error

    def complete(self, event: ProviderEvent) -> ProviderEvent:
        kind, subject = webhooks.subject(event.payload)
        if kind == "payment":
            return replace(event, payment=self.fetch(payment_id=subject))
        if kind == "dispute":
            seen = self._wire.ask(lambda: self._api.disputes.retrieve(subject))
            return replace(event, dispute=read(reading.dispute, seen))
        return event

    def forget(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        return dict(payload)  # nothing in it is about a person

    # --- Parts -------------------------------------------------------------------------------

    def _open_page(
        self,
        key: str,
        amount: Money,
        return_url: str,
        facts: Mapping[str, Any],
        keeps_card: bool,
    ) -> ProviderPayment:
        reference = facts["metadata"]["reference"]
        price = {"currency": amount.currency.lower(), "unit_amount": to_units(amount)}
        keeps = {"setup_future_usage": "on_session"} if keeps_card else {}
        params: Any = {
            "mode": "payment",
            "line_items": [
                {"quantity": 1, "price_data": price | {"product_data": {"name": reference}}}
            ],
            "client_reference_id": reference,
            "success_url": return_url,
            "cancel_url": return_url,
            "metadata": facts["metadata"],
            "payment_intent_data": {**facts, **keeps},
            **({"customer_creation": "always"} if keeps_card else {}),
            "expand": WHOLE_SESSION,
        }
        options: Any = {"idempotency_key": key}
        return self._session(
            self._wire.ask(lambda: self._api.checkout.sessions.create(params, options))
        )

    def _charge(
        self, key: str, amount: Money, return_url: str, token: str, facts: Mapping[str, Any]
    ) -> ProviderPayment:
        card = self._wire.ask(lambda: self._api.payment_methods.retrieve(_id(token)))
        params: Any = {
            **facts,
            "metadata": facts["metadata"] | {reading.KEPT_CARD: "1"},
            "amount": to_units(amount),
            "currency": amount.currency.lower(),
            "customer": card.get("customer"),
            "payment_method": token,
            "payment_method_types": ["card"],
            "confirm": True,
            "return_url": return_url,
            "expand": WHOLE,
        }
        options: Any = {"idempotency_key": key}
        try:
            made = self._wire.ask(lambda: self._api.payment_intents.create(params, options))
        except GatewayRefused as error:
            # A declined card is an answer too: it comes with the PaymentIntent inside.
            made = intent_of(error)
            if not made:
                raise
        return read(reading.payment, made)

    def _page_of(self, payment_id: str) -> str:
        """Return the id of the session a payment belongs to, "" for a kept card's."""
        if _is_session(payment_id):
            return payment_id
        params: Any = {"payment_intent": payment_id, "limit": 1}
        found = self._wire.ask(lambda: self._api.checkout.sessions.list(params)).get("data") or []
        return str(found[0].get("id", "")) if found else ""

    def _session(self, given: Mapping[str, Any]) -> ProviderPayment:
        return read(lambda given: reading.session(given, origins=self.origins), given)


def _is_session(payment_id: str) -> bool:
    return _id(payment_id).startswith("cs_")


def _id(payment_id: str) -> str:
    # It becomes part of an address: "../" in it would ask for something else.
    if not reading.ID.fullmatch(payment_id):
        raise GatewayRefused(provider_code="not_found")
    return payment_id
