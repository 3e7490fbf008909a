"""What every request gets: an id, a context, and plain words instead of a stack trace."""

import logging
import re
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shopflow.lib import context
from shopflow.lib.errors import Busy, DomainError, retry_after
from shopflow.lib.ids import new_id
from shopflow.lib.proxies import client_address
from shopflow.lib.roles import Role
from shopflow.lib.transactions import sqlstate

GetResponse = Callable[[HttpRequest], HttpResponse]
LONGEST_AGENT = 255
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# lock_not_available and query_canceled: the row or the database is busy, trying again helps.
BUSY = frozenset({"55P03", "57014"})
# https://www.w3.org/TR/permissions-policy/: nothing here uses these, so nothing injected may.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)


class Headers:
    """What Django has no setting for, on every answer whoever gives it: the outermost of all."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        # A page that looked who is signed in may show it: no cache and no disk keeps it.
        session = getattr(request, "session", None)
        if session is not None and session.accessed:
            kept = response.get("Cache-Control", "")
            if "no-store" not in kept:
                response["Cache-Control"] = "no-store, private"
        return response


class RequestContext:
    """Gives the request its id (the caller's, if well-formed) and sends it back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if SAFE_ID.fullmatch(given) else new_id().hex
        with context.bound(
            role=Role.APP,
            request_id=request_id,
            user_agent=request.headers.get("User-Agent", "")[:LONGEST_AGENT],
            ip_address=client_address(request),
            user_id=None,
            guest_order=None,
        ):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class Refusals:
    """Turns a refusal a view let through into a page with a sentence (the API has its own)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError with its status, a busy or absent database with 503."""
        if isinstance(error, DomainError):
            words = {"message": str(error), "status": error.status}
            return _waiting(
                render(request, "refused.html", words, status=error.status), retry_after(error)
            )
        if isinstance(error, InterfaceError) or (
            isinstance(error, OperationalError) and (sqlstate(error) in BUSY or not sqlstate(error))
        ):
            logging.getLogger(__name__).warning("busy: %s", error)
            return _waiting(render(request, "busy.html", status=503), retry_after(Busy()))
        return None


class RequestIdFilter(logging.Filter):
    """Puts the request id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = context.current().request_id or "-"
        return True


def _waiting(response: HttpResponse, seconds: str | None) -> HttpResponse:
    if seconds:
        response["Retry-After"] = seconds
    return response
