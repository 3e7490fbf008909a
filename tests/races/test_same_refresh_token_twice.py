from collections.abc import Iterator
from functools import partial

import pytest

from accounts import commands
from accounts.commands import SignIn, devices
from accounts.models import User, UserSession
from shopflow.lib.secrets import digest
from tests import factories
from tests.accounts.letters import letters
from tests.races.guards import without_constraint
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
HOLDERS = 4


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


def rounds(user: User, running: Runners) -> Iterator[tuple[SignIn, list[object]]]:
    """Let all send the same token at once; yield the sign-in and what came of each."""
    for _ in range(ROUNDS):
        phone = commands.sign_in(user_id=user.pk, device="Phone", ip=None)
        job = partial(commands.rotate, refresh_token=phone.refresh_token, ip=None)
        yield phone, list(running.race(*[job] * HOLDERS))


def test_gives_all_the_same_child(user: User) -> None:
    before = deadlocks()

    with runners(HOLDERS) as running:
        for phone, results in rounds(user, running):
            tokens = {r.refresh_token for r in results if isinstance(r, SignIn)}
            [child] = UserSession.objects.filter(family=phone.family).exclude(parent=None)
            assert len([r for r in results if isinstance(r, SignIn)]) == HOLDERS
            assert {digest(token) for token in tokens} == {child.refresh_token_hash}

    assert not UserSession.objects.exclude(revoked_at=None).exists()
    assert letters() == []
    assert deadlocks() == before


def test_without_the_conditional_update_there_are_two_children(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_claim", _look_then_write)
    most = 0

    with (
        without_constraint(table="user_sessions", name="user_sessions_one_child"),
        runners(HOLDERS) as running,
    ):
        for phone, _ in rounds(user, running):
            rows = UserSession.objects.filter(family=phone.family)
            most = max(most, rows.exclude(parent=None).count())
            if most > 1:
                break

    assert most > 1


def _look_then_write(token_hash: str) -> bool:
    row = UserSession.objects.get(refresh_token_hash=token_hash)
    if row.used_at is not None:
        return False
    UserSession.objects.filter(pk=row.pk).update(used_at=row.created_at)
    return True
