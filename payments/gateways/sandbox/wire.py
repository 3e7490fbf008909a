"""Calling the sandbox provider over HTTP, with an end to every wait."""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from payments.gateways import answers
from payments.gateways.base import GatewayUnavailable

LARGEST_ANSWER = 1024 * 1024
# A 4xx that says something about us or the moment, nothing about the payment.
TRY_LATER = frozenset({401, 403, 408, 425, 429})


class Wire:
    """Calls one origin with our key."""

    def __init__(self, *, origin: str, api_key: str, timeout: float) -> None:
        self.origin = origin
        self._api_key = api_key
        self._timeout = timeout

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> Any:
        """Return the JSON value of the answer; raises GatewayUnavailable or GatewayRefused."""
        headers = {"Authorization": f"Bearer {self._api_key}", "Accept": "application/json"}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            status, answer = self._exchange(method, path, content, headers)
            value = answers.parse(answer)
        except (OSError, http.client.HTTPException, answers.Nonsense) as error:
            raise GatewayUnavailable from error
        if 400 <= status < 500 and status not in TRY_LATER:
            raise answers.refusal(value)
        if not 200 <= status < 300:
            raise GatewayUnavailable
        return value

    def _exchange(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._timeout
        connection = _connect(self.origin, self._timeout)
        try:
            connection.request(method, path, content, dict(headers))
            response = connection.getresponse()
            answer = b""
            # The socket's time-out starts anew with every byte; a slow drip would hold us longer.
            while piece := response.read1(65536):
                answer += piece
                if time.monotonic() > deadline or len(answer) > LARGEST_ANSWER:
                    raise TimeoutError("The answer is too slow or too long")
            return response.status, answer
        finally:
            connection.close()


def _connect(origin: str, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout)
