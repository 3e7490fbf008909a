import pytest

from accounts import commands as accounts
from accounts.errors import AddressNotFound
from accounts.models import User
from shopflow.lib.addresses import AddressInvalid
from tests import factories
from tests.accounts.addresses import BERLIN, address_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


def test_changes_a_part_and_leaves_the_rest(user: User) -> None:
    row = address_of(user)

    for _ in range(2):
        accounts.change_address(user_id=user.pk, address_id=row.pk, changes={"company": "Engines"})

    row.refresh_from_db()
    assert (row.company, row.city, row.state, row.phone) == (
        "Engines",
        "New York",
        "NY",
        "+12125550100",
    )


def test_checks_the_whole_again(user: User) -> None:
    row = address_of(user)

    with pytest.raises(AddressInvalid) as refused:
        accounts.change_address(user_id=user.pk, address_id=row.pk, changes={"state": "CA"})

    assert list(refused.value.faults) == ["postal_code"]
    row.refresh_from_db()
    assert row.state == "NY"


def test_moves_to_another_country(user: User) -> None:
    row = address_of(user)

    accounts.change_address(user_id=user.pk, address_id=row.pk, changes={**BERLIN, "phone": ""})

    row.refresh_from_db()
    assert (row.country_code, row.state, row.postal_code) == ("DE", None, "10115")


def test_another_type_needs_no_second_default(user: User) -> None:
    parcel, invoice = address_of(user), address_of(user, address_type="billing")

    moved = accounts.change_address(
        user_id=user.pk, address_id=parcel.pk, changes={}, address_type="billing"
    )

    invoice.refresh_from_db()
    assert (moved.address_type, moved.is_default, invoice.is_default) == ("billing", False, True)


@pytest.mark.parametrize("is_default", [True, False])
def test_is_the_default_or_not_as_it_is_told(user: User, is_default: bool) -> None:
    first, second = address_of(user), address_of(user)

    accounts.change_address(
        user_id=user.pk, address_id=second.pk, changes={}, is_default=is_default
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_default, second.is_default) == (not is_default, is_default)


def test_touches_nothing_of_somebody_else(user: User) -> None:
    row = address_of(factories.UserFactory.create())

    with pytest.raises(AddressNotFound):
        accounts.change_address(user_id=user.pk, address_id=row.pk, changes={"city": "Albany"})

    row.refresh_from_db()
    assert row.city == "New York"
