import pytest

from accounts import commands
from accounts.errors import EmailTaken
from accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    ("role", "is_superuser"),
    [("merchant", False), ("employee", False), ("manager", False), ("admin", True)],
)
def test_makes_somebody_who_works_here(role: str, is_superuser: bool) -> None:
    user = commands.create_staff(email="Bob@example.com", password=PASSWORD, role=role)

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.role) == ("bob@example.com", role)
    assert (user.is_staff, user.is_superuser) == (True, is_superuser)
    assert user.check_password(PASSWORD)


def test_refuses_an_email_that_has_an_account() -> None:
    commands.create_customer(email="bob@example.com", password=PASSWORD)

    with pytest.raises(EmailTaken):
        commands.create_staff(email="bob@example.com", password=PASSWORD, role="admin")

    assert User.objects.get().role == "customer"
