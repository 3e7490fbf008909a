from typing import Any

import pytest

from accounts import commands as accounts
from accounts.commands.addresses import MOST
from accounts.errors import AddressBookFull, UserNotFound
from accounts.models import User, UserAddress
from shopflow.lib.addresses import AddressInvalid
from tests import factories
from tests.accounts.addresses import BERLIN, BROADWAY, address_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


def faults(**parts: Any) -> dict[str, str]:
    """What is wrong with an address of New York with some parts written otherwise."""
    with pytest.raises(AddressInvalid) as refused:
        address_of(factories.UserFactory.create(), **parts)
    assert not UserAddress.objects.exists()
    return {name: fault.code for name, fault in refused.value.faults.items()}


def test_keeps_an_address_as_its_country_writes_it(user: User) -> None:
    row = address_of(user, state=" new york ", first_name=" Ada  Augusta ")

    row.refresh_from_db()
    assert (row.user_id, row.address_type, row.is_default) == (user.pk, "shipping", True)
    assert (row.first_name, row.state, row.postal_code) == ("Ada Augusta", "NY", "10001")
    assert (row.country_code, row.phone) == ("US", "+12125550100")


def test_a_country_without_states_has_none(user: User) -> None:
    row = accounts.add_address(user_id=user.pk, address={**BERLIN, "state": "Berlin"})

    assert (row.state, row.postal_code, row.phone) == (None, "10115", "")


def test_a_country_without_postcodes_has_none(user: User) -> None:
    row = address_of(
        user, country_code="HK", state="Kowloon", city="Mong Kok", postal_code="999077", phone=""
    )

    assert (row.state, row.postal_code) == ("Kowloon", None)


def test_the_city_of_a_city_state_is_known(user: User) -> None:
    row = address_of(user, country_code="SG", city="", state="", postal_code="546080", phone="")

    assert row.city == "Singapore"


def test_only_the_first_of_a_type_is_the_default_by_itself(user: User) -> None:
    first, second = address_of(user), address_of(user)
    invoices = address_of(user, address_type="billing")

    assert (first.is_default, second.is_default, invoices.is_default) == (True, False, True)


def test_a_new_default_takes_the_place_of_the_old(user: User) -> None:
    first, second = address_of(user), address_of(user, is_default=True)

    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"country_code": "XX"}, {"country_code": "invalid"}),
        ({"country_code": ""}, {"country_code": "invalid"}),
        ({"country_code": "\0"}, {"country_code": "invalid"}),
        ({"country_code": "ZZ"}, {"country_code": "invalid"}),
        ({"first_name": " "}, {"first_name": "required"}),
        ({"last_name": ""}, {"last_name": "required"}),
        ({"address_line_1": ""}, {"address_line_1": "required"}),
        ({"city": ""}, {"city": "required"}),
        ({"state": ""}, {"state": "required"}),
        ({"state": "Bavaria"}, {"state": "invalid"}),
        ({"postal_code": ""}, {"postal_code": "required"}),
        ({"postal_code": "1"}, {"postal_code": "invalid"}),
        ({"postal_code": "90210"}, {"postal_code": "invalid"}),
        ({"country_code": "DE", "postal_code": "1011", "phone": ""}, {"postal_code": "invalid"}),
        ({"phone": "555"}, {"phone": "invalid"}),
        ({"phone": "call me"}, {"phone": "invalid"}),
        ({"phone": "9" * 10_000}, {"phone": "too_long"}),
        ({"city": "N" * 10_000}, {"city": "too_long"}),
        ({"postal_code": "1" * 10_000}, {"postal_code": "too_long"}),
        ({"company": "C" * 101}, {"company": "too_long"}),
        ({"address_line_1": "1 Main\0 Street"}, {"address_line_1": "invalid"}),
        ({"last_name": "Byron\nBcc: bob"}, {"last_name": "invalid"}),
        ({"first_name": "", "city": ""}, {"first_name": "required", "city": "required"}),
    ],
)
def test_names_what_cannot_be_right(parts: dict[str, str], expected: dict[str, str]) -> None:
    assert faults(**parts) == expected


def test_says_what_a_postcode_looks_like_there() -> None:
    with pytest.raises(AddressInvalid) as refused:
        address_of(factories.UserFactory.create(), postal_code="1")

    [error] = refused.value.extra["errors"]
    assert error == {
        "pointer": "/postal_code",
        "code": "invalid",
        "detail": "Please enter a ZIP code like 10000.",
    }


def test_ends_somewhere(user: User) -> None:
    row = address_of(user)
    UserAddress.objects.bulk_create(
        UserAddress(
            user=user, first_name="A", last_name="B", address_line_1="1", city="C",
            country_code="US",
        )
        for _ in range(MOST - 1)
    )  # fmt: skip

    with pytest.raises(AddressBookFull):
        address_of(user)

    assert UserAddress.objects.count() == MOST
    accounts.remove_address(user_id=user.pk, address_id=row.pk)
    address_of(user)
    assert UserAddress.objects.count() == MOST + 1


def test_a_closed_account_has_no_book(user: User) -> None:
    accounts.close_account(user_id=user.pk, by=None)

    with pytest.raises(UserNotFound):
        accounts.add_address(user_id=user.pk, address=BROADWAY)

    assert not UserAddress.objects.exists()
