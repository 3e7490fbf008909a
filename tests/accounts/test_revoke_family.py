import pytest
from django.core.cache import cache

from accounts import commands
from accounts.errors import SignInNotFound, SignInOver
from accounts.models import User, UserSession
from accounts.queries import live_sign_ins, revoked_key
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


def test_signs_a_device_out_from_afar(user: User) -> None:
    phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    tablet = commands.sign_in(user_id=user.pk, device="Tablet", ip=None)
    child = commands.rotate(refresh_token=phone.refresh_token, ip=None)

    commands.revoke_family(user_id=user.pk, family=phone.family, by=user.pk)

    assert [row.family for row in live_sign_ins(user.pk)] == [tablet.family]
    assert UserSession.objects.filter(family=phone.family, revoked_at=None).count() == 0
    with pytest.raises(SignInOver):
        commands.rotate(refresh_token=child.refresh_token, ip=None)


@pytest.mark.django_db(transaction=True)
def test_tells_browsers_by_the_cache(user: User) -> None:
    browser = commands.sign_in(user_id=user.pk, device="", ip=None, is_browser=True)

    commands.revoke_family(user_id=user.pk, family=browser.family, by=user.pk)

    assert cache.get(revoked_key(browser.family)) is True


def test_writes_down_who_did_it(user: User) -> None:
    by = factories.UserFactory.create()
    browser = commands.sign_in(user_id=user.pk, device="", ip=None, is_browser=True)

    commands.revoke_family(user_id=user.pk, family=browser.family, by=by.pk)

    entry = AuditLog.objects.get()
    assert (entry.action, entry.entity_type, entry.entity_id) == (
        "delete",
        "user_session",
        str(browser.family),
    )
    assert (entry.user_id, entry.old_values) == (by.pk, {"user": str(user.pk)})


def test_knows_no_device_of_somebody_else(user: User) -> None:
    other = factories.UserFactory.create()
    theirs = commands.sign_in(user_id=other.pk, device="Phone", ip=None)
    before = books()

    for family in (theirs.family, new_id()):
        with pytest.raises(SignInNotFound) as refusal:
            commands.revoke_family(user_id=user.pk, family=family, by=user.pk)
        assert (refusal.value.code, refusal.value.status) == ("sign_in_not_found", 404)

    assert books() == before


def test_knows_no_device_that_is_signed_out_already(user: User) -> None:
    phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.sign_out(family=phone.family)

    with pytest.raises(SignInNotFound):
        commands.revoke_family(user_id=user.pk, family=phone.family, by=user.pk)


@pytest.mark.parametrize("role", [Role.APP, Role.WORKER, Role.ADMIN])
def test_pages_workers_and_staff_may_do_it(user: User, role: Role) -> None:
    phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)

    with acting_as(user.pk, role=role):
        commands.revoke_family(user_id=user.pk, family=phone.family, by=user.pk)

    assert live_sign_ins(user.pk) == []
