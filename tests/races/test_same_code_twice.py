from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from accounts import commands
from accounts.commands import factors
from accounts.errors import CodeRefused
from accounts.models import RecoveryCode, TotpDevice, User
from shopflow.lib.limits import give_back
from tests import factories, staff
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
TRIERS = 3


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create()


def rounds(user: User, running: Runners, codes: Iterator[str]) -> Iterator[int]:
    """Let all bring the same code at once; yield how many got in by it."""
    for _, code in zip(range(ROUNDS), codes, strict=False):
        job = partial(commands.check_code, user_id=user.pk, code=code)
        results = list(running.race(*[job] * TRIERS))
        assert all(isinstance(r, TotpDevice | RecoveryCode | CodeRefused) for r in results), results
        yield len([r for r in results if not isinstance(r, CodeRefused)])
        # Wrong ones are counted, and here there are many.
        give_back(*[(factors.TRIES, str(user.pk))] * TRIERS)


def of_the_app(user: User) -> Iterator[str]:
    device = staff.app_of(user)
    while True:
        TotpDevice.objects.update(last_step=None)
        yield staff.code_of(device)


def of_paper(user: User) -> Iterator[str]:
    commands.give_totp(user_id=user.pk)
    while True:
        yield from commands.make_recovery_codes(user_id=user.pk)


KINDS = pytest.mark.parametrize("codes", [of_the_app, of_paper])


@KINDS
def test_lets_one_in(user: User, codes: object) -> None:
    before = deadlocks()

    with runners(TRIERS) as running:
        assert set(rounds(user, running, codes(user))) == {1}  # type: ignore[operator]  # one of the two above

    assert deadlocks() == before


@KINDS
def test_without_the_conditional_update_several_get_in(
    user: User, codes: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "_claim_step", _write_anyway)
    monkeypatch.setattr(factors, "_claim_code", _write_anyway)

    with runners(TRIERS) as running:
        let_in = rounds(user, running, codes(user))  # type: ignore[operator]  # one of the two above
        assert any(number > 1 for number in let_in)


def _write_anyway(row_id: UUID, step: int = 0) -> bool:
    """As if looking before had been enough."""
    TotpDevice.objects.filter(pk=row_id).update(last_step=step)
    return True
