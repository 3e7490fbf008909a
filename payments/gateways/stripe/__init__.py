"""The adapter to Stripe, on its official library (`docs/stripe.md`)."""

from django.conf import settings

from payments.gateways.stripe.adapter import StripeGateway
from payments.gateways.stripe.wire import Wire

__all__ = ["StripeGateway", "from_settings"]


def from_settings() -> StripeGateway:
    """Return the adapter with the shop's settings; raises ImproperlyConfigured without them."""
    return StripeGateway(
        wire=Wire(api_key=settings.STRIPE_API_KEY, api_base=settings.STRIPE_API_BASE),
        origins=settings.PAYMENT_ORIGINS["stripe"],
        secrets=settings.STRIPE_WEBHOOK_SECRET,
    )
