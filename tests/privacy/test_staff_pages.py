"""Staff hand a person's data out, or erase it."""

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import ErasureLog, User
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.rules.rows import row

pytestmark = pytest.mark.django_db
BOTH = ("accounts.export_user", "accounts.erase_user")


@pytest.fixture
def boss(db: None) -> User:
    return staff.owner()


@pytest.fixture
def client(boss: User) -> Client:
    return staff.signed_in(boss)


@pytest.fixture
def ada(db: None) -> User:
    return factories.UserFactory.create(email="ada@example.com")


def at(user: User, what: str = "") -> str:
    return f"/admin/accounts/user/{user.pk}/data/{what}"


def test_the_persons_page_leads_there(client: Client, ada: User) -> None:
    page = client.get(f"/admin/accounts/user/{ada.pk}/change/")

    assert f'href="{at(ada)}"' in page.content.decode()
    assert "ada@example.com" in staff.text_of(client.get(at(ada)))


def test_number_of_queries(
    client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(at(ada))

    # Who it is, the second factor, the transaction around, the person, the audit's note.
    with django_assert_num_queries(7):
        client.get(at(ada))


def test_hands_out_and_says_who_took_it(client: Client, boss: User, ada: User) -> None:
    response = client.post(at(ada, "export/"))

    document = json.loads(b"".join(response))
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert document["user_id"] == str(ada.pk)
    log = AuditLog.objects.get(action="export")
    assert (log.user_id, log.entity_id) == (boss.pk, str(ada.pk))


def test_erases_and_says_who_did_it(client: Client, boss: User, ada: User) -> None:
    response = client.post(at(ada, "erase/"), follow=True)

    assert "The person is erased." in staff.text_of(response)
    assert User.objects.get(pk=ada.pk).email == f"erased-{ada.pk}@invalid"
    assert ErasureLog.objects.get().requested_by == boss.pk


def test_says_what_stands_in_the_way(client: Client, ada: User) -> None:
    row("orders", user_id=ada.pk)

    response = client.post(at(ada, "erase/"))

    assert response.status_code == 409
    assert "isn't finished yet" in staff.text_of(response)
    assert User.objects.get(pk=ada.pk).email == "ada@example.com"
    assert not ErasureLog.objects.exists()


def test_erases_nobody_who_works_here(client: Client, boss: User) -> None:
    response = client.post(at(boss, "erase/"))

    assert response.status_code == 409
    assert "works here" in staff.text_of(response)
    assert not ErasureLog.objects.exists()


@pytest.mark.parametrize("what", ["export/", "erase/"])
def test_asks_again_who_it_is_after_a_while(client: Client, ada: User, what: str) -> None:
    response = staff.a_while_ago(client).post(at(ada, what))

    assert response["Location"].startswith("/accounts/prove/?")
    assert not ErasureLog.objects.exists()
    assert not AuditLog.objects.filter(action="export").exists()


@pytest.mark.parametrize(
    ("permissions", "page", "export", "erase"),
    [
        (("accounts.view_user", "accounts.change_user"), 403, 403, 403),
        (("accounts.export_user",), 200, 200, 403),
        (("accounts.erase_user",), 200, 403, 303),
        (BOTH, 200, 200, 303),
    ],
)
def test_needs_the_permission_for_each(
    ada: User, permissions: tuple[str, ...], page: int, export: int, erase: int
) -> None:
    client = staff.signed_in(staff.employee(*permissions))

    answers = [client.get(at(ada)), client.post(at(ada, "export/")), client.post(at(ada, "erase/"))]

    for answer in answers:
        b"".join(answer)  # read to its end, a file is closed
    assert [answer.status_code for answer in answers] == [page, export, erase]
    assert ErasureLog.objects.count() == (erase == 303)
    assert AuditLog.objects.filter(action="export").count() == (export == 200)


@pytest.mark.parametrize("what", ["", "export/", "erase/"])
def test_knows_nobody_of_another_id(client: Client, what: str) -> None:
    address = f"/admin/accounts/user/{new_id()}/data/{what}"

    answer = client.post(address) if what else client.get(address)

    assert answer.status_code == 404
    assert not ErasureLog.objects.exists()


@pytest.mark.parametrize("what", ["export/", "erase/"])
def test_forms_need_the_token_of_their_page(boss: User, ada: User, what: str) -> None:
    client = staff.signed_in(boss, enforce_csrf_checks=True)

    assert client.post(at(ada, what)).status_code == 403
    assert not ErasureLog.objects.exists()


@pytest.mark.parametrize("what", ["export/", "erase/"])
def test_does_nothing_by_a_link(client: Client, ada: User, what: str) -> None:
    assert client.get(at(ada, what)).status_code == 405
    assert not ErasureLog.objects.exists()
