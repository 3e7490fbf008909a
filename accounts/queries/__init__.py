"""Answers about people and how they sign in."""

from accounts.queries.addresses import NEWEST_ADDRESS, address_of, addresses_of
from accounts.queries.devices import LAST_SEEN, live_sign_ins, revoked_key, sign_ins_of

__all__ = [
    "LAST_SEEN",
    "NEWEST_ADDRESS",
    "address_of",
    "addresses_of",
    "live_sign_ins",
    "revoked_key",
    "sign_ins_of",
]
