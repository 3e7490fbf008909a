import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests import factories, staff

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


@pytest.mark.parametrize("path", ["add/", "{}/change/", "{}/delete/"])
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
