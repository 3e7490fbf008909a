import pytest

from accounts import commands as accounts
from accounts.errors import AddressNotFound
from accounts.queries import addresses_of
from tests import factories
from tests.accounts.addresses import address_of

pytestmark = pytest.mark.django_db


def test_leaves_the_row_and_shows_it_no_more() -> None:
    user = factories.UserFactory.create()
    row, other = address_of(user), address_of(user)

    accounts.remove_address(user_id=user.pk, address_id=row.pk)

    row.refresh_from_db()
    assert row.deleted_at is not None
    assert not row.is_default
    assert list(addresses_of(user.pk)) == [other]


def test_removes_once() -> None:
    user = factories.UserFactory.create()
    row = address_of(user)
    accounts.remove_address(user_id=user.pk, address_id=row.pk)

    with pytest.raises(AddressNotFound):
        accounts.remove_address(user_id=user.pk, address_id=row.pk)


def test_removes_nothing_of_somebody_else() -> None:
    row = address_of(factories.UserFactory.create())

    with pytest.raises(AddressNotFound):
        accounts.remove_address(user_id=factories.UserFactory.create().pk, address_id=row.pk)

    row.refresh_from_db()
    assert row.deleted_at is None
