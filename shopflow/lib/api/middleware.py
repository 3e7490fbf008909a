"""The net under the API: what answers before or instead of an endpoint."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from shopflow.lib import limits
from shopflow.lib.api.problems import PROBLEM_TYPE, document_of

PREFIX = "/api/"


class ApiAnswers:
    """Makes sure that an answer below /api/ is kept by nobody unless it says so, that it says what
    is left of the limits it counted under, and that a failed one is a problem document (a refused
    host name is answered before any endpoint)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        with limits.noted() as standings:
            response = self.get_response(request)
        is_problem = response.get("Content-Type", "").startswith(PROBLEM_TYPE)
        if response.status_code >= HTTPStatus.BAD_REQUEST and not is_problem:
            response = _problem_of(response.status_code)
        response.setdefault("Cache-Control", "no-store")
        if standings:
            response["RateLimit-Policy"] = _policies(standings)
            response["RateLimit"] = _left(standings)
        return response


def _policies(standings: Sequence[limits.Standing]) -> str:
    """Draft-ietf-httpapi-ratelimit-headers-10, section 3: quota and window in seconds."""
    return ", ".join(
        f'"{limit.name}";q={limit.tries};w={int(limit.per.total_seconds())}'
        for limit in (standing.limit for standing in standings)
    )


def _left(standings: Sequence[limits.Standing]) -> str:
    """Section 4 of the same: what remains, and the seconds until all of it does."""
    return ", ".join(
        f'"{standing.limit.name}";r={standing.left};t={-(-standing.full_in // limits.SECOND)}'
        for standing in standings
    )


def _problem_of(status: int) -> HttpResponse:
    phrase = HTTPStatus(status).phrase
    document = document_of(
        status=status, code=phrase.lower().replace(" ", "_"), detail=f"{phrase}."
    )
    return JsonResponse(document, status=status, content_type=PROBLEM_TYPE)
