import pytest

from accounts import commands
from accounts.errors import EmailInvalid
from accounts.models import PasswordReset, User
from shopflow.lib.limits import TooManyTries
from shopflow.lib.roles import Role
from shopflow.lib.secrets import digest
from shopflow.lib.transactions import acting_as
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, shopper

pytestmark = pytest.mark.django_db


def test_mails_a_link_of_which_only_a_digest_is_kept() -> None:
    shopper()

    commands.ask_for_reset(email=" ADA@example.com ")

    [letter] = letters()
    assert (letter.kind, letter.to, letter.facts["minutes"]) == ("accounts/reset", EMAIL, 30)
    kept = PasswordReset.objects.get()
    assert (kept.token_hash, kept.purpose) == (digest(letter.facts["token"]), "forgotten")
    assert 1799 <= (kept.expires_at - kept.created_at).total_seconds() <= 1800


@pytest.mark.parametrize("is_deactivated", [True, False])
def test_an_address_without_an_account_hears_so(is_deactivated: bool) -> None:
    if is_deactivated:
        shopper()
        User.objects.update(is_active=False)

    commands.ask_for_reset(email=EMAIL)

    assert [(one.kind, one.to, one.facts) for one in letters()] == [
        ("accounts/no_account", EMAIL, {})
    ]
    assert not PasswordReset.objects.exists()


def test_refuses_what_is_no_address() -> None:
    with pytest.raises(EmailInvalid):
        commands.ask_for_reset(email="ada\0@example.com")

    assert letters() == []


def test_nobody_is_mailed_without_end() -> None:
    shopper()
    for _ in range(5):
        commands.ask_for_reset(email=EMAIL)

    with pytest.raises(TooManyTries):
        commands.ask_for_reset(email=EMAIL)

    assert len(letters()) == 5


def test_pages_may_do_it() -> None:
    shopper()

    with acting_as(None, role=Role.APP):
        commands.ask_for_reset(email=EMAIL)

    assert PasswordReset.objects.count() == 1
