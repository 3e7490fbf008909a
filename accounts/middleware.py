"""A browser's session ends with its sign-in, wherever that was revoked."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.queries import SIGN_IN, revoked_key


class RevokedSignIns:
    """Logs a browser out whose sign-in was revoked, as soon as a page asks who is there.

    It looks into the cache, where the session stands too, so it costs no query; a page that is
    the same for everybody asks nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = request.user
        request.user = SimpleLazyObject(lambda: _unless_revoked(request, found))  # type: ignore[assignment]  # as Django's own
        return self.get_response(request)


def _unless_revoked(request: HttpRequest, found: Any) -> Any:
    family = request.session.get(SIGN_IN)
    if family and cache.get(revoked_key(family)):
        request.session.flush()
        return AnonymousUser()
    return found
