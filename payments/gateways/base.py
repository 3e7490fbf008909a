"""What the shop needs of a payment provider: one small protocol, and the values it speaks in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shopflow.lib.errors import DomainError
from shopflow.lib.money import Money


@dataclass(frozen=True, kw_only=True)
class ProviderPayment:
    """A payment as the provider sees it now. `key` is the id of our own payment row."""

    id: str
    key: str
    reference: str
    status: str
    amount: Money
    captured: Money
    refunded: Money
    redirect_url: str | None = None
    failure_code: str = ""
    failure_reason: str = ""
    card_brand: str = ""
    card_last_four: str = ""


@dataclass(frozen=True, kw_only=True)
class ProviderRefund:
    """A refund as the provider sees it now: succeeded, pending or failed."""

    id: str
    key: str
    payment_id: str
    amount: Money
    status: str


@dataclass(frozen=True, kw_only=True)
class ProviderEvent:
    """Something that happened at the provider, with the payment as it was then."""

    id: str
    type: str
    occurred_at: datetime
    payment: ProviderPayment
    payload: dict[str, Any]


class GatewayUnavailable(DomainError):
    """The provider didn't answer: nothing is known, the same call may be made again."""

    code = "provider_unavailable"
    status = 503
    message = "The payment provider isn't answering right now. Please try again in a moment."


class GatewayRefused(DomainError):
    """The provider gave a definite no; `extra["provider_code"]` is its word for it."""

    code = "provider_refused"
    status = 409
    message = "The payment provider refused this."


class InvalidSignature(DomainError):
    code = "invalid_signature"
    status = 400
    message = "The signature doesn't fit the body."


class StaleSignature(DomainError):
    code = "stale_signature"
    status = 400
    message = "This was signed too long ago."


class MalformedEvent(DomainError):
    code = "malformed_event"
    status = 400
    message = "The body isn't an event of this provider."


class Gateway(Protocol):
    """One payment provider. Every method that asks it raises GatewayUnavailable or Refused.

    `key` makes a call safe to repeat: the same key gives the same answer.
    """

    code: str
    origin: str

    def create(
        self, *, key: str, amount: Money, reference: str, return_url: str
    ) -> ProviderPayment:
        """Open a payment; its `redirect_url` is the hosted page."""
        ...

    def fetch(self, *, payment_id: str) -> ProviderPayment:
        """Return a payment as it is now."""
        ...

    def find(self, *, key: str) -> ProviderPayment | None:
        """Return the payment opened under our key, after a lost answer."""
        ...

    def capture(self, *, payment_id: str, amount: Money, key: str) -> ProviderPayment:
        """Take authorized money."""
        ...

    def void(self, *, payment_id: str, key: str) -> ProviderPayment:
        """Give up a payment; answers its state now, and a captured one stays captured."""
        ...

    def refund(self, *, payment_id: str, amount: Money, key: str) -> ProviderRefund:
        """Send money back."""
        ...

    def list(self, *, created_after: datetime) -> Iterator[ProviderPayment]:
        """Walk all payments opened since then."""
        ...

    def verify_webhook(
        self, *, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> ProviderEvent:
        """Return the event if its signature is the provider's.

        Raises InvalidSignature, StaleSignature, MalformedEvent.
        """
        ...

    def read_event(self, payload: dict[str, Any]) -> ProviderEvent:
        """Return what a stored, once verified payload says. Raises MalformedEvent."""
        ...
