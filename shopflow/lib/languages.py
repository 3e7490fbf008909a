"""In which languages a page can be read, and which one somebody new gets."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, get_language_info


@dataclass(frozen=True)
class Reading:
    """A page in one language: its address there, and what the language calls itself."""

    code: str
    name: str
    address: str
    is_this: bool


def readings(request: HttpRequest) -> list[Reading]:
    """Return this page in every language of the shop, its query kept."""
    here = get_language()
    return [
        Reading(
            code=code,
            name=get_language_info(code)["name_local"],
            address=translate_url(request.get_full_path(), code),
            is_this=code == here,
        )
        for code, _name in settings.LANGUAGES
    ]


class FirstVisit:
    """Leads from the home page to the one in the browser's language, when somebody comes in.

    Only from outside: whoever chooses a language on a page of ours stays with it. Needs no cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/" or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        wanted = get_language_from_request(request)
        is_inside = request.headers.get("Sec-Fetch-Site") == "same-origin"
        if wanted == settings.LANGUAGE_CODE or is_inside:
            response = self.get_response(request)
        else:
            response = HttpResponseRedirect(translate_url(request.get_full_path(), wanted))
        patch_vary_headers(response, ["Accept-Language", "Sec-Fetch-Site"])
        return response
