"""An old address answers with the new one, for good."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import reverse

from catalog import queries
from shopflow.lib.errors import NotFound
from shopflow.lib.http import View

_TODAY: dict[str, Callable[[str], str | None]] = {
    "product": queries.moved_product,
    "category": queries.moved_category,
    "brand": queries.moved_brand,
}


def follows_moves(kind: str) -> Callable[[View], View]:
    """Let a view of this kind lead an address its thing once had to today's, query and all."""

    def decorate(view: View) -> View:
        @wraps(view)
        def following(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except NotFound:
                [asked] = kwargs.values()
                today = _TODAY[kind](asked)
                if today is None or today == asked:
                    raise
            address = reverse(f"catalog:{kind}", args=[today])
            return HttpResponsePermanentRedirect(address + query_of(request))

        return following

    return decorate


def query_of(request: HttpRequest) -> str:
    """Return what follows the path, question mark and all."""
    query = request.META.get("QUERY_STRING", "")
    return f"?{query}" if query else ""
