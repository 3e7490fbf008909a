import pytest

from accounts import commands as accounts
from accounts.errors import OwnersOnly, OwnRole, UnknownRole, UserNotFound
from accounts.models import User
from shopflow.lib.ids import new_id
from tests import factories, staff

pytestmark = pytest.mark.django_db


def given(user: User) -> tuple[str, bool, list[str]]:
    user = User.objects.get(pk=user.pk)
    names = user.groups.order_by("name").values_list("name", flat=True)
    return user.role, user.is_superuser, list(names)


@pytest.mark.parametrize(
    ("role", "groups", "expected"),
    [
        ("employee", ["support", "finance"], ("employee", False, ["finance", "support"])),
        ("manager", [], ("manager", False, [])),
        ("admin", ["content"], ("admin", True, ["content"])),
        ("customer", ["content"], ("customer", False, [])),
    ],
)
def test_replaces_role_and_groups(
    role: str, groups: list[str], expected: tuple[str, bool, list[str]]
) -> None:
    owner, user = staff.owner(), staff.employee()
    accounts.give_role(user_id=user.pk, role="employee", groups=["warehouse"], by=owner.pk)

    accounts.give_role(user_id=user.pk, role=role, groups=groups, by=owner.pk)

    assert given(user) == expected


def test_takes_effect_at_once() -> None:
    owner, user = staff.owner(), staff.owner()
    browser = staff.signed_in(user)
    assert browser.get("/admin/orders/order/").status_code == 200

    accounts.give_role(user_id=user.pk, role="employee", groups=["content"], by=owner.pk)

    assert browser.get("/admin/orders/order/").status_code == 403
    assert browser.get("/admin/catalog/product/").status_code == 200
    accounts.give_role(user_id=user.pk, role="customer", groups=[], by=owner.pk)
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


@pytest.mark.parametrize("role", ["manager", "merchant", "employee", "customer"])
def test_only_owners_may(role: str) -> None:
    other = factories.UserFactory.create(role=role)
    user = staff.employee()

    with pytest.raises(OwnersOnly):
        accounts.give_role(user_id=user.pk, role="admin", groups=[], by=other.pk)

    assert given(user) == ("employee", False, [])


def test_an_owner_who_left_may_not() -> None:
    owner, user = staff.owner(), staff.employee()
    User.objects.filter(pk=owner.pk).update(is_active=False)

    with pytest.raises(OwnersOnly):
        accounts.give_role(user_id=user.pk, role="admin", groups=[], by=owner.pk)

    assert given(user) == ("employee", False, [])


def test_nobody_changes_their_own_so_the_last_owner_stays() -> None:
    owner = staff.owner()

    with pytest.raises(OwnRole):
        accounts.give_role(user_id=owner.pk, role="employee", groups=[], by=owner.pk)

    assert given(owner) == ("admin", True, [])


@pytest.mark.parametrize(
    ("role", "groups"), [("boss", []), ("", []), ("employee", ["support", "thieves"])]
)
def test_refuses_what_isnt_there(role: str, groups: list[str]) -> None:
    user = staff.employee()

    with pytest.raises(UnknownRole):
        accounts.give_role(user_id=user.pk, role=role, groups=groups, by=staff.owner().pk)

    assert given(user) == ("employee", False, [])


def test_refuses_who_isnt_there() -> None:
    with pytest.raises(UserNotFound):
        accounts.give_role(user_id=new_id(), role="employee", groups=[], by=staff.owner().pk)
