"""Answers about people and how they sign in."""

from accounts.queries.addresses import NEWEST_ADDRESS, address_of, addresses_of
from accounts.queries.devices import LAST_SEEN, SIGN_IN, live_sign_ins, revoked_key, sign_ins_of
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
    "LAST_SEEN",
    "NEWEST_ADDRESS",
    "SIGN_IN",
    "CodeNow",
    "Factors",
    "Options",
    "address_of",
    "addresses_of",
    "app_in_waiting",
    "code_now",
    "creation_options",
    "factors_of",
    "has_factor",
    "live_sign_ins",
    "relying_party",
    "request_options",
    "revoked_key",
    "sign_ins_of",
]
