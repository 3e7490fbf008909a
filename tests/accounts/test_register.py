import pytest
from django.core.cache import cache

from accounts import commands
from accounts.errors import EmailInvalid, NameInvalid, PasswordRefused
from accounts.models import User, VerificationToken
from shopflow.lib.limits import TooManyTries
from shopflow.lib.models import OutboxMessage
from shopflow.lib.roles import Role
from shopflow.lib.secrets import digest
from shopflow.lib.transactions import acting_as
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, PASSWORD, shopper
from tests.books import books

pytestmark = pytest.mark.django_db


def test_makes_an_account_that_waits_for_its_address() -> None:
    commands.register(email=" Ada@Example.com", password=PASSWORD, first_name="  Ada ")

    user = User.objects.get()
    assert (user.email, user.first_name, user.last_name) == (EMAIL, "Ada", "")
    assert (user.email_verified, user.is_active, user.role) == (False, True, "customer")
    assert user.check_password(PASSWORD)


def test_mails_a_link_of_which_only_a_digest_is_kept() -> None:
    commands.register(email=EMAIL, password=PASSWORD)

    [letter] = letters()
    assert (letter.kind, letter.to, letter.facts["hours"]) == ("accounts/verify", EMAIL, 72)
    token = str(letter.facts["token"])
    assert len(token) == 43
    kept = VerificationToken.objects.get()
    assert (kept.token_hash, kept.email, kept.purpose) == (digest(token), EMAIL, "registration")
    assert (kept.expires_at - kept.created_at).days in {2, 3}
    assert token not in str(OutboxMessage.objects.values())


def test_tells_the_owner_of_a_known_address_and_changes_nothing() -> None:
    shopper()
    before = books()

    commands.register(email="ADA@example.com", password="another password of mine")

    after = books()
    assert [letter.kind for letter in letters()] == ["accounts/known"]
    assert letters()[0].facts == {}
    assert {name for name in after if after[name] != before[name]} == {"outbox_messages"}


def test_a_second_registration_does_not_change_the_first_one() -> None:
    commands.register(email=EMAIL, password=PASSWORD)

    commands.register(email=EMAIL, password="what a stranger chose")

    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert [letter.kind for letter in letters()] == ["accounts/verify", "accounts/known"]


def test_takes_the_address_of_somebody_who_left() -> None:
    commands.close_account(user_id=shopper().pk, by=None)

    commands.register(email=EMAIL, password=PASSWORD)

    assert [letter.kind for letter in letters()] == ["accounts/verify"]
    assert User.objects.filter(email=EMAIL, deleted_at=None).count() == 1


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@example.com", "a da@example.com", "ada\0@example.com", "ada@example.com\n"
     "bcc: x@example.com", f"{'a' * 250}@example.com"],
)  # fmt: skip
def test_refuses_what_is_no_address(email: str) -> None:
    before = books()

    with pytest.raises(EmailInvalid) as refused:
        commands.register(email=email, password=PASSWORD)

    assert (refused.value.code, refused.value.status) == ("email_invalid", 400)
    assert books() == before


@pytest.mark.parametrize(
    "password", ["", "short", "password123", "1234567890123", "ada@example.com", "x" * 1001, "a\0b"]
)
def test_refuses_a_weak_password_with_reasons(password: str) -> None:
    before = books()

    with pytest.raises(PasswordRefused) as refused:
        commands.register(email=EMAIL, password=password)

    assert (refused.value.code, refused.value.status) == ("password_refused", 400)
    assert refused.value.extra["reasons"]
    assert books() == before


@pytest.mark.parametrize("name", ["x" * 101, "Ada\0", "\x1b[31m", "\u202eada"])
def test_refuses_an_odd_name(name: str) -> None:
    with pytest.raises(NameInvalid):
        commands.register(email=EMAIL, password=PASSWORD, first_name=name)

    assert not User.objects.exists()


def test_nobody_is_mailed_without_end() -> None:
    for _ in range(5):
        commands.register(email=EMAIL, password=PASSWORD)

    with pytest.raises(TooManyTries) as refused:
        commands.register(email=EMAIL, password=PASSWORD)

    assert refused.value.extra["retry_after"] <= 720
    assert len(letters()) == 5


def test_one_network_does_not_register_without_end() -> None:
    for number in range(20):
        commands.register(email=f"ada{number}@example.com", password=PASSWORD)

    with pytest.raises(TooManyTries):
        commands.register(email="one.more@example.com", password=PASSWORD)

    assert User.objects.count() == 20
    cache.clear()


def test_pages_may_do_it() -> None:
    with acting_as(None, role=Role.APP):
        commands.register(email=EMAIL, password=PASSWORD)

    assert User.objects.get().email == EMAIL
