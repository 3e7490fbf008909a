from functools import partial
from uuid import UUID

import pytest

from accounts import commands
from accounts.commands import roles
from accounts.errors import OwnersOnly
from accounts.models import User
from tests import staff
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]


def owners_left(running: Runners) -> int:
    """Let two owners, the only ones, take each other's role at once."""
    User.objects.filter(role="admin").update(role="employee")
    one, other = staff.owner(), staff.owner()
    results = running.race(
        partial(commands.give_role, user_id=one.pk, role="employee", groups=[], by=other.pk),
        partial(commands.give_role, user_id=other.pk, role="employee", groups=[], by=one.pk),
    )
    assert all(isinstance(result, User | OwnersOnly) for result in results), results
    return User.objects.filter(role="admin").count()


def test_one_stays(db: None) -> None:
    before = deadlocks()

    with runners(2) as running:
        assert {owners_left(running) for _ in range(ROUNDS)} == {1}

    assert deadlocks() == before


def test_without_the_lock_none_stays(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_locked_owners", _owners)

    with runners(2) as running:
        assert any(owners_left(running) == 0 for _ in range(ROUNDS))


def _owners() -> set[UUID]:
    return set(User.objects.filter(role="admin").values_list("pk", flat=True))
