import unicodedata
from datetime import timedelta

import pytest
from django.core.cache import cache
from pytest_django import Settings

from accounts import commands
from accounts.commands import logins
from accounts.errors import EmailNotVerified, LoginRefused
from accounts.models import User
from shopflow import settings as written
from shopflow.lib import context
from shopflow.lib.limits import CantCount, TooManyTries
from tests.accounts.links import EMAIL, PASSWORD, registered, shopper
from tests.ledger import ledger
from tests.limiting import pass_time, without_redis

pytestmark = pytest.mark.django_db
THIEF, HOME = "198.51.100.7", "203.0.113.9"
FIRST_QUARTER = timedelta(minutes=15)


def tried(password: str, address: str, email: str = EMAIL) -> str:
    """Try to log in from an address; return what it came to."""
    with context.bound(ip_address=address):
        try:
            commands.check_login(email=email, password=password)
        except (LoginRefused, TooManyTries) as refusal:
            return refusal.code
    return "in"


def guessed(address: str, times: int) -> list[str]:
    return [tried("wrong", address) for _ in range(times)]


@pytest.mark.parametrize("email", [EMAIL, " ADA@example.com", "Ada@Example.Com"])
def test_returns_who_it_is(email: str) -> None:
    user = shopper()

    assert commands.check_login(email=email, password=PASSWORD) == user


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        (EMAIL, PASSWORD.upper()),
        (EMAIL, f"{PASSWORD} "),
        (EMAIL, ""),
        (EMAIL, "x" * 100_000),
        (EMAIL, f"{PASSWORD}\0"),
        ("nobody@example.com", PASSWORD),
        (f"{EMAIL}\0", PASSWORD),
        ("a" * 100_000, PASSWORD),
        ("", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_refuses_everybody_else_alike(email: str, password: str) -> None:
    shopper()

    with pytest.raises(LoginRefused) as refused:
        commands.check_login(email=email, password=password)

    assert (refused.value.code, refused.value.status) == ("login_refused", 401)
    assert str(refused.value) == "E-mail and password don't match. Please try again."


@pytest.mark.parametrize("how", ["closed", "deactivated"])
def test_lets_nobody_into_an_account_that_is_over(how: str) -> None:
    user = shopper()
    if how == "closed":
        commands.close_account(user_id=user.pk, by=None)
    else:
        User.objects.update(is_active=False)

    with pytest.raises(LoginRefused):
        commands.check_login(email=EMAIL, password=PASSWORD)


@ledger("S2-37")
def test_asks_for_a_verified_address_once_the_password_is_right() -> None:
    registered()

    with pytest.raises(LoginRefused):
        commands.check_login(email=EMAIL, password="wrong")
    with pytest.raises(EmailNotVerified) as refused:
        commands.check_login(email=EMAIL, password=PASSWORD)

    assert (refused.value.code, refused.value.status) == ("email_not_verified", 403)


def test_a_shop_may_do_without(settings: Settings) -> None:
    settings.LOGIN_NEEDS_VERIFIED_EMAIL = False

    user = registered()

    assert commands.check_login(email=EMAIL, password=PASSWORD) == user


def test_a_passphrase_of_64_characters_counts_to_its_last_one(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS
    passphrase = "Größer als Ärger: 雨の日も晴れの日も 🐎🔋 корректно и долго так".ljust(64, "ß")
    assert len(passphrase) == 64
    user = commands.create_customer(email=EMAIL, password=passphrase)

    assert commands.check_login(email=EMAIL, password=passphrase) == user
    with pytest.raises(LoginRefused):
        commands.check_login(email=EMAIL, password=passphrase[:-1])


def test_an_accent_is_the_same_however_it_is_typed() -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée à deux")
    apart = unicodedata.normalize("NFD", composed)
    assert composed != apart
    user = commands.create_customer(email=EMAIL, password=apart)

    assert commands.check_login(email=EMAIL, password=composed) == user
    assert commands.check_login(email=EMAIL, password=apart) == user


def test_ten_guesses_at_an_address_and_no_more() -> None:
    shopper()

    assert guessed(THIEF, 11) == ["login_refused"] * 10 + ["too_many_tries"]
    # Nor the right one, from there.
    assert tried(PASSWORD, THIEF) == "too_many_tries"


def test_a_refusal_says_how_long_to_wait() -> None:
    shopper()
    guessed(THIEF, 10)

    with context.bound(ip_address=THIEF), pytest.raises(TooManyTries) as refused:
        commands.check_login(email=EMAIL, password=PASSWORD)

    assert 0 < refused.value.extra["retry_after"] <= 90


def test_a_thief_does_not_lock_the_owner_out() -> None:
    shopper()
    for number in range(50):
        guessed(f"198.51.100.{number}", 20)

    assert tried(PASSWORD, HOME) == "in"


def test_who_mistyped_meanwhile_gets_in_after_a_quarter_of_an_hour_at_most() -> None:
    shopper()
    for number in range(50):
        guessed(f"198.51.100.{number}", 20)
    assert guessed(HOME, 2) == ["login_refused", "too_many_tries"]

    pass_time(logins.FIRST, f"{EMAIL} {HOME}", FIRST_QUARTER)

    assert tried(PASSWORD, HOME) == "in"


def test_many_addresses_share_the_guesses_at_an_account() -> None:
    """A thousand guesses from 50 addresses: one each, and ten more for all of them in an hour."""
    shopper()

    outcomes = [code for number in range(50) for code in guessed(f"198.51.100.{number}", 20)]

    assert outcomes.count("login_refused") == 50 + 10
    assert outcomes.count("too_many_tries") == 1000 - 60


def test_addresses_of_one_ipv6_network_count_as_one() -> None:
    shopper()

    outcomes = [code for number in range(20) for code in guessed(f"2001:db8:1:2::{number:x}", 1)]

    assert outcomes.count("login_refused") == 10


def test_one_network_does_not_guess_at_every_account() -> None:
    for number in range(120):
        tried("wrong", THIEF, f"shopper{number}@example.com")

    assert tried("wrong", THIEF, "one.more@example.com") == "too_many_tries"
    assert tried("wrong", HOME, "one.more@example.com") == "login_refused"


def test_who_gets_in_has_tried_nothing() -> None:
    shopper()

    assert {tried(PASSWORD, HOME) for _ in range(30)} == {"in"}


def test_unknown_accounts_are_counted_alike() -> None:
    assert guessed(THIEF, 11) == ["login_refused"] * 10 + ["too_many_tries"]


def test_nobody_gets_in_while_tries_cannot_be_counted(settings: Settings) -> None:
    shopper()
    without_redis(settings)

    with pytest.raises(CantCount) as refused:
        commands.check_login(email=EMAIL, password=PASSWORD)

    assert refused.value.status == 503
    cache.clear()
