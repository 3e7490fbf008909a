"""The net under the API: what answers before or instead of an endpoint."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from shopflow.lib.api.problems import PROBLEM_TYPE, document_of

PREFIX = "/api/"


class ApiAnswers:
    """Makes sure that an answer below /api/ is kept by nobody unless it says so, and that a
    failed one is a problem document (a refused host name is answered before any endpoint)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX):
            return response
        is_problem = response.get("Content-Type", "").startswith(PROBLEM_TYPE)
        if response.status_code >= HTTPStatus.BAD_REQUEST and not is_problem:
            response = _problem_of(response.status_code)
        response.setdefault("Cache-Control", "no-store")
        return response


def _problem_of(status: int) -> HttpResponse:
    phrase = HTTPStatus(status).phrase
    document = document_of(
        status=status, code=phrase.lower().replace(" ", "_"), detail=f"{phrase}."
    )
    return JsonResponse(document, status=status, content_type=PROBLEM_TYPE)
