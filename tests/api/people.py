"""People with an app: an account and a device that is signed in."""

from dataclasses import dataclass
from uuid import UUID

from accounts import access_tokens
from accounts import commands as accounts
from accounts.access_tokens import Caller
from accounts.models import User
from tests import factories

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class AppUser:
    """`access` and `refresh` are the tokens of the device."""

    user: User
    family: UUID
    access: str
    refresh: str


def app_user(email: str = "ada@example.com", *, device: str = "Phone") -> AppUser:
    """Make an account, with the password PASSWORD, and sign its owner's phone in."""
    return on_a_device(factories.UserFactory.create(email=email), device)


def on_a_device(user: User, device: str) -> AppUser:
    """Sign one more device in."""
    signed_in = accounts.sign_in(user_id=user.pk, device=device, ip="192.0.2.7")
    caller = Caller(user_id=user.pk, family=signed_in.family)
    return AppUser(user, signed_in.family, access_tokens.issue(caller), signed_in.refresh_token)
