import pytest

from accounts import commands
from accounts.errors import PasswordWrong, UserNotFound
from accounts.models import User
from shopflow.lib.limits import TooManyTries
from tests.accounts.links import PASSWORD, shopper

pytestmark = pytest.mark.django_db


def test_returns_the_person() -> None:
    user = shopper()

    assert commands.prove_password(user_id=user.pk, password=PASSWORD) == user


def test_refuses_a_wrong_one_and_counts_it() -> None:
    user = shopper()
    for _ in range(10):
        with pytest.raises(PasswordWrong):
            commands.prove_password(user_id=user.pk, password="wrong")

    with pytest.raises(TooManyTries):
        commands.prove_password(user_id=user.pk, password=PASSWORD)


def test_a_right_one_counts_nothing() -> None:
    user = shopper()

    for _ in range(20):
        commands.prove_password(user_id=user.pk, password=PASSWORD)


def test_refuses_a_deactivated_account() -> None:
    user = shopper()
    User.objects.update(is_active=False)

    with pytest.raises(UserNotFound):
        commands.prove_password(user_id=user.pk, password=PASSWORD)
