import pytest

from accounts import commands
from accounts.errors import EmailTaken
from accounts.models import User
from tests.books import books

pytestmark = pytest.mark.django_db


def test_makes_a_shopper() -> None:
    user = commands.create_customer(
        email=" Ada@Example.COM ", password="correct horse battery", first_name="Ada"
    )

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.first_name, user.role) == ("ada@example.com", "Ada", "customer")
    assert user.check_password("correct horse battery")
    assert (user.email_verified, user.is_active) == (True, True)
    assert (user.is_staff, user.is_superuser) == (False, False)


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com", " ada@EXAMPLE.com"])
def test_refuses_an_email_that_has_an_account(email: str) -> None:
    commands.create_customer(email="ada@example.com", password="correct horse battery")
    before = books()

    with pytest.raises(EmailTaken) as refused:
        commands.create_customer(email=email, password="another password")

    assert (refused.value.code, refused.value.status) == ("email_taken", 409)
    assert books() == before


def test_takes_the_email_of_somebody_who_left() -> None:
    first = commands.create_customer(email="ada@example.com", password="correct horse battery")
    User.objects.filter(pk=first.pk).update(deleted_at=first.created_at, is_active=False)

    second = commands.create_customer(email="ada@example.com", password="correct horse battery")

    assert User.objects.get_by_natural_key("ADA@example.com") == second
