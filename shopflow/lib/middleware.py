"""What every request gets: an id, a context, and plain words instead of a stack trace."""

import logging
import re
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shopflow.lib import context, policy
from shopflow.lib.errors import Busy, DomainError, InvalidInput, retry_after
from shopflow.lib.ids import new_id
from shopflow.lib.roles import Role
from shopflow.lib.transactions import sqlstate

GetResponse = Callable[[HttpRequest], HttpResponse]
LONGEST_AGENT = 255
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# lock_not_available and query_canceled: the row or the database is busy, trying again helps.
BUSY = frozenset({"55P03", "57014"})


class RequestContext:
    """Gives the request its id (the caller's, if well-formed) and sends it back.

    The outermost of all, so it also puts the headers that Django has no setting for on every
    answer, whoever gives it.
    """

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
        response["Permissions-Policy"] = policy.PERMISSIONS
        session = getattr(request, "session", None)
        # A page that looked who is signed in may show it: no cache and no disk keeps it.
        if session and session.accessed and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store, private"
        return response


class Refusals:
    """Turns a refusal a view let through into a page with a sentence (the API has its own)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError with its status, a value no column holds with 400, a busy or
        absent database with 503."""
        if isinstance(error, DataError):
            # A value no column can hold got past the checks of its page: still the caller's.
            logging.getLogger(__name__).warning("refused by the database: %s", error)
            error = InvalidInput()
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


def client_address(request: HttpRequest) -> str | None:
    """Return the address of who asks; None when the request came through a unix socket.

    Each proxy adds to the end of `X-Forwarded-For` whom it got the request from, so the last
    TRUSTED_PROXIES entries are true and whatever stands before them was written by the caller.
    With fewer entries the request went around a proxy: then only the connection itself counts.
    """
    peer = request.META.get("REMOTE_ADDR") or None
    trusted: int = settings.TRUSTED_PROXIES
    said = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    if not trusted or len(said) < trusted:
        return peer
    return _address(said[-trusted]) or peer


def _waiting(response: HttpResponse, seconds: str | None) -> HttpResponse:
    if seconds:
        response["Retry-After"] = seconds
    return response


def _address(entry: str) -> str | None:
    """Read `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` and `[2001:db8::1]:4711`."""
    host = entry.removeprefix("[").partition("]")[0] if entry.startswith("[") else entry
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return str((isinstance(found, IPv6Address) and found.ipv4_mapped) or found)
