"""What a browser is told before it makes or uses a passkey (WebAuthn level 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

from accounts.models import Passkey, User
from accounts.models.factors import ISSUER


@dataclass(frozen=True)
class Options:
    """`json` goes to the browser; the base64url `challenge` has to come back signed, once."""

    json: str
    challenge: str


def relying_party() -> str:
    """Return the name passkeys of this shop belong to: its host."""
    return urlsplit(settings.SITE_URL).hostname or ""


def creation_options(user_id: UUID) -> Options:
    """Return what a new passkey is made with; authenticators that have one already say no."""
    user = User.objects.get(pk=user_id)
    options = generate_registration_options(
        rp_id=relying_party(),
        rp_name=ISSUER,
        user_name=user.email,
        user_id=user.pk.bytes,
        exclude_credentials=_descriptors(user.passkeys.all()),
    )
    return Options(options_to_json(options), bytes_to_base64url(options.challenge))


def request_options(user_id: UUID) -> Options:
    """Return what one of somebody's passkeys is asked with."""
    passkeys = Passkey.objects.filter(user=user_id, confirmed=True)
    options = generate_authentication_options(
        rp_id=relying_party(), allow_credentials=_descriptors(passkeys)
    )
    return Options(options_to_json(options), bytes_to_base64url(options.challenge))


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(passkey.credential_id),
            transports=[AuthenticatorTransport(name) for name in passkey.transports] or None,
        )
        for passkey in passkeys
    ]
