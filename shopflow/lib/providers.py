"""The payment providers a shop is set up for, as the environment says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

# Stripe's own pages: Checkout, and where banks are asked (3-D Secure).
STRIPE_PAGES = "https://checkout.stripe.com,https://hooks.stripe.com"
AT_ONCE, WHEN_SHIPPED = "at_once", "when_shipped"
CAPTURES = (AT_ONCE, WHEN_SHIPPED, "by_staff")


@dataclass(frozen=True, kw_only=True)
class Providers:
    """Which providers there are, when money is taken, and how each is spoken to."""

    codes: list[str]
    capture: str
    sandbox_url: str
    sandbox_api_key: str
    sandbox_webhook_secrets: list[str]
    stripe_api_key: str
    stripe_api_base: str
    stripe_page_origins: list[str]
    stripe_webhook_secrets: list[str]

    @classmethod
    def read(cls, text: Callable[..., str], parsed: Callable[..., Any]) -> "Providers":
        """Return what the environment says, by the reader of `shopflow.config`.

        The keys and secrets of a provider that is on may not be empty: anybody could sign.
        """
        codes = names(text("PAYMENT_PROVIDERS", "sandbox"))

        def needed(code: str) -> str | None:
            return None if code in codes else ""

        return cls(
            codes=codes,
            capture=parsed("PAYMENT_CAPTURE", _capture, AT_ONCE, default=AT_ONCE),
            sandbox_url=parsed("SANDBOX_URL", origin, "", default="http://127.0.0.1:8001"),
            sandbox_api_key=text("SANDBOX_API_KEY", needed("sandbox")),
            sandbox_webhook_secrets=parsed(
                "SANDBOX_WEBHOOK_SECRET", _secrets, [], default=needed("sandbox")
            ),
            stripe_api_key=text("STRIPE_API_KEY", needed("stripe")),
            stripe_api_base=parsed("STRIPE_API_BASE", origin, "", default="https://api.stripe.com"),
            stripe_page_origins=parsed("STRIPE_PAGE_ORIGINS", _origins, [], default=STRIPE_PAGES),
            stripe_webhook_secrets=parsed(
                "STRIPE_WEBHOOK_SECRET", _secrets, [], default=needed("stripe")
            ),
        )

    @property
    def pages(self) -> dict[str, list[str]]:
        """Where each provider's hosted pages are, origin by origin."""
        known = {"sandbox": [self.sandbox_url], "stripe": self.stripe_page_origins}
        return {code: known[code] for code in self.codes if code in known}


def names(text: str) -> list[str]:
    """Return the parts of a comma-separated list."""
    return [name.strip() for name in text.split(",") if name.strip()]


def origin(text: str) -> str:
    """Return scheme, host and port of a site; raises ValueError for anything else."""
    parts = urlsplit(text)
    is_origin = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not is_origin or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("write it as https://shop.example")
    return text.rstrip("/")


def _origins(text: str) -> list[str]:
    return [origin(part) for part in names(text)]


def _secrets(text: str) -> list[str]:
    found = names(text)
    if not found:
        raise ValueError("there is none in it, and with an empty one everybody could sign")
    return found


def _capture(text: str) -> str:
    if text not in CAPTURES:
        raise ValueError(f"write {', '.join(CAPTURES[:-1])} or {CAPTURES[-1]}")
    return text
