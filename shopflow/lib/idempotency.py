"""Repeat a request safely: the first answer is kept and given again, byte for byte.

The rules are those of the IETF draft "The Idempotency-Key HTTP Header Field", section 2.6:
400 missing, 409 in flight, 422 other body.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from shopflow.lib.errors import DomainError
from shopflow.lib.models import IdempotencyKey
from shopflow.lib.transactions import command, sqlstate

LOCK_NOT_AVAILABLE = "55P03"
WELL_FORMED = re.compile(r"[\x21-\x7e]{8,128}")


class IdempotencyKeyMissing(DomainError):
    code = "idempotency_key_missing"
    status = 400
    message = "Send an Idempotency-Key header of 8 to 128 visible characters, new for each order."


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    message = "This Idempotency-Key was used for another request. Use a new key."


class RequestInFlight(DomainError):
    code = "request_in_flight"
    status = 409
    message = "The same request is still being worked on. Try again in a moment."


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who asks for what, under which key. Two equal claims are the same request."""

    actor: str
    route: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Answer:
    """What the caller gets: an HTTP status and a JSON body."""

    status: int
    body: str

    @classmethod
    def of(cls, status: int, body: Any) -> "Answer":
        """Render a JSON-ready body once; these are the bytes every repeat gets."""
        return cls(status, json.dumps(body))


def claim_of(*, actor: str, route: str, key: str | None, body: Any) -> Claim:
    """Return the claim of a request; raises IdempotencyKeyMissing."""
    if not key or not WELL_FORMED.fullmatch(key):
        raise IdempotencyKeyMissing
    canonical = json.dumps(body, sort_keys=True, default=str)
    fingerprint = hashlib.sha256(canonical.encode()).hexdigest()
    return Claim(actor=actor, route=route, key=key, fingerprint=fingerprint)


@command
def answer_once(
    claim: Claim, *, work: Callable[[], Answer], refusal: Callable[[DomainError], Answer]
) -> Answer:
    """Do the work once per claim and return its answer, or the answer it got the first time.

    A refusal is an answer too: it is kept, and the work undone. Raises IdempotencyKeyReused and
    RequestInFlight. Safe to repeat.
    """
    row = IdempotencyKey(
        actor=claim.actor, route=claim.route, key=claim.key, fingerprint=claim.fingerprint
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)  # waits here while a twin is at work
    except IntegrityError:
        return _first_answer(claim)
    except OperationalError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise RequestInFlight from error
        raise
    try:
        with transaction.atomic():
            answer = work()
    except DomainError as error:
        answer = refusal(error)
    row.status, row.body = answer.status, answer.body
    row.save(update_fields=["status", "body", "updated_at"])
    return answer


def kept_answer(claim: Claim) -> Answer | None:
    """Return the answer this claim got before, if any; raises IdempotencyKeyReused.

    For work that talks to a gateway and so can't stand inside `answer_once`.
    """
    kept = IdempotencyKey.objects.filter(actor=claim.actor, route=claim.route, key=claim.key)
    return _first_answer(claim) if kept.exists() else None


def _first_answer(claim: Claim) -> Answer:
    first = IdempotencyKey.objects.get(actor=claim.actor, route=claim.route, key=claim.key)
    if first.fingerprint != claim.fingerprint:
        raise IdempotencyKeyReused
    return Answer(first.status or 500, first.body)
