"""What the browser and we say to each other about passkeys, and the challenge in between."""

import json
from time import time
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.errors import PasskeyRefused
from accounts.queries import Options

CHALLENGE = "passkey_challenge"
SECONDS = 300


def keep_challenge(request: HttpRequest, options: Options, *, purpose: str) -> None:
    """Remember in the session what has to be signed, for one answer."""
    request.session[CHALLENGE] = {
        "purpose": purpose,
        "challenge": options.challenge,
        "until": time() + SECONDS,
    }


def challenge_of(request: HttpRequest, *, purpose: str) -> str:
    """Return and forget what had to be signed. Raises PasskeyRefused without one."""
    kept: dict[str, Any] = request.session.pop(CHALLENGE, {})
    if kept.get("purpose") != purpose or kept["until"] < time():
        raise PasskeyRefused
    challenge: str = kept["challenge"]
    return challenge


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON an authenticator answered with. Raises PasskeyRefused."""
    try:
        answer = json.loads(request.POST["credential"])
    except (KeyError, ValueError, RecursionError):
        raise PasskeyRefused from None
    if not isinstance(answer, dict):
        raise PasskeyRefused
    return answer


def json_answer(options: Options | None) -> HttpResponse:
    """Answer a script: 403 to who isn't asked for a passkey."""
    if options is None:
        return HttpResponse("{}", content_type="application/json", status=403)
    return HttpResponse(options.json, content_type="application/json")
