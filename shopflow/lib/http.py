"""What the storefront's views share: who is asking, from where, and how a page is kept private."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]


class SeeOther(HttpResponseRedirect):
    """Answers a form: the browser goes on with a GET, and reloading repeats nothing."""

    status_code = 303


@dataclass(frozen=True)
class Shopper:
    """Whose cart it is: an account's, or that of the guest who holds the token."""

    user_id: UUID | None
    token: str | None

    @property
    def cart(self) -> dict[str, Any]:
        """The arguments that name this shopper to the queries and commands of carts."""
        return {"user_id": self.user_id, "token": self.token}


def shopper_of(request: HttpRequest) -> Shopper:
    """Return who is shopping."""
    user_id = request.user.pk if request.user.is_authenticated else None
    return Shopper(user_id, request.COOKIES.get(settings.CART_COOKIE_NAME))


def same_origin_only(view: View) -> View:
    """Take forms of the shop's own pages only, in place of a CSRF token.

    For pages that are the same for everybody and so can't carry a token. Browsers say where a
    form comes from in `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/), older ones in
    `Origin`; a request that says neither is refused.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not _is_same_origin(request):
            message = gettext(
                "This request didn't come from a page of this shop. Please go back to the product "
                "and try again."
            )
            return render(request, "refused.html", {"message": message}, status=403)
        return view(request, *args, **kwargs)

    return csrf_exempt(guarded)


def private(view: View) -> View:
    """Keep a page whose address is a secret out of caches and of other sites' logs."""

    @wraps(view)
    def sealed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        # Browsers send `Origin: null` with forms of a page that says no-referrer, and Django
        # refuses those: pages with a form keep the site's own policy, same-origin.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return never_cache(sealed)


def _is_same_origin(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc == request.get_host()
