"""Passkeys: made, and used in place of a code."""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from webauthn import (
    base64url_to_bytes,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json

from accounts.commands.factors import (
    TRIES,
    Enrolled,
    first_codes,
    locked_person,
    note_refusal,
    tell,
)
from accounts.errors import PasskeyKnown, PasskeyRefused
from accounts.models import Passkey
from accounts.queries import relying_party
from shopflow.lib.limits import only_failures
from shopflow.lib.transactions import command, is_duplicate

T = TypeVar("T")
NAME = re.compile(r"[A-Za-z0-9_-]+")


@command
def add_passkey(
    *, user_id: UUID, name: str, credential: dict[str, Any], challenge: str
) -> Enrolled:
    """Keep the public half of a passkey that answered our challenge.

    `credential` is what the browser made (RegistrationResponseJSON), `challenge` the one it was
    made for. Raises PasskeyRefused, PasskeyKnown.
    """
    user = locked_person(user_id)
    made = _checked(
        lambda: verify_registration_response(credential=credential, **_expected(challenge))
    )
    try:
        with transaction.atomic():
            passkey = Passkey.objects.create(
                user=user,
                name=name,
                credential_id=bytes_to_base64url(made.credential_id),
                public_key=bytes_to_base64url(made.credential_public_key),
                sign_count=made.sign_count,
                transports=_transports(credential),
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise PasskeyKnown from None
        raise
    tell(user, "passkey_added")
    return Enrolled(passkey, first_codes(user))


def check_passkey(*, user_id: UUID, credential: dict[str, Any], challenge: str) -> Passkey:
    """Check that one of somebody's passkeys signed our challenge, and return it.

    Refused too is a signature whose count didn't grow: the authenticator may have been copied.
    A refusal counts and is written down whatever happens next, so it owns no transaction.
    Raises TooManyTries, PasskeyRefused.
    """
    with only_failures((TRIES, str(user_id))):
        try:
            return _signed(user_id=user_id, credential=credential, challenge=challenge)
        except PasskeyRefused:
            note_refusal(user_id)
            raise


@command
def _signed(*, user_id: UUID, credential: dict[str, Any], challenge: str) -> Passkey:
    user = locked_person(user_id)
    name = str(credential.get("id"))
    passkey = user.passkeys.filter(credential_id=name).first() if NAME.fullmatch(name) else None
    if passkey is None:
        raise PasskeyRefused
    signed = _checked(
        lambda: verify_authentication_response(
            credential=credential,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            **_expected(challenge),
        )
    )
    passkey.sign_count, passkey.last_used_at = signed.new_sign_count, timezone.now()
    passkey.save(update_fields=["sign_count", "last_used_at", "updated_at"])
    return passkey


def _expected(challenge: str) -> dict[str, Any]:
    return {
        "expected_challenge": base64url_to_bytes(challenge),
        "expected_rp_id": relying_party(),
        "expected_origin": settings.SITE_URL,
    }


def _checked(check: Callable[[], T]) -> T:
    try:
        return check()
    except Exception as error:  # what strangers send: some of it the library notices by failing
        raise PasskeyRefused from error


def _transports(credential: dict[str, Any]) -> list[str]:
    """How the browser reaches it, as far as known: a later sign-in asks there."""
    known = parse_registration_credential_json(credential).response.transports or []
    return [transport.value for transport in known]
