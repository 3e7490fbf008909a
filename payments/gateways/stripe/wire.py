"""Calling Stripe through its library: one client, an end to every wait, errors in our words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import stripe
from django.core.exceptions import ImproperlyConfigured

from payments.gateways import answers
from payments.gateways.base import GatewayRefused, GatewayUnavailable

T = TypeVar("T")
TIMEOUT = 10.0  # seconds without a byte
# A 4xx that says something about us or the moment, nothing about the payment. 409: the same key
# is being worked on (https://docs.stripe.com/error-low-level).
TRY_LATER = frozenset({401, 403, 408, 409, 425, 429})
# Nothing is known after these, whatever their status says. An idempotency error means that the
# key came with another request before: what came of that one has to be looked up.
SILENT = (stripe.APIConnectionError, stripe.APIError, stripe.IdempotencyError)


class Wire:
    """Stripe's client for one account."""

    def __init__(
        self,
        *,
        api_key: str,
        api_base: str,
        timeout: float = TIMEOUT,
        http_client: stripe.HTTPClient | None = None,
    ) -> None:
        """Keep the settings; raises ImproperlyConfigured for an empty key."""
        if not api_key.strip():
            raise ImproperlyConfigured("STRIPE_API_KEY is empty: Stripe would refuse us.")
        # Repeating is ours to do, with the same key, from a row that says what was asked.
        self.api = stripe.StripeClient(
            api_key.strip(),
            base_addresses={"api": api_base},
            max_network_retries=0,
            http_client=http_client or stripe.RequestsClient(timeout=timeout),
        ).v1

    def ask(self, work: Callable[[], stripe.StripeObject]) -> dict[str, Any]:
        """Return the answer as plain values; raises GatewayUnavailable or GatewayRefused."""
        with in_our_words():
            return work().to_dict()

    def each(self, work: Callable[[], stripe.ListObject[Any]]) -> Iterator[dict[str, Any]]:
        """Yield what a list holds, page by page, the newest first as Stripe has it."""
        with in_our_words():
            for found in work().auto_paging_iter():
                yield found.to_dict()


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn Stripe's errors into GatewayUnavailable or GatewayRefused."""
    try:
        yield
    except SILENT as error:
        raise GatewayUnavailable from error
    except stripe.StripeError as error:
        if not error.http_status or error.http_status in TRY_LATER or error.http_status >= 500:
            raise GatewayUnavailable from error
        # Only what Stripe wrote for card holders is shown to them.
        said = error.user_message if isinstance(error, stripe.CardError) else ""
        raise GatewayRefused(said or "", provider_code=(error.code or "")[:64]) from error


def read(reader: Callable[[Mapping[str, Any]], T], given: Mapping[str, Any]) -> T:
    """Return what an answer says; raises GatewayUnavailable when it makes no sense."""
    try:
        return reader(given)
    except answers.Nonsense as error:
        raise GatewayUnavailable from error


def intent_of(refused: GatewayRefused) -> dict[str, Any]:
    """Return the PaymentIntent that came with a declined card, or nothing."""
    error = refused.__cause__
    body = error.json_body if isinstance(error, stripe.CardError) else None
    said = body.get("error") if isinstance(body, dict) else None
    intent = said.get("payment_intent") if isinstance(said, dict) else None
    return intent if isinstance(intent, dict) else {}
