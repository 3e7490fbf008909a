"""In which languages a page can be read, and which one somebody new gets."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, get_language_info

View = Callable[..., HttpResponse]
USUAL = settings.LANGUAGE_CODE


@dataclass(frozen=True)
class Reading:
    """A page in one language: its address there, and what the language calls itself."""

    code: str
    name: str
    address: str
    is_this: bool


def readings(request: HttpRequest, query: str = "") -> list[Reading]:
    """Return this page in every language of the shop, its path with the `query` that it needs.

    None for a page that a secret link opens: it names the link nowhere.
    """
    match, here = request.resolver_match, get_language()
    if match is not None and "token" in match.kwargs:
        return []
    return [
        Reading(
            code=code,
            name=get_language_info(code)["name_local"],
            address=translate_url(request.path, code) + query,
            is_this=code == here,
        )
        for code, _name in settings.LANGUAGES
    ]


def in_their_language(view: View) -> View:
    """Lead who comes to a page from outside to it in their browser's language.

    Whoever chooses a language on a page of ours stays with it. Needs no cookie. For the home page:
    an address that somebody was given is in the language it is in.
    """

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted, is_plain = get_language_from_request(request), get_language() == USUAL
        is_inside = request.headers.get("Sec-Fetch-Site") == "same-origin"
        if wanted == USUAL or is_inside or not is_plain:
            response = view(request, *args, **kwargs)
        else:
            response = HttpResponseRedirect(translate_url(request.get_full_path(), wanted))
        patch_vary_headers(response, ["Accept-Language", "Sec-Fetch-Site"])
        return response

    return led
