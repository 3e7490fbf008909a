"""The payment providers this shop is set up for."""

from django.conf import settings

from payments.gateways.base import Gateway, UnknownProvider
from payments.gateways.sandbox import SandboxGateway


def gateway(code: str) -> Gateway:
    """Return the adapter for a provider's code.

    Raises UnknownProvider when the shop isn't set up for it and ImproperlyConfigured when its
    key or secret is missing.
    """
    if code == SandboxGateway.code and code in settings.PAYMENT_PROVIDERS:
        return SandboxGateway(
            origin=settings.SANDBOX_URL,
            api_key=settings.SANDBOX_API_KEY,
            secrets=settings.SANDBOX_WEBHOOK_SECRET,
        )
    raise UnknownProvider
