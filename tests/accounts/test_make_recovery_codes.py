import pytest

from accounts import commands as accounts
from accounts.errors import CodeRefused, FactorNotFound
from accounts.models import RecoveryCode
from tests import factories

pytestmark = pytest.mark.django_db


def test_replaces_the_codes_that_were_not_used() -> None:
    user = factories.UserFactory.create()
    old = accounts.give_totp(user_id=user.pk).codes
    used = accounts.check_code(user_id=user.pk, code=old[0])

    new = accounts.make_recovery_codes(user_id=user.pk)

    assert not set(new) & set(old)
    with pytest.raises(CodeRefused):
        accounts.check_code(user_id=user.pk, code=old[1])
    accounts.check_code(user_id=user.pk, code=new[1])
    # A session that was proved by a used one stays proved.
    assert RecoveryCode.objects.filter(pk=used.pk).exists()
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_makes_none_without_a_factor() -> None:
    user = factories.UserFactory.create()

    with pytest.raises(FactorNotFound):
        accounts.make_recovery_codes(user_id=user.pk)

    assert not RecoveryCode.objects.exists()
