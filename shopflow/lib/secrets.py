"""Secrets: tokens of which only a hash is kept, and texts the shop must read again itself."""

import hashlib
import secrets
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

TOKEN_BYTES = 32


class Unsealable(ValueError):
    """A sealed text was changed, or sealed for another purpose or under a key that is gone."""


def new_token() -> str:
    """Return 256 random bits as 43 characters fit for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex: what the database keeps of it.

    Unsalted and fast on purpose: nobody guesses 256 random bits. Not for what people choose.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def seal(text: str, *, purpose: str) -> str:
    """Return a text encrypted and signed, readable with the same purpose only."""
    return _sealer(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return what was sealed, also under a fallback key. Raises Unsealable."""
    try:
        return _sealer(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable from None


def derived_key(purpose: str, *, secret: str | None = None) -> bytes:
    """Return 32 bytes for one purpose, made from SECRET_KEY (RFC 5869)."""
    source = settings.SECRET_KEY if secret is None else secret
    return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(source.encode())


def secret_keys() -> list[str]:
    """Return SECRET_KEY and then its fallbacks, the keys being retired."""
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def _sealer(purpose: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(urlsafe_b64encode(derived_key(purpose, secret=key))) for key in secret_keys()]
    )
