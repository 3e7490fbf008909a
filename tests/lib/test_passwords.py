import gzip
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import bcrypt
import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from accounts import commands
from accounts.models import User
from shopflow import settings as written
from shopflow.lib import passwords
from shopflow.lib.errors import Busy
from shopflow.lib.passwords import NotCommon, in_turn
from tests.ledger import ledger

PASSPHRASE = "läuft der hund im grünen wald dann lacht die sonne überall & bald"


def codes(password: str, *, email: str = "") -> set[str]:
    """Why it is refused."""
    try:
        validate_password(password, User(email=email))
    except ValidationError as refused:
        return {error.code for error in refused.error_list if error.code}
    return set()


def most_common(number: int) -> list[str]:
    """The list begins with the most common ones."""
    with gzip.open(CommonPasswordValidator().DEFAULT_PASSWORD_LIST_PATH, "rt") as lines:
        return [line.strip() for line, _ in zip(lines, range(number), strict=False)]


def test_of_the_3000_most_common_none_is_taken() -> None:
    common = most_common(3000)

    assert common[:3] == ["123456", "123456789", "qwerty"]
    assert [password for password in common if not codes(password)] == []


def test_of_the_3000_most_common_none_is_taken_for_its_length_alone() -> None:
    judge = NotCommon()

    for password in most_common(3000):
        with pytest.raises(ValidationError):
            judge.validate(password)


@pytest.mark.parametrize("password", ["Sunshine2024!", "!!princess!!123", "~Qwertyuiop~1"])
def test_a_common_one_stays_common_with_digits_and_signs(password: str) -> None:
    assert "password_too_common" in codes(password)


@pytest.mark.parametrize(
    "password", ["ShopFlow2024!", "shopflow-1234", "buyers-1", "buyers-shop-99", "1111Buyers"]
)
def test_the_shop_s_name_and_address_are_no_password(settings: Settings, password: str) -> None:
    settings.SITE_URL = "https://buyers.shop"

    assert "password_of_this_shop" in codes(password)


def test_one_s_own_e_mail_is_no_password() -> None:
    mail = "lovelace@engines.example"

    assert "password_of_this_shop" in codes("lovelace1843", email=mail)
    assert "password_of_this_shop" in codes("engines-2024", email=mail)
    assert codes("lovelace1843", email="bob@hills.example") == set()


@pytest.mark.parametrize(
    "password",
    [
        PASSPHRASE,
        "correct horse battery",
        "shopkeepers dream of sheep",
        "bbbbbbbbaaaa cccc",
        "ъмзфюлйшьз",
        "a" * 9 + " " + "b" * 54,
    ],
)
def test_long_ones_are_taken_whatever_they_are_made_of(password: str) -> None:
    assert codes(password) == set()


def test_nine_characters_are_too_few() -> None:
    assert codes("xkcd-9361") == {"password_too_short"}
    assert codes("xkcd-93612") == set()


def test_every_character_of_a_long_one_counts(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS
    long = PASSPHRASE * 4

    kept = make_password(long)

    assert check_password(long, kept)
    assert not check_password(long[:-1], kept)
    assert not check_password(long.encode()[:72].decode(errors="ignore"), kept)


def test_are_hashed_with_the_numbers_of_owasp(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS

    assert make_password("correct horse battery").startswith(
        "argon2$argon2id$v=19$m=19456,t=2,p=1$"
    )


@pytest.mark.django_db
def test_a_hash_with_other_numbers_is_made_anew_at_login(
    client: Client, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = commands.create_customer(email="ada@example.com", password="correct horse battery")
    assert "m=102400" in user.password
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS

    data = {"username": "ada@example.com", "password": "correct horse battery"}
    assert client.post("/accounts/login/", data).status_code == 303

    user.refresh_from_db()
    assert "m=19456,t=2,p=1" in user.password


@ledger("S0-29", "S4-3")
@pytest.mark.django_db
def test_a_hash_of_another_shop_opens_and_is_made_anew_at_login(
    client: Client, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS
    user = commands.create_customer(email="ada@example.com", password="something else")
    # As `htpasswd -B`, PHP and Rails write it: bcrypt, cost 4.
    brought = bcrypt.hashpw(b"correct horse battery", bcrypt.gensalt(4)).decode()
    User.objects.filter(pk=user.pk).update(password=f"bcrypt${brought}")

    data = {"username": "ada@example.com", "password": "correct horse"}
    assert client.post("/accounts/login/", data).status_code == 401
    data["password"] += " battery"
    assert client.post("/accounts/login/", data).status_code == 303

    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")


def test_one_is_hashed_at_a_time_and_who_comes_when_two_wait_is_told_so() -> None:
    entered, go_on = Event(), Event()
    done: list[str] = []

    def hashes(name: str) -> None:
        with in_turn():
            entered.set()
            go_on.wait(10)
            done.append(name)

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(hashes, "first")
        assert entered.wait(10)
        waiting = [pool.submit(hashes, "later") for _ in range(passwords.WAITING)]
        while passwords._room.acquire(blocking=False):
            passwords._room.release()

        with pytest.raises(Busy):
            make_with_shop_s_hasher()

        assert done == []
        go_on.set()
        for each in (first, *waiting):
            each.result(10)
    assert done == ["first", "later", "later"]
    assert make_with_shop_s_hasher().startswith("argon2$")


def make_with_shop_s_hasher() -> str:
    return passwords.Argon2id().encode("correct horse battery", "some salt")


@pytest.mark.django_db
def test_a_login_that_finds_no_place_is_asked_to_come_again(
    client: Client, settings: Settings
) -> None:
    user = commands.create_customer(email="ada@example.com", password="correct horse battery")
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS
    places = passwords.HASHING + passwords.WAITING
    for _ in range(places):
        assert passwords._room.acquire(blocking=False)
    try:
        data = {"username": user.email, "password": "correct horse battery"}
        answer = client.post("/accounts/login/", data)
        home = client.get("/cart/")
    finally:
        passwords._room.release(places)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "very busy" in answer.content.decode()
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert home.status_code == 200
