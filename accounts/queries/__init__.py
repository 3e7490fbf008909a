"""Answers about people and how they sign in."""

from accounts.queries.factors import (
    CodeNow,
    Factors,
    app_in_waiting,
    code_now,
    factors_of,
    has_factor,
)
from accounts.queries.passkeys import Options, creation_options, relying_party, request_options

__all__ = [
    "CodeNow",
    "Factors",
    "Options",
    "app_in_waiting",
    "code_now",
    "creation_options",
    "factors_of",
    "has_factor",
    "relying_party",
    "request_options",
]
