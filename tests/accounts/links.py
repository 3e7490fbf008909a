"""Mailed links, as whoever reads the mails has them."""

from accounts import commands
from accounts.models import User
from tests import factories
from tests.accounts.letters import letters

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"


def token_of(kind: str) -> str:
    """Return the token in the last mail of a kind."""
    found = [letter for letter in letters() if letter.kind == kind]
    assert found, f"no mail {kind}"
    return str(found[-1].facts["token"])


def registered() -> User:
    """Somebody who has not verified their address yet."""
    commands.register(email=EMAIL, password=PASSWORD)
    return User.objects.get(email=EMAIL)


def shopper(email: str = EMAIL) -> User:
    """Somebody with a verified address."""
    return factories.UserFactory.create(email=email)
