from datetime import timedelta

import pytest
from django.db.models import F

from accounts import commands
from accounts.models import User, UserSession
from accounts.tasks import drop_expired_sign_ins
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
AGES = timedelta(days=40)


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


def age(**which: object) -> None:
    UserSession.objects.filter(**which).update(
        created_at=F("created_at") - AGES, expires_at=F("expires_at") - AGES
    )


@ledger("S1-96")
def test_deletes_what_is_past_its_time_and_nothing_else(user: User) -> None:
    phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    child = commands.rotate(refresh_token=phone.refresh_token, ip=None)
    commands.sign_in(user_id=user.pk, device="Tablet", ip=None)
    age(family=phone.family, parent=None)

    with acting_as(None, role=Role.WORKER):
        dropped = commands.drop_expired_sign_ins()

    assert dropped == 1
    # The rest of the family lives on, and can still be revoked as one.
    rest = UserSession.objects.get(family=phone.family)
    assert rest.parent is None
    assert commands.rotate(refresh_token=child.refresh_token, ip=None).family == phone.family
    assert UserSession.objects.filter(device="Tablet").count() == 1


def test_works_in_batches(user: User) -> None:
    for _ in range(3):
        commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    age()

    assert [commands.drop_expired_sign_ins(limit=2) for _ in range(3)] == [2, 1, 0]


def test_is_safe_to_repeat(user: User) -> None:
    commands.sign_in(user_id=user.pk, device="Phone", ip=None)
    commands.sign_in(user_id=user.pk, device="Tablet", ip=None)
    age(device="Phone")

    drop_expired_sign_ins()
    before = books()
    drop_expired_sign_ins()

    assert books() == before
    assert UserSession.objects.get().device == "Tablet"
