"""Every answer from 400 up is a problem document (RFC 9457)."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions

from shopflow.lib import context
from shopflow.lib.errors import Busy, DomainError, InvalidInput, NotFound, retry_after
from shopflow.lib.middleware import BUSY
from shopflow.lib.transactions import RETRYABLE, sqlstate

PROBLEM_TYPE = "application/problem+json"
NO_FIELD = "non_field_errors"
MOST_ERRORS = 50
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Where the framework's own word for a fault isn't the one in our contract.
CODES = {"parse_error": "malformed_json"}
REALM = 'Bearer realm="api"'

logger = logging.getLogger(__name__)


class BodyTooLarge(DomainError):
    code = "body_too_large"
    status = 413
    message = "This request is larger than we accept."


class InternalError(DomainError):
    code = "internal_error"
    status = 500
    message = "Something went wrong on our side. Please try again later."


def problem(error: Exception, about: Mapping[str, Any]) -> HttpResponse:
    """Answer an exception of an endpoint; `about` holds the view and the request."""
    if isinstance(error, DomainError):
        return problem_response(error)
    if isinstance(error, Http404):
        return problem_response(NotFound("There is nothing at this address."))
    if isinstance(error, exceptions.ValidationError):
        is_query = getattr(about.get("request"), "method", "") in SAFE_METHODS
        faults = _faults(error.detail, is_query=is_query)
        return problem_response(InvalidInput(errors=faults))
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    return problem_response(_known(error) or _unexpected(error))


def problem_response(error: DomainError) -> HttpResponse:
    """Return the problem document of a refusal as a response."""
    response = _response(error.status, domain_document(error))
    if seconds := retry_after(error):
        response["Retry-After"] = seconds
    if error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = REALM
    return response


def domain_document(error: DomainError, **more: Any) -> dict[str, Any]:
    """Return a refusal as a problem document; `more` are further JSON-ready members."""
    return document_of(
        status=error.status, code=error.code, detail=str(error), **{**error.extra, **more}
    )


def document_of(
    *, status: int, code: str, detail: str, errors: Sequence[Any] = (), **more: Any
) -> dict[str, Any]:
    """Return a problem document with the id of the request under way.

    Each of `errors` has `code`, `detail` and a `pointer` into the body (RFC 6901) or the name of
    a query `parameter`.
    """
    return {
        **more,
        "type": f"urn:shopflow:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": context.current().request_id,
        "errors": list(errors)[:MOST_ERRORS],
    }


def pointer_of(path: Sequence[str]) -> str:
    """Return the JSON Pointer of a path of member names."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in path)


def _response(status: int, document: Mapping[str, Any]) -> HttpResponse:
    # ASCII only: a lone surrogate somebody sent us can be escaped, but not encoded.
    return HttpResponse(json.dumps(document), status=status, content_type=PROBLEM_TYPE)


def _from_framework(error: exceptions.APIException) -> HttpResponse:
    code = CODES.get(error.default_code, error.default_code)
    document = document_of(status=error.status_code, code=code, detail=str(error.detail))
    response = _response(error.status_code, document)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _known(error: Exception) -> DomainError | None:
    if isinstance(error, RequestDataTooBig):
        return BodyTooLarge()
    if isinstance(error, UnreadablePostError):
        return InvalidInput("The request ended early.")
    if isinstance(error, DataError):
        # A value no column can hold got past the checks of its endpoint: still the caller's.
        logger.warning("refused by the database: %s", error)
        return InvalidInput()
    is_busy = isinstance(error, InterfaceError) or (
        isinstance(error, OperationalError)
        and (sqlstate(error) in BUSY | RETRYABLE or not sqlstate(error))
    )
    if is_busy:
        logger.warning("busy: %s", error)
        return Busy()
    return None


def _unexpected(error: Exception) -> DomainError:
    logger.error("unexpected error in the API", exc_info=error)
    return InternalError()


def _faults(detail: Any, *, is_query: bool) -> list[dict[str, str]]:
    return [
        {
            **({"parameter": path[0]} if is_query and path else {"pointer": pointer_of(path)}),
            "code": str(fault.code),
            "detail": str(fault),
        }
        for path, fault in _flat(detail, [])
    ]


def _flat(detail: Any, path: list[str]) -> Iterator[tuple[list[str], exceptions.ErrorDetail]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, path if name == NO_FIELD else [*path, str(name)])
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_leaf = isinstance(inner, str)
            yield from _flat(inner, path if is_leaf else [*path, str(index)])
    else:
        yield path, detail
