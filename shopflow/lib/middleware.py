"""What every request gets: an id, a context, and plain words instead of a stack trace."""

import logging
import re
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shopflow.lib import context
from shopflow.lib.errors import DomainError
from shopflow.lib.ids import new_id
from shopflow.lib.roles import Role
from shopflow.lib.transactions import sqlstate

GetResponse = Callable[[HttpRequest], HttpResponse]
LONGEST_AGENT = 255
# One part of a path, as long as `shopflow.lib.secrets.new_token` makes them.
MAILED_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}(?=/)")
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# lock_not_available and query_canceled: the row or the database is busy, trying again helps.
BUSY = frozenset({"55P03", "57014"})


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
            ip_address=request.META.get("REMOTE_ADDR") or None,
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
            return render(request, "refused.html", words, status=error.status)
        if isinstance(error, InterfaceError) or (
            isinstance(error, OperationalError) and (sqlstate(error) in BUSY or not sqlstate(error))
        ):
            logging.getLogger(__name__).warning("busy: %s", error)
            response = render(request, "busy.html", status=503)
            response["Retry-After"] = "2"
            return response
        return None


class RequestIdFilter(logging.Filter):
    """Puts the request id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = context.current().request_id or "-"
        return True


class MailedLinkFilter(logging.Filter):
    """Takes the tokens of mailed links out of the addresses that log lines name."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if MAILED_TOKEN.search(said):
            record.msg, record.args = MAILED_TOKEN.sub("…", said), ()
        return True
