import pytest

from accounts import commands as accounts
from accounts.errors import FactorNotFound, LastFactor
from accounts.models import Passkey, RecoveryCode, TotpDevice, User
from accounts.queries import has_factor
from shopflow.lib.ids import new_id
from tests import factories, staff
from tests.accounts.letters import letters

pytestmark = pytest.mark.django_db


def passkey_of(user: User) -> Passkey:
    passkey: Passkey = Passkey.objects.create(user=user, name="Phone", credential_id=str(new_id()))
    return passkey


def test_removes_a_shoppers_last_one_with_its_recovery_codes() -> None:
    user = factories.UserFactory.create()
    factor = accounts.give_totp(user_id=user.pk).factor

    accounts.remove_factor(user_id=user.pk, factor_id=factor.pk)

    assert not has_factor(user)
    assert not RecoveryCode.objects.exists()
    assert letters()[-1].facts == {"what": "Your authenticator app was removed."}


def test_keeps_the_last_one_of_staff() -> None:
    user = staff.employee()
    factor = accounts.give_totp(user_id=user.pk).factor

    with pytest.raises(LastFactor):
        accounts.remove_factor(user_id=user.pk, factor_id=factor.pk)

    assert TotpDevice.objects.get() == factor
    assert RecoveryCode.objects.count() == 10


def test_staff_may_change_from_one_to_the_other() -> None:
    user = staff.employee()
    factor = accounts.give_totp(user_id=user.pk).factor
    passkey = passkey_of(user)

    accounts.remove_factor(user_id=user.pk, factor_id=factor.pk)

    assert not TotpDevice.objects.exists()
    assert RecoveryCode.objects.count() == 10
    with pytest.raises(LastFactor):
        accounts.remove_factor(user_id=user.pk, factor_id=passkey.pk)


def test_removes_nobody_elses() -> None:
    other = factories.UserFactory.create()
    factor = accounts.give_totp(user_id=other.pk).factor

    for factor_id in (factor.pk, RecoveryCode.objects.first().pk, new_id()):
        with pytest.raises(FactorNotFound):
            accounts.remove_factor(user_id=factories.UserFactory.create().pk, factor_id=factor_id)

    assert has_factor(other)
