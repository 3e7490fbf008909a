from collections.abc import Iterator
from functools import partial
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import commands
from accounts.commands import SignIn, devices
from accounts.errors import SignInOver
from accounts.models import User, UserSession
from tests import factories
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
PATIENCE = 0.2  # seconds


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


@pytest.fixture(autouse=True)
def _a_rotation_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its child written it waits for somebody to wait for it, if somebody does."""
    usual = devices._child

    def child(*given: Any) -> SignIn:
        made = usual(*given)
        _until_somebody_waits()
        return made

    monkeypatch.setattr(devices, "_child", child)


def _until_somebody_waits() -> None:
    until = monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
            sleep(0.005)


def rounds(user: User, running: Runners) -> Iterator[SignIn | object]:
    """Refresh a sign-in while it is revoked; yield what came of the refreshing."""
    for _ in range(ROUNDS):
        phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
        rotated, _ = running.race(
            partial(commands.rotate, refresh_token=phone.refresh_token, ip=None),
            partial(commands.revoke_others, user_id=user.pk, keep=None),
        )
        yield rotated


def test_leaves_nothing_alive(user: User) -> None:
    before = deadlocks()

    with runners(2) as running:
        for rotated in rounds(user, running):
            # Whichever came first: what the other one gave is worth nothing.
            if isinstance(rotated, SignIn):
                with pytest.raises(SignInOver):
                    commands.rotate(refresh_token=rotated.refresh_token, ip=None)
            assert not UserSession.objects.filter(revoked_at=None).exists()

    assert deadlocks() == before


def test_looking_once_would_leave_a_child_alive(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_revoke", _look_once)
    is_alive = False

    with runners(2) as running:
        for _ in rounds(user, running):
            is_alive = UserSession.objects.filter(revoked_at=None).exists()
            if is_alive:
                break

    assert is_alive


def _look_once(rows: Any) -> set[Any]:
    rows.filter(revoked_at=None).update(revoked_at=timezone.now())
    return set()
