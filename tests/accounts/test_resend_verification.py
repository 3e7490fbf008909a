import pytest

from accounts import commands
from accounts.errors import EmailInvalid
from accounts.models import User
from shopflow.lib.limits import TooManyTries
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, registered, shopper, token_of

pytestmark = pytest.mark.django_db


def test_sends_another_link() -> None:
    registered()
    first = token_of("accounts/verify")

    commands.resend_verification(email=" ADA@example.com")

    second = token_of("accounts/verify")
    assert second != first
    commands.verify_email(token=second)
    assert User.objects.get().email_verified


def test_an_address_that_needs_none_hears_so() -> None:
    shopper()

    commands.resend_verification(email=EMAIL)

    assert [(letter.kind, letter.to) for letter in letters()] == [("accounts/known", EMAIL)]


@pytest.mark.parametrize("is_deactivated", [True, False])
def test_an_address_without_an_account_hears_so(is_deactivated: bool) -> None:
    if is_deactivated:
        registered()
        User.objects.update(is_active=False)

    commands.resend_verification(email=EMAIL)

    assert (letters()[-1].kind, letters()[-1].to) == ("accounts/no_account", EMAIL)


def test_refuses_what_is_no_address() -> None:
    with pytest.raises(EmailInvalid):
        commands.resend_verification(email="ada")

    assert letters() == []


def test_nobody_is_mailed_without_end() -> None:
    for _ in range(5):
        commands.resend_verification(email=EMAIL)

    with pytest.raises(TooManyTries):
        commands.resend_verification(email=EMAIL)

    assert len(letters()) == 5
