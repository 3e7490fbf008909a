from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts import commands as accounts
from accounts.commands.factors import TRIES
from accounts.errors import CodeRefused
from accounts.models import RecoveryCode, User
from shopflow.lib.limits import CantCount, TooManyTries
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.accounts.letters import letters
from tests.limiting import pass_time, without_redis

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


def test_takes_what_the_app_shows(user: User) -> None:
    device = staff.app_of(user)

    assert accounts.check_code(user_id=user.pk, code=staff.code_of(device)) == device


@pytest.mark.parametrize("steps", [-1, 1])
def test_takes_a_code_of_a_clock_half_a_minute_off(user: User, steps: int) -> None:
    device = staff.app_of(user)

    assert accounts.check_code(user_id=user.pk, code=staff.code_of(device, steps=steps)) == device


@pytest.mark.parametrize("steps", [-3, 3])
def test_refuses_an_older_or_later_one(user: User, steps: int) -> None:
    device = staff.app_of(user)

    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=staff.code_of(device, steps=steps))


def test_takes_a_code_once(user: User) -> None:
    code = staff.code_of(staff.app_of(user))
    accounts.check_code(user_id=user.pk, code=code)

    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=code)


def test_takes_no_code_from_before_the_last_one(user: User) -> None:
    device = staff.app_of(user)
    accounts.check_code(user_id=user.pk, code=staff.code_of(device, steps=1))

    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=staff.code_of(device))


def test_takes_nobody_elses_code(user: User) -> None:
    staff.app_of(user)
    other = accounts.give_totp(user_id=factories.UserFactory.create().pk)

    for code in (staff.code_of(other.factor), other.codes[0]):
        with pytest.raises(CodeRefused):
            accounts.check_code(user_id=user.pk, code=code)

    assert not RecoveryCode.objects.exclude(used_at=None).exists()


@pytest.mark.parametrize("how", [str, str.upper, lambda code: code.replace("-", " ")])
def test_takes_a_recovery_code_once_however_it_is_typed(user: User, how: object) -> None:
    code = accounts.give_totp(user_id=user.pk).codes[3]
    typed = how(code)  # type: ignore[operator]  # a function of a text

    factor = accounts.check_code(user_id=user.pk, code=typed)

    assert factor == RecoveryCode.objects.exclude(used_at=None).get()
    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=typed)
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_tells_by_mail_that_a_recovery_code_was_used(user: User) -> None:
    code = accounts.give_totp(user_id=user.pk).codes[0]

    accounts.check_code(user_id=user.pk, code=code)

    assert letters()[-1].facts == {"what": "A recovery code was used to log in."}


@pytest.mark.parametrize("code", ["", "12345", "a" * 24, "\N{PILE OF POO}" * 6, "１２３４５６"])
def test_refuses_anything_else(user: User, code: str) -> None:
    staff.app_of(user)

    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=code)


def test_writes_a_wrong_code_down(user: User) -> None:
    staff.app_of(user)

    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code="wrong")

    entry = AuditLog.objects.get()
    assert (entry.action, entry.entity_id) == ("login_failed", str(user.pk))
    assert entry.new_values == {"second_factor": "refused"}


def test_after_ten_wrong_ones_the_right_one_has_to_wait(user: User) -> None:
    device = staff.app_of(user)
    for _ in range(10):
        with pytest.raises(CodeRefused):
            accounts.check_code(user_id=user.pk, code="wrong")

    with pytest.raises(TooManyTries) as refused:
        accounts.check_code(user_id=user.pk, code=staff.code_of(device))

    assert 0 < refused.value.extra["retry_after"] <= 6 * 60
    device.refresh_from_db()
    assert device.last_step is None
    pass_time(TRIES, str(user.pk), timedelta(minutes=6))
    assert accounts.check_code(user_id=user.pk, code=staff.code_of(device)) == device


def test_right_ones_dont_count(user: User) -> None:
    codes = accounts.give_totp(user_id=user.pk).codes + accounts.make_recovery_codes(
        user_id=user.pk
    )

    for code in codes[10:]:
        accounts.check_code(user_id=user.pk, code=code)
    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=codes[0])


def test_lets_nobody_in_while_tries_cant_be_counted(user: User, settings: Settings) -> None:
    device = staff.app_of(user)
    without_redis(settings)

    with pytest.raises(CantCount):
        accounts.check_code(user_id=user.pk, code=staff.code_of(device))

    device.refresh_from_db()
    assert device.last_step is None
