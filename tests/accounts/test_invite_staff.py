import pytest
from django.test import Client

from accounts import commands as accounts
from accounts.errors import EmailInvalid, EmailTaken, OwnersOnly, UnknownRole
from accounts.models import User
from tests import factories, staff
from tests.accounts.letters import letters

pytestmark = pytest.mark.django_db
EMAIL = "wanda@example.com"
PASSWORD = "a kettle on the hob"


def invite(by: User, **facts: str) -> User:
    return accounts.invite_staff(
        **{"email": EMAIL, "role": "employee", **facts}, groups=["warehouse"], by=by.pk
    )


def test_mails_a_link_that_sets_the_first_password(client: Client) -> None:
    user = invite(staff.owner(), email=" Wanda@Example.com")

    [letter] = letters()
    assert (letter.kind, letter.to) == ("accounts/invitation", EMAIL)
    assert (sorted(letter.facts), letter.facts["hours"]) == (["hours", "token"], 72)
    assert (user.role, user.email_verified) == ("employee", False)
    assert [group.name for group in user.groups.all()] == ["warehouse"]
    assert not user.has_usable_password()
    accounts.reset_password(token=letter.facts["token"], password=PASSWORD)
    response = client.post("/accounts/login/", {"username": EMAIL, "password": PASSWORD})
    assert response["Location"] == "/account/second-factor/"


@pytest.mark.parametrize("role", ["manager", "merchant", "employee", "customer"])
def test_only_owners_may(role: str) -> None:
    with pytest.raises(OwnersOnly):
        invite(factories.UserFactory.create(role=role))

    assert not User.objects.filter(email=EMAIL).exists()
    assert letters() == []


def test_refuses_the_email_of_an_account() -> None:
    factories.UserFactory.create(email=EMAIL)

    with pytest.raises(EmailTaken):
        invite(staff.owner())

    assert User.objects.get(email=EMAIL).role == "customer"
    assert letters() == []


@pytest.mark.parametrize("role", ["customer", "boss"])
def test_refuses_what_is_no_work_here(role: str) -> None:
    with pytest.raises(UnknownRole):
        invite(staff.owner(), role=role)

    assert not User.objects.filter(email=EMAIL).exists()


def test_refuses_what_is_no_email() -> None:
    with pytest.raises(EmailInvalid):
        invite(staff.owner(), email="wanda")
