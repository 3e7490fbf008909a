from collections.abc import Iterator
from functools import partial

import pytest

from accounts import commands
from accounts.commands import passwords
from accounts.errors import LinkInvalid
from accounts.models import PasswordReset, User
from shopflow.lib.secrets import digest
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, shopper, token_of
from tests.races.starting_gun import ROUNDS, Runners, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
HOLDERS = 3


def rounds(running: Runners) -> Iterator[list[object]]:
    """Let all who have one link set a password of their own with it; yield what came of each."""
    user = shopper()
    for number in range(ROUNDS):
        passwords._send_reset(EMAIL)
        token = token_of("accounts/reset")
        jobs = (
            partial(commands.reset_password, token=token, password=f"battery {number} of {holder}")
            for holder in range(HOLDERS)
        )
        yield list(running.race(*jobs))
        user.refresh_from_db()


def test_a_link_sets_one_password() -> None:
    before = deadlocks()

    with runners(HOLDERS) as running:
        for number, results in enumerate(rounds(running)):
            winners = [place for place, one in enumerate(results) if isinstance(one, User)]
            assert len(winners) == 1
            assert sum(isinstance(one, LinkInvalid) for one in results) == HOLDERS - 1
            assert User.objects.get().check_password(f"battery {number} of {winners[0]}")

    assert not PasswordReset.objects.exists()
    told = [letter for letter in letters() if letter.kind == "accounts/password_changed"]
    assert len(told) == ROUNDS
    assert deadlocks() == before


def test_without_the_lock_it_sets_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "taken_reset", _only_read)
    most = 0

    with runners(HOLDERS) as running:
        for results in rounds(running):
            most = max(most, sum(isinstance(one, User) for one in results))
            if most > 1:
                break

    assert most > 1


def _only_read(token: str) -> PasswordReset:
    row = PasswordReset.objects.select_related("user").filter(token_hash=digest(token)).first()
    if row is None:
        raise LinkInvalid
    return row
