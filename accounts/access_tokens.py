"""Access tokens: signed statements of who calls, good for minutes and kept nowhere (RFC 9068)."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone

from shopflow.lib.secrets import derived_key, secret_keys

ALGORITHM = "ES256"
TYPE = "at+jwt"
CLAIMS = ("iss", "aud", "sub", "sid", "iat", "exp")
LONGEST = 1000
PURPOSE = "accounts.access_token"
# Of the curve P-256 (FIPS 186-5): a private key is a number from 1 to one less.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class TokenInvalid(ValueError):
    """Nothing this shop has signed for its API."""


class TokenExpired(TokenInvalid):
    """One of ours, past its time."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom a token speaks for, and the family of the sign-in it came from."""

    user_id: UUID
    family: UUID


def issue(caller: Caller) -> str:
    """Return a token that is good for ACCESS_TOKEN_LIFE."""
    key, key_id = _key(settings.SECRET_KEY)
    now = int(timezone.now().timestamp())
    claims = {
        "iss": settings.SITE_URL,
        "aud": audience(),
        "sub": str(caller.user_id),
        "sid": str(caller.family),
        "iat": now,
        "exp": now + int(settings.ACCESS_TOKEN_LIFE.total_seconds()),
    }
    return jwt.encode(claims, key, ALGORITHM, headers={"typ": TYPE, "kid": key_id})


def read(token: str) -> Caller:
    """Return whom a token speaks for. Raises TokenExpired, TokenInvalid.

    Which algorithm counts is said here and never by the token (RFC 8725 section 3.1).
    """
    if len(token) > LONGEST:
        raise TokenInvalid
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != TYPE:
            raise TokenInvalid
        claims = jwt.decode(
            token,
            _public_keys()[header["kid"]],
            algorithms=[ALGORITHM],
            audience=audience(),
            issuer=settings.SITE_URL,
            # `iat` is ours, by the clock of another of our machines perhaps.
            options={"require": list(CLAIMS), "verify_iat": False, "strict_aud": True},
        )
        return Caller(user_id=UUID(claims["sub"]), family=UUID(claims["sid"]))
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, AttributeError):
        raise TokenInvalid from None


def audience() -> str:
    return f"{settings.SITE_URL}/api/v1/"


def _public_keys() -> dict[str, ec.EllipticCurvePublicKey]:
    """Return the keys that count, by their ids: today's, and those being retired."""
    pairs = (_key(secret) for secret in secret_keys())
    return {key_id: key.public_key() for key, key_id in pairs}


@lru_cache(maxsize=8)
def _key(secret: str) -> tuple[ec.EllipticCurvePrivateKey, str]:
    number = int.from_bytes(derived_key(PURPOSE, secret=secret), "big") % (ORDER - 1) + 1
    key = ec.derive_private_key(number, ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key, hashlib.sha256(point).hexdigest()[:16]
