import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts import commands as accounts
from accounts.models import User
from accounts.queries import live_sign_ins
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.accounts.letters import letters

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def test_shows_a_person_without_the_password(client: Client) -> None:
    user = factories.UserFactory.create(email="ada@example.com")

    response = client.get(f"{USERS}{user.pk}/change/")

    assert "ada@example.com" in staff.text_of(response)
    assert user.password not in response.content.decode()


@pytest.mark.parametrize("path", ["{}/change/", "{}/delete/"])
def test_people_are_not_edited_by_hand(client: Client, path: str) -> None:
    user = factories.UserFactory.create()

    response = client.post(USERS + path.format(user.pk), {"role": "admin", "post": "yes"})

    assert response.status_code == 403
    assert User.objects.get(pk=user.pk).role == "customer"


def test_finds_people_by_email(client: Client) -> None:
    factories.UserFactory.create(email="ada@example.com")
    factories.UserFactory.create(email="eve@example.com")

    words = staff.text_of(client.get(USERS, {"q": "ada@"}))

    assert "ada@example.com" in words
    assert "eve@example.com" not in words


def test_groups_have_no_page(client: Client) -> None:
    assert client.get("/admin/auth/group/").status_code == 404


def test_shoppers_do_not_get_in() -> None:
    client = staff.signed_in(factories.UserFactory.create())

    response = client.get(USERS)

    assert response["Location"] == f"/admin/login/?next={USERS}"


def test_the_list_takes_a_fixed_number_of_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for email in ("ada@example.com", "eve@example.com"):
        factories.UserFactory.create(email=email)

        with django_assert_num_queries(7):
            response = client.get(USERS)

        assert email in staff.text_of(response)


# --- what owners do -----------------------------------------------------------------------------

OWNER_ONLY = ["give_role/", "sign_out/", "sign_out_everywhere/"]


def roles_of(user: User) -> tuple[str, bool, list[str]]:
    user = User.objects.get(pk=user.pk)
    return user.role, user.is_superuser, sorted(group.name for group in user.groups.all())


def test_an_owner_gives_a_role_and_groups_and_the_log_knows(client: Client) -> None:
    user = staff.employee()

    response = client.post(
        f"{USERS}{user.pk}/give_role/", {"role": "merchant", "groups": ["finance"]}
    )

    assert response["Location"] == f"{USERS}{user.pk}/change/"
    assert roles_of(user) == ("merchant", False, ["finance"])
    entry = AuditLog.objects.get(action="update", entity_type="user", entity_id=str(user.pk))
    assert {change.name: change.after for change in entry.changes}["role"] == "merchant"
    assert AuditLog.objects.filter(action="create", entity_type="user_groups").count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"role": "boss"}, {"role": "employee", "groups": ["thieves"]}, {"role": "\0"}]
)
def test_bad_input_gives_nothing(client: Client, data: dict[str, object]) -> None:
    user = staff.employee()

    assert client.post(f"{USERS}{user.pk}/give_role/", data).status_code == 400
    assert roles_of(user) == ("employee", False, [])


def test_nobody_gives_themselves_a_role() -> None:
    owner = staff.owner()

    response = staff.signed_in(owner).post(f"{USERS}{owner.pk}/give_role/", {"role": "employee"})

    assert response.status_code == 409
    assert "Nobody changes their own role." in staff.text_of(response)
    assert roles_of(owner) == ("admin", True, [])


@pytest.mark.parametrize("act", OWNER_ONLY)
def test_a_manager_may_only_look(act: str) -> None:
    manager = factories.UserFactory.create(role="manager")
    user = staff.employee()

    response = staff.signed_in(manager).post(f"{USERS}{user.pk}/{act}", {"role": "admin"})

    assert response.status_code == 403
    assert roles_of(user) == ("employee", False, [])


@pytest.mark.parametrize("act", ["give_role/", "sign_out_everywhere/"])
def test_asks_who_it_is_first(client: Client, act: str) -> None:
    user = staff.employee()
    staff.a_while_ago(client)

    response = client.post(f"{USERS}{user.pk}/{act}", {"role": "admin"})

    assert response["Location"].startswith("/accounts/prove/?next=")
    assert roles_of(user) == ("employee", False, [])


def test_invites_somebody(client: Client) -> None:
    page = f"{USERS}add/"
    form = staff.form_of(client.get(page), "user_form")

    data = {**form, "address": "Wanda@example.com", "work": "employee", "teams": ["warehouse"]}
    response = client.post(page, data)

    assert response.status_code == 302
    assert roles_of(User.objects.get(email="wanda@example.com")) == (
        "employee",
        False,
        ["warehouse"],
    )
    assert [letter.kind for letter in letters()] == ["accounts/invitation"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"address": "ada@example.com"}, "There is an account with this e-mail already."),
        ({"address": "wanda"}, "Enter a valid email address."),
        ({"work": "customer"}, "Select a valid choice."),
        ({"work": ""}, "This field is required."),
        ({"teams": ["thieves"]}, "Select a valid choice."),
    ],
)
def test_says_why_nobody_is_invited(client: Client, data: dict[str, object], sentence: str) -> None:
    factories.UserFactory.create(email="ada@example.com")

    sent = {"address": "wanda@example.com", "work": "employee", **data}
    response = client.post(f"{USERS}add/", sent)

    assert sentence in staff.text_of(response)
    assert not User.objects.filter(email="wanda@example.com").exists()
    assert letters() == []


def test_asks_who_it_is_before_the_invitation_is_written(client: Client) -> None:
    staff.a_while_ago(client)

    response = client.get(f"{USERS}add/")

    assert response["Location"] == "/accounts/prove/?next=%2Fadmin%2Faccounts%2Fuser%2Fadd%2F"


def test_shows_where_somebody_is_signed_in_and_ends_it(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    user = staff.employee()
    device = staff.app_of(user)
    browser = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    login = {"username": user.email, "password": "correct horse battery"}
    browser.post("/accounts/login/", login)
    browser.post("/accounts/code/", {"code": staff.code_of(device)})
    assert browser.get("/admin/").status_code == 200
    page = client.get(f"{USERS}{user.pk}/change/")
    assert "Firefox on Linux" in staff.text_of(page)
    [sign_in] = live_sign_ins(user.pk)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{USERS}{user.pk}/sign_out/", {"family": str(sign_in.family)})

    assert live_sign_ins(user.pk) == []
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_ends_every_sign_in(client: Client) -> None:
    user = staff.employee()
    for device in ("Phone", "Till"):
        accounts.sign_in(user_id=user.pk, device=device, ip=None)

    client.post(f"{USERS}{user.pk}/sign_out_everywhere/")

    assert live_sign_ins(user.pk) == []


@pytest.mark.parametrize("family", ["", "x", "0" * 32])
def test_ends_nothing_that_isnt_named(client: Client, family: str) -> None:
    user = staff.employee()
    accounts.sign_in(user_id=user.pk, device="Phone", ip=None)

    response = client.post(f"{USERS}{user.pk}/sign_out/", {"family": family})

    assert response.status_code in {400, 404}
    assert len(live_sign_ins(user.pk)) == 1
