"""A mail's HTML in a frame of its own, where it can do nothing but be read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

# Mails carry their styles inline, as no mail program loads sheets. Nothing else is let in, from
# nowhere, and the frame counts as another site: it has no part in the reader's session.
FRAME_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "font-src": ["'none'"],
    "connect-src": ["'none'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-top-navigation-by-user-activation",
    ],
}


def framed(view: Callable[..., str]) -> Callable[..., HttpResponseBase]:
    """Make a view of one that returns a mail's HTML, for an `<iframe sandbox>` of our own pages."""

    @xframe_options_sameorigin
    @csp_replace(FRAME_CSP)
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        html = view(request, *args, **kwargs)
        # A link goes to the whole window: the shop's pages refuse to stand in a frame.
        return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))

    return page
