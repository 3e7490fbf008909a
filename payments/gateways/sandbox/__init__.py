"""The adapter to the sandbox provider (`docs/sandbox-provider.md`)."""

from django.conf import settings

from payments.gateways.sandbox.adapter import SandboxGateway

__all__ = ["SandboxGateway", "from_settings"]


def from_settings() -> SandboxGateway:
    """Return the adapter with the shop's settings; raises ImproperlyConfigured without them."""
    return SandboxGateway(
        origin=settings.SANDBOX_URL,
        api_key=settings.SANDBOX_API_KEY,
        secrets=settings.SANDBOX_WEBHOOK_SECRET,
    )
