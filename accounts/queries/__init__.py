"""Answers about people and how they sign in."""

from accounts.queries.devices import LAST_SEEN, live_sign_ins, revoked_key, sign_ins_of

__all__ = ["LAST_SEEN", "live_sign_ins", "revoked_key", "sign_ins_of"]
