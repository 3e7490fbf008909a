"""How the shop says no: every refusal a caller can act on is a DomainError with a stable code."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule was broken by the caller; nothing was changed.

    `code` is stable and part of the API; `status` is the HTTP status it answers with;
    `extra` holds further JSON-ready members for the problem document (RFC 9457 section 3.2).
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "This can't be done."

    def __init__(self, message: str = "", **extra: Any) -> None:
        super().__init__(message or self.message)
        self.extra = extra


class InvalidInput(DomainError):
    """A value is outside what the rule allows (quantity 0, unknown country, ...)."""

    code = "invalid"
    status = 400
    message = "Please check what you entered."


class NotFound(DomainError):
    """The row doesn't exist, or isn't the caller's to know about: both read the same."""

    code = "not_found"
    status = 404
    message = "We can't find that."


class InvalidTransition(DomainError):
    """The row's status doesn't allow this step."""

    code = "invalid_transition"
    status = 409
    message = "That step isn't possible any more."


class Busy(DomainError):
    """The shop is at its limit for a moment; trying again helps."""

    code = "busy"
    status = 503
    message = "The shop is very busy. Please try again in a moment."


def retry_after(error: DomainError) -> str | None:
    """Return the seconds for a `Retry-After` (RFC 9110 section 10.2.3), None where none is due."""
    given = error.extra.get("retry_after")
    if given is None and error.status == Busy.status:
        given = 2
    return None if given is None else str(given)
