"""What a browser may do on the shop's pages, whatever somebody managed to write into one."""

from collections.abc import Iterable

# https://www.w3.org/TR/permissions-policy/: nothing here uses these, so nothing injected may.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)


def of_pages(*, forms_go_to: Iterable[str]) -> dict[str, list[str]]:
    """Return the content security policy of every page but the API's description.

    Pages are cached whole, so neither nonces nor inline scripts or styles. Forms go to the shop and
    to each provider, because browsers check the redirect to the hosted payment page too.
    """
    return {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *forms_go_to],
    }
