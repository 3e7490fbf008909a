"""What goes over the wire: requests, answers and refusals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qs

MAX_BODY = 64 * 1024


class Refused(Exception):
    """The caller asked for something that can't be done; nothing was changed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def answer(self) -> dict[str, Any]:
        """Return the JSON object that says so."""
        return {"error": {"code": self.code, "message": str(self)}}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request, read completely."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; raises Refused (400)."""
        try:
            value = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise Refused(400, "invalid_json", "The body isn't JSON.") from None
        if not isinstance(value, dict):
            raise Refused(400, "invalid_json", "The body must be a JSON object.")
        return value

    def form(self) -> dict[str, str]:
        """Return the fields of a posted HTML form; raises Refused (400)."""
        try:
            fields = parse_qs(
                self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20
            )
        except ValueError:
            raise Refused(400, "invalid_form", "The form can't be read.") from None
        return {name: values[-1] for name, values in fields.items()}


@dataclass(frozen=True, kw_only=True)
class Response:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(value: Mapping[str, Any], status: int = 200) -> Response:
    """Return `value` as a JSON answer."""
    return Response(status=status, body=json.dumps(value).encode())


def redirect(url: str) -> Response:
    """Return "303 See Other", so that reloading the next page never pays again."""
    return Response(status=303, headers={"Location": url}, content_type="text/plain")
