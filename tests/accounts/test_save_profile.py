import pytest

from accounts import commands
from accounts.errors import NameInvalid, PhoneInvalid, UserNotFound
from accounts.models import User
from shopflow.lib.ids import new_id
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.accounts.links import shopper
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["+12125550100", "+1 (212) 555-0100", "  +1 212 555 0100 "])
def test_saves_a_phone_as_e164(typed: str) -> None:
    user = shopper()

    commands.save_profile(user_id=user.pk, first_name="Ada", last_name="Byron", phone=typed)

    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.phone) == ("Ada", "Byron", "+12125550100")


def test_what_is_not_named_stays() -> None:
    user = shopper()

    commands.save_profile(user_id=user.pk, last_name="")

    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Sam", "")


@pytest.mark.parametrize(
    "phone", ["555 0100", "+1", "+999 123456789", "12125550100\0", "x" * 1000, "tel:me"]
)
def test_refuses_what_is_no_phone(phone: str) -> None:
    user = shopper()
    before = books()

    with pytest.raises(PhoneInvalid) as refused:
        commands.save_profile(user_id=user.pk, first_name="Eve", last_name="", phone=phone)

    assert (refused.value.code, refused.value.status) == ("phone_invalid", 400)
    assert books() == before


def test_refuses_an_odd_name() -> None:
    user = shopper()

    with pytest.raises(NameInvalid):
        commands.save_profile(user_id=user.pk, first_name="x" * 101)

    assert User.objects.get().first_name == "Sam"


def test_says_that_there_is_nobody() -> None:
    with pytest.raises(UserNotFound):
        commands.save_profile(user_id=new_id(), first_name="Eve")


def test_pages_may_do_it() -> None:
    user = shopper()

    with acting_as(user.pk, role=Role.APP):
        commands.save_profile(user_id=user.pk, first_name="Ada")

    assert User.objects.get().first_name == "Ada"
