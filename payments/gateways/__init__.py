"""The payment providers this shop is set up for."""

from importlib import import_module

from django.conf import settings

from payments.gateways.base import Gateway, UnknownProvider

# Imported when asked for: Stripe's library weighs more than a shop without it should carry.
ADAPTERS = {"sandbox": "payments.gateways.sandbox", "stripe": "payments.gateways.stripe"}


def gateway(code: str) -> Gateway:
    """Return the adapter for a provider's code.

    Raises UnknownProvider when the shop isn't set up for it and ImproperlyConfigured when its
    key or secret is missing.
    """
    if code not in settings.PAYMENT_PROVIDERS or code not in ADAPTERS:
        raise UnknownProvider
    adapter: Gateway = import_module(ADAPTERS[code]).from_settings()
    return adapter
