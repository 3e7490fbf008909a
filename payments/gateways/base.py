"""What the shop needs from a payment provider: one protocol, its words and its errors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from shopflow.lib.errors import DomainError, NotFound
from shopflow.lib.money import Money

STATUSES = frozenset({"pending", "requires_action", "authorized", "captured", "failed", "voided"})
REFUND_STATUSES = frozenset({"succeeded", "pending", "failed"})
DISPUTE_STATUSES = frozenset({"needs_response", "under_review", "won", "lost", "accepted"})
PAYOUT_STATUSES = frozenset({"pending", "paid", "failed"})
PAYOUT_LINE_TYPES = frozenset({"charge", "refund", "dispute", "fee", "adjustment"})


@dataclass(frozen=True, kw_only=True)
class ProviderMethod:
    """A way to pay that the provider remembers; `token` is its name for it, never a number."""

    token: str
    card_brand: str = ""
    card_last_four: str = ""
    exp_month: int | None = None
    exp_year: int | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderPayment:
    """A payment as the provider sees it now.

    `key` is our payment's id as text; `reference` our order number. `redirect_url` is the hosted
    page while the shopper still has something to do there. `kept` is the card it was paid with,
    when the shopper wanted it to be kept. `id` may change once: while a hosted page waits, some
    providers know the page only.
    """

    id: str
    key: str
    reference: str
    status: str
    amount: Money
    captured: Money
    refunded: Money
    redirect_url: str | None
    failure_code: str = ""
    failure_reason: str = ""
    card_brand: str = ""
    card_last_four: str = ""
    kept: ProviderMethod | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderRefund:
    """A refund as the provider sees it now: succeeded, pending or failed."""

    id: str
    key: str
    payment_id: str
    amount: Money
    status: str


@dataclass(frozen=True, kw_only=True)
class ProviderDispute:
    """A card holder who asks the bank for a payment's money back; times are in UTC."""

    id: str
    payment_id: str
    amount: Money
    status: str
    reason: str
    opened_at: datetime
    evidence_due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderPayoutLine:
    """A booking inside a payout: `amount` moved (below zero: taken), `fee` was kept of it.

    `subject_id` is the provider's id of the payment, refund or dispute, "" for other bookings.
    """

    id: str
    type: str
    subject_id: str
    amount: Decimal
    fee: Decimal
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ProviderPayout:
    """Money that went to the shop's bank, or was taken back from it (below zero)."""

    id: str
    amount: Money
    status: str
    arrives_on: date | None
    lines: tuple[ProviderPayoutLine, ...]


@dataclass(frozen=True, kw_only=True)
class ProviderEvent:
    """One verified piece of news; `occurred_at` is the provider's own time, aware and in UTC.

    `payload` holds the members we know by name and no other: the rest may be about a person.
    An event that names a payment or dispute and doesn't show it is filled by `complete`.
    """

    id: str
    type: str
    occurred_at: datetime
    payload: dict[str, Any]
    payment: ProviderPayment | None = None
    dispute: ProviderDispute | None = None


class GatewayUnavailable(DomainError):
    """No answer, or none that makes sense: nothing is known, so ask again later."""

    code = "gateway_unavailable"
    status = 503
    message = "The payment provider can't be reached right now. Please try again in a moment."


class GatewayRefused(DomainError):
    """The provider said a definite no; `provider_code` is its word for it."""

    code = "gateway_refused"
    status = 409
    message = "The payment provider refused this."

    def __init__(self, message: str = "", *, provider_code: str = "") -> None:
        super().__init__(message, provider_code=provider_code)
        self.provider_code = provider_code


class UnknownProvider(NotFound):
    """The shop isn't set up for a provider of this name."""

    code = "unknown_provider"
    message = "There is no such payment provider."


class InvalidSignature(DomainError):
    """The event wasn't signed by the provider."""

    code = "invalid_signature"
    status = 400
    message = "The signature is missing or wrong."


class StaleSignature(DomainError):
    """The signature is real but too old or from the future: perhaps a replay."""

    code = "stale_signature"
    status = 400
    message = "The signature's time is too far from now."


class MalformedEvent(DomainError):
    """The event is signed but isn't one."""

    code = "malformed_event"
    status = 400
    message = "The body isn't an event of this provider."


class Gateway(Protocol):
    """A payment provider. Every call talks over the network: never inside a transaction.

    Calls raise GatewayUnavailable (nothing is known) or GatewayRefused (a definite no). Those
    with a `key` are safe to repeat with the same key and arguments.
    """

    code: str

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
        """Make a payment for the shopper to complete at its `redirect_url`.

        Without `captures` the money is only authorized. `keeps_card` has the provider remember
        the card; with the `token` of a kept one it is charged at once, though the bank may still
        ask its holder at the `redirect_url`.
        """

    def detach(self, *, token: str) -> None:
        """Let the provider forget a kept card. Safe to repeat, also for one it doesn't know."""

    def fetch(self, *, payment_id: str) -> ProviderPayment:
        """Return a payment by the provider's id."""

    def find(self, *, key: str) -> ProviderPayment | None:
        """Return the payment made with our key, or None: for an answer that got lost."""

    def capture(self, *, payment_id: str, amount: Money, key: str) -> ProviderPayment:
        """Take money that is authorized, all or part of it; the rest is let go."""

    def void(self, *, payment_id: str, key: str) -> ProviderPayment:
        """Close a payment and return its state as it is now; a captured one stays captured."""

    def refund(self, *, payment_id: str, amount: Money, key: str) -> ProviderRefund:
        """Give captured money back."""

    def fetch_refund(self, *, refund_id: str, currency: str) -> ProviderRefund:
        """Return a refund by the provider's id; its payment is in `currency`."""

    def list(self, *, created_after: datetime) -> Iterator[ProviderPayment]:
        """Yield every payment made at or after this time, oldest first."""

    def list_refunds(self, *, created_after: datetime) -> Iterator[ProviderRefund]:
        """Yield every refund asked for at or after this time, oldest first."""

    def list_disputes(self, *, created_after: datetime) -> Iterator[ProviderDispute]:
        """Yield every dispute opened at or after this time, oldest first."""

    def list_payouts(self, *, created_after: datetime) -> Iterator[ProviderPayout]:
        """Yield every payout made at or after this time with its lines, oldest first."""

    def send_evidence(self, *, dispute_id: str, text: str, key: str) -> ProviderDispute:
        """Answer a dispute in words; the bank decides."""

    def verify_webhook(
        self, *, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> ProviderEvent:
        """Return the event in this raw body; doesn't talk to the provider.

        Raises InvalidSignature, StaleSignature or MalformedEvent.
        """

    def read_event(self, payload: Mapping[str, Any]) -> ProviderEvent:
        """Return the event in a payload that was verified and stored before.

        Doesn't talk to the provider. Raises MalformedEvent.
        """

    def complete(self, event: ProviderEvent) -> ProviderEvent:
        """Return the event with the payment or dispute it names, as that is now.

        Talks to the provider where the event itself doesn't show it.
        """

    def forget(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return an event's payload without what it says about a person; `read_event` reads it."""
