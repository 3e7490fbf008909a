import pytest

from accounts import commands as accounts
from accounts.errors import UserNotFound
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.books import books

pytestmark = pytest.mark.django_db


def test_lets_somebody_buy_without_tax_and_with_it_again() -> None:
    user = factories.UserFactory.create()

    for is_exempt in (True, True, False):
        accounts.exempt(user_id=user.pk, is_tax_exempt=is_exempt)

        user.refresh_from_db()
        assert user.is_tax_exempt is is_exempt


@pytest.mark.parametrize("is_gone", [True, False])
def test_refuses_whom_there_is_not(is_gone: bool) -> None:
    user = factories.UserFactory.create()
    if is_gone:
        accounts.close_account(user_id=user.pk, by=None)
    before = books()

    with pytest.raises(UserNotFound):
        accounts.exempt(user_id=user.pk if is_gone else new_id(), is_tax_exempt=True)

    assert books() == before


def test_staff_tick_it_on_the_persons_page() -> None:
    user = factories.UserFactory.create()
    client = staff.signed_in(staff.owner())

    client.post(f"/admin/accounts/user/{user.pk}/exempt/", {"is_tax_exempt": "on"})

    user.refresh_from_db()
    assert user.is_tax_exempt
    changes = AuditLog.objects.filter(entity_id=str(user.pk), action="update")
    assert [row.new_values for row in changes] == [{"is_tax_exempt": True}]


def test_employees_do_not() -> None:
    user = factories.UserFactory.create()
    client = staff.signed_in(staff.employee())

    response = client.post(f"/admin/accounts/user/{user.pk}/exempt/", {"is_tax_exempt": "on"})

    assert response.status_code == 403
    user.refresh_from_db()
    assert not user.is_tax_exempt
