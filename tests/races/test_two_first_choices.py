from functools import partial

import pytest
from django.db import IntegrityError

from accounts import commands as accounts
from accounts.commands import addresses
from accounts.models import User, UserAddress
from tests import factories
from tests.accounts.addresses import BROADWAY
from tests.races.starting_gun import ROUNDS, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
AT_ONCE = 4


def rounds() -> None:
    """Let somebody save their first addresses from several devices at the same moment."""
    with runners(AT_ONCE) as running:
        for _ in range(ROUNDS):
            user: User = factories.UserFactory.create()
            add = partial(accounts.add_address, user_id=user.pk, address=BROADWAY)
            rows = running.race(*[add] * AT_ONCE)
            assert all(isinstance(row, UserAddress) for row in rows), rows
            assert user.addresses.filter(is_default=True).count() == 1


def test_the_first_of_them_is_the_default() -> None:
    before = deadlocks()

    rounds()

    assert UserAddress.objects.count() == ROUNDS * AT_ONCE
    assert deadlocks() == before


def test_without_the_lock_each_takes_itself_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_lock", lambda user_id: None)

    with pytest.raises(IntegrityError, match="user_addresses_one_default"):
        rounds()
