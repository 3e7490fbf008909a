import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import commands as accounts
from accounts.models import TotpDevice, User
from tests import factories, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create(email="olive@example.com")


def code(email: str = "olive@example.com") -> str:
    output = io.StringIO()
    call_command("staff_code", email, stdout=output)
    return output.getvalue().strip()


@pytest.mark.parametrize(
    "site", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8010"]
)
def test_shows_what_the_app_shows(user: User, settings: Settings, site: str) -> None:
    device = staff.app_of(user)
    settings.SITE_URL = site

    assert accounts.check_code(user_id=user.pk, code=code("Olive@example.com")) == device


def test_shows_another_one_once_it_was_used(user: User) -> None:
    staff.app_of(user)
    for _ in range(2):
        accounts.check_code(user_id=user.pk, code=code())

    with pytest.raises(CommandError, match=r"Try again in [1-9][0-9]? seconds\."):
        code()


@pytest.mark.parametrize(
    "site",
    ["https://shop.example", "http://shop.example", "https://127.0.0.1", "http://10.0.0.5:8000"],
)
def test_refuses_where_others_can_come(user: User, settings: Settings, site: str) -> None:
    staff.app_of(user)
    settings.SITE_URL, settings.DEBUG = site, False

    with pytest.raises(CommandError, match="no developer's machine"):
        code()


def test_says_so_without_an_app(user: User) -> None:
    accounts.begin_totp(user_id=user.pk)

    for email in ("olive@example.com", "nobody@example.com"):
        with pytest.raises(CommandError, match="has no authenticator app"):
            code(email)

    assert TotpDevice.objects.get().last_step is None
