import pytest

from accounts import commands as accounts
from accounts.errors import AddressNotFound
from accounts.models import UserAddress
from tests import factories
from tests.accounts.addresses import address_of

pytestmark = pytest.mark.django_db


def test_there_is_one_of_each_type() -> None:
    user = factories.UserFactory.create()
    first, second = address_of(user), address_of(user)
    invoices = address_of(user, address_type="billing")

    for _ in range(2):
        accounts.make_default(user_id=user.pk, address_id=second.pk)

    defaults = UserAddress.objects.filter(is_default=True).values_list("pk", flat=True)
    assert set(defaults) == {second.pk, invoices.pk}
    assert first.pk not in defaults


def test_takes_nothing_away_from_somebody_else() -> None:
    user, other = factories.UserFactory.create(), factories.UserFactory.create()
    first, second = address_of(other), address_of(other)

    with pytest.raises(AddressNotFound):
        accounts.make_default(user_id=user.pk, address_id=second.pk)

    first.refresh_from_db()
    assert first.is_default
