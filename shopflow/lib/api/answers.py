"""How answers leave: kept ones of the catalogue with an ETag, and repeated ones unchanged."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from shopflow.lib.api.problems import PROBLEM_TYPE
from shopflow.lib.cache import remembered
from shopflow.lib.errors import InvalidInput
from shopflow.lib.idempotency import Answer

JSON_TYPE = "application/json"


def cached(
    request: Request, *, scopes: Sequence[str], known: Collection[str], make: Callable[[], Any]
) -> HttpResponse:
    """Return an answer that is the same for everybody, kept until one of its scopes is renewed.

    `make` returns JSON-ready data. Only the `known` query parameters tell answers apart. Raises
    InvalidInput for a NUL byte, which no column could hold.
    """
    key = f"api:{request.path}?{_normalised(request, known)}"
    body = remembered(key, scopes=scopes, make=lambda: JSONRenderer().render(make()).decode())
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    given = [
        tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
    ]
    is_known = etag in given or "*" in given
    response = HttpResponse(status=304) if is_known else HttpResponse(body, content_type=JSON_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def answer(kept: Answer) -> HttpResponse:
    """Return the bytes of an answer that every repeat of its request gets."""
    content_type = PROBLEM_TYPE if kept.status >= 400 else JSON_TYPE
    return HttpResponse(kept.body, status=kept.status, content_type=content_type)


def _normalised(request: Request, known: Collection[str]) -> str:
    given = request.query_params
    pairs = sorted(
        (name, value) for name in given if name in known for value in given.getlist(name)
    )
    for name, value in pairs:
        if "\0" in value:
            fault = {"parameter": name, "code": "invalid", "detail": "A NUL byte isn't allowed."}
            raise InvalidInput(errors=[fault])
    return urlencode(pairs)
