import pytest

from accounts import commands as accounts
from accounts.errors import CodeRefused, EnrolmentOver
from accounts.models import RecoveryCode, TotpDevice
from accounts.queries import has_factor
from shopflow.lib.models import AuditLog
from shopflow.lib.secrets import digest
from tests import factories, staff
from tests.accounts.letters import Letter, letters

pytestmark = pytest.mark.django_db


def test_takes_the_app_into_use_and_makes_ten_recovery_codes() -> None:
    user = factories.UserFactory.create()
    device = accounts.begin_totp(user_id=user.pk)
    assert not has_factor(user)

    made = accounts.confirm_totp(user_id=user.pk, code=staff.code_of(device))

    assert has_factor(user)
    assert made.factor == TotpDevice.objects.get()
    assert len(set(made.codes)) == 10
    assert [len(code) for code in made.codes] == [29] * 10
    kept = set(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert kept == {digest(code.replace("-", "")) for code in made.codes}


def test_keeps_the_key_sealed() -> None:
    device = accounts.begin_totp(user_id=factories.UserFactory.create().pk)

    assert len(device.key) == 20
    assert device.secret not in device.sealed_key
    assert device.uri.startswith("otpauth://totp/ShopFlow%3Ashopper")


def test_tells_by_mail_and_in_the_log() -> None:
    user = factories.UserFactory.create()
    device = accounts.begin_totp(user_id=user.pk)

    accounts.confirm_totp(user_id=user.pk, code=staff.code_of(device))

    facts = {"what": "An authenticator app was added."}
    assert letters() == [Letter("accounts/factor_changed", user.email, facts)]
    entry = AuditLog.objects.get()
    assert (entry.action, entry.entity_id, entry.user_id) == ("update", str(user.pk), user.pk)
    assert entry.new_values == {"second_factor": "app_added"}


@pytest.mark.parametrize("code", ["", "000", "abcdef", "1234567", "٠١٢٣٤٥"])
def test_refuses_a_wrong_code(code: str) -> None:
    user = factories.UserFactory.create()
    accounts.begin_totp(user_id=user.pk)

    with pytest.raises(CodeRefused):
        accounts.confirm_totp(user_id=user.pk, code=code)

    assert not has_factor(user)
    assert not RecoveryCode.objects.exists()


def test_takes_only_the_newest_key() -> None:
    user = factories.UserFactory.create()
    old = accounts.begin_totp(user_id=user.pk)
    accounts.begin_totp(user_id=user.pk)

    with pytest.raises(CodeRefused):
        accounts.confirm_totp(user_id=user.pk, code=staff.code_of(old))

    assert TotpDevice.objects.count() == 1


def test_waits_for_half_an_hour() -> None:
    user = factories.UserFactory.create()
    device = accounts.begin_totp(user_id=user.pk)
    TotpDevice.objects.update(created_at="2026-01-01T00:00:00Z")

    with pytest.raises(EnrolmentOver):
        accounts.confirm_totp(user_id=user.pk, code=staff.code_of(device))

    assert not has_factor(user)


def test_the_code_that_turned_it_on_is_used() -> None:
    user = factories.UserFactory.create()
    device = accounts.begin_totp(user_id=user.pk)
    code = staff.code_of(device)
    accounts.confirm_totp(user_id=user.pk, code=code)

    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=code)


def test_another_phone_replaces_the_first_and_keeps_the_recovery_codes() -> None:
    user = factories.UserFactory.create()
    first = accounts.give_totp(user_id=user.pk)
    device = accounts.begin_totp(user_id=user.pk)

    made = accounts.confirm_totp(user_id=user.pk, code=staff.code_of(device))

    assert made.codes == []
    assert TotpDevice.objects.get() == made.factor != first.factor
    assert RecoveryCode.objects.count() == 10
