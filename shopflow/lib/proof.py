"""Whether somebody proved just now who they are: sensitive acts ask again after a while."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from shopflow.lib.http import SeeOther

# ASVS 5.0, 7.5.1 and 7.5.3: a stolen session alone does nothing grave.
FRESH = timedelta(minutes=15)
PROVED_AT = "proved_at"
View = Callable[..., HttpResponseBase]


def note_proof(request: HttpRequest) -> None:
    """Remember that whoever uses this browser has just proved who they are."""
    request.session[PROVED_AT] = int(time())


def is_recent(request: HttpRequest) -> bool:
    """Whether they did so within FRESH."""
    proved_at: int = request.session.get(PROVED_AT, 0)
    return time() - proved_at < FRESH.total_seconds()


def ask_again(request: HttpRequest, *, back: str = "") -> HttpResponse:
    """Lead to the page that asks for the password or a code, and from there to `back`.

    What a form asked for isn't done, and that page says so. Without `back` it is the page itself,
    or for a form the page it stood on.
    """
    is_form = request.method not in {"GET", "HEAD"}
    back = back or (_origin(request) if is_form else request.get_full_path())
    query = {"next": back, **({"undone": "1"} if is_form else {})}
    return SeeOther(f"{reverse('accounts:prove')}?{urlencode(query)}")


def needs_recent_login(view: View) -> View:
    """Let only those in who proved within FRESH who they are; others are asked first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_recent(request) else ask_again(request)

    return guarded


def safe_path(request: HttpRequest, address: str, *, default: str) -> str:
    """Return an address of this shop as it is, any other as the default."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else default


def _origin(request: HttpRequest) -> str:
    referrer = request.headers.get("Referer", "")
    if not safe_path(request, referrer, default=""):
        return "/"
    return urlsplit(referrer)._replace(scheme="", netloc="", fragment="").geturl()
