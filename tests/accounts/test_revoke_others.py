import pytest
from django.core.cache import cache

from accounts import commands
from accounts.models import User
from accounts.queries import live_sign_ins, revoked_key
from shopflow.lib.models import AuditLog
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


def test_leaves_the_one_that_asks(user: User) -> None:
    here = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.sign_in(user_id=user.pk, device="Tablet", ip=None)
    commands.sign_in(user_id=user.pk, device="", ip=None, is_browser=True)

    commands.revoke_others(user_id=user.pk, keep=here.family)

    assert [row.family for row in live_sign_ins(user.pk)] == [here.family]
    revoked = AuditLog.objects.filter(action="delete", entity_type="user_session")
    assert revoked.count() == 2


@pytest.mark.django_db(transaction=True)
def test_tells_browsers_by_the_cache(user: User) -> None:
    here = commands.sign_in(user_id=user.pk, device="", ip=None, is_browser=True)
    there = commands.sign_in(user_id=user.pk, device="", ip=None, is_browser=True)

    commands.revoke_others(user_id=user.pk, keep=here.family)

    assert cache.get(revoked_key(there.family)) is True
    assert cache.get(revoked_key(here.family)) is None


def test_signs_out_everywhere(user: User) -> None:
    for device in ("Phone", "Tablet"):
        commands.sign_in(user_id=user.pk, device=device, ip=None)

    commands.revoke_others(user_id=user.pk, keep=None)

    assert live_sign_ins(user.pk) == []


def test_leaves_other_people_alone(user: User) -> None:
    other = factories.UserFactory.create()
    theirs = commands.sign_in(user_id=other.pk, device="Phone", ip=None)

    commands.revoke_others(user_id=user.pk, keep=None)

    assert [row.family for row in live_sign_ins(other.pk)] == [theirs.family]


def test_is_safe_to_repeat(user: User) -> None:
    commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.revoke_others(user_id=user.pk, keep=None)
    before = books()

    commands.revoke_others(user_id=user.pk, keep=None)

    assert books() == before
