import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import commands
from accounts.errors import UserNotFound
from accounts.models import User, UserSession
from shopflow.lib.models import AuditLog
from shopflow.lib.secrets import digest
from tests import factories
from tests.accounts.letters import letters
from tests.books import books

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NEWER_FIREFOX = FIREFOX.replace("128", "140")
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def user(db: None) -> User:
    """Somebody who has been with us for a year."""
    user = factories.UserFactory.create(email="ada@example.com")
    User.objects.update(created_at=timezone.now() - timedelta(days=365))
    return user


def test_keeps_an_app_signed_in(user: User) -> None:
    signed_in = commands.sign_in(user_id=user.pk, device="Ada's phone", ip="192.0.2.7")

    row = UserSession.objects.get()
    assert (row.user, row.family, row.parent) == (user, signed_in.family, None)
    assert (row.device, row.ip) == ("Ada's phone", "192.0.2.7")
    assert row.refresh_token_hash == digest(signed_in.refresh_token)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", signed_in.refresh_token)
    assert (row.used_at, row.revoked_at) == (None, None)
    assert row.signed_in_at == row.created_at
    assert row.expires_at == signed_in.expires_at
    assert abs(row.expires_at - row.created_at - timedelta(days=30)) < timedelta(minutes=1)


def test_keeps_no_token(user: User) -> None:
    token = commands.sign_in(user_id=user.pk, device="", ip=None).refresh_token

    assert token not in str(UserSession.objects.values().get())


def test_gives_each_a_family_and_a_token_of_its_own(user: User) -> None:
    first = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    second = commands.sign_in(user_id=user.pk, device="Phone", ip=None)

    assert first.family != second.family
    assert first.refresh_token != second.refresh_token


def test_notes_an_apps_login(user: User) -> None:
    commands.sign_in(user_id=user.pk, device="Phone", ip=None)

    user.refresh_from_db()
    entry = AuditLog.objects.get()
    assert user.last_login is not None
    assert (entry.action, entry.entity_type, entry.entity_id) == ("login", "user", str(user.pk))
    assert entry.user_id == user.pk


def test_leaves_the_note_of_a_browsers_login_to_django(user: User) -> None:
    commands.sign_in(user_id=user.pk, device=FIREFOX, ip=None, is_browser=True)

    assert not AuditLog.objects.exists()


def test_keeps_a_browser_signed_in_for_as_long_as_its_session(user: User) -> None:
    commands.sign_in(user_id=user.pk, device=FIREFOX, ip=None, is_browser=True)

    row = UserSession.objects.get()
    life = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert abs(row.expires_at - row.created_at - life) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("curl/8.5.0", "Browser"),
        ("", "Browser"),
    ],
)
def test_names_a_browser(user: User, user_agent: str, name: str) -> None:
    commands.sign_in(user_id=user.pk, device=user_agent, ip=None, is_browser=True)

    assert UserSession.objects.get().device == name


def test_keeps_a_line_of_what_an_app_calls_itself(user: User) -> None:
    name = " Ada's\r\n\tphone\0 \u202e\ud800 📱 " + "x" * 300

    commands.sign_in(user_id=user.pk, device=name, ip=None)

    assert UserSession.objects.get().device == "Ada's phone 📱 " + "x" * 186


def test_tells_of_a_new_device(user: User) -> None:
    commands.sign_in(user_id=user.pk, device="Phone", ip="192.0.2.7")

    [letter] = letters()
    assert (letter.kind, letter.to) == ("accounts/new_device", "ada@example.com")
    assert (letter.facts["device"], letter.facts["ip"]) == ("Phone", "192.0.2.7")
    assert re.fullmatch(r"\d+ \w+ \d{4}, \d\d:\d\d UTC", letter.facts["when"])


def test_tells_nothing_of_a_known_device(user: User) -> None:
    commands.sign_in(user_id=user.pk, device=FIREFOX, ip="192.0.2.7", is_browser=True)

    commands.sign_in(user_id=user.pk, device=NEWER_FIREFOX, ip="192.0.2.8", is_browser=True)

    assert len(letters()) == 1


def test_tells_of_somebody_elses_device(user: User) -> None:
    other = factories.UserFactory.create(email="eve@example.com")
    commands.sign_in(user_id=other.pk, device="Phone", ip=None)

    commands.sign_in(user_id=user.pk, device="Phone", ip=None)

    assert [letter.to for letter in letters()] == ["ada@example.com"]


def test_tells_nothing_of_the_first_device_of_a_new_account(user: User) -> None:
    newcomer = factories.UserFactory.create()

    commands.sign_in(user_id=newcomer.pk, device="Phone", ip=None)
    assert letters() == []

    commands.sign_in(user_id=newcomer.pk, device="Tablet", ip=None)
    assert [letter.facts["device"] for letter in letters()] == ["Tablet"]


def test_lets_nobody_in_who_left(user: User) -> None:
    User.objects.update(is_active=False)
    before = books()

    with pytest.raises(UserNotFound):
        commands.sign_in(user_id=user.pk, device="Phone", ip=None)

    assert books() == before
