import pytest
from django.core.cache import cache

from accounts import commands
from accounts.errors import SignInOver
from accounts.models import User
from accounts.queries import live_sign_ins, revoked_key
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


@pytest.mark.django_db(transaction=True)
def test_ends_one_device(user: User) -> None:
    phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    tablet = commands.sign_in(user_id=user.pk, device="Tablet", ip=None)

    commands.sign_out(family=phone.family)

    assert [row.family for row in live_sign_ins(user.pk)] == [tablet.family]
    assert cache.get(revoked_key(phone.family)) is True
    with pytest.raises(SignInOver):
        commands.rotate(refresh_token=phone.refresh_token, ip=None)


def test_is_safe_to_repeat(user: User) -> None:
    phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.sign_out(family=phone.family)
    before = books()

    commands.sign_out(family=phone.family)
    commands.sign_out(family=new_id())

    assert books() == before
