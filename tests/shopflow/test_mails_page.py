from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shopflow.lib.mail import MOST_TRIES, send_due, write_mail
from shopflow.lib.models import OutboxMessage
from shopflow.lib.transactions import command
from shopflow.mails.samples import SAMPLES
from tests import factories, staff
from tests.lib import mail_servers

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/mails/"
RESET = f"{ADDRESS}accounts/reset/"
SEE, CHANGE = "lib.view_outboxmessage", "lib.change_outboxmessage"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.employee(SEE, CHANGE))


@command
def write(to: str = "ada@example.com") -> UUID:
    write_mail("accounts/email_changed", to=to, facts={})
    return OutboxMessage.objects.order_by("-id")[0].pk


@pytest.fixture
def given_up(settings: Settings) -> UUID:
    """A mail that the worker doesn't try any more."""
    settings.EMAIL_BACKEND = mail_servers.AWAY
    mail_id = write()
    OutboxMessage.objects.update(attempts=MOST_TRIES - 1)
    send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mail_id


def test_names_every_kind(client: Client) -> None:
    response = client.get(ADDRESS)

    words = staff.text_of(response)
    assert "Every mail is out." in words
    for kind, sample in SAMPLES.items():
        assert f"{kind} {sample.when}" in words
        assert client.get(f"{ADDRESS}{kind}/").status_code == 200


def test_shows_how_a_kind_reads(client: Client) -> None:
    words = staff.text_of(client.get(RESET))
    frame = client.get(f"{RESET}html/?language=de")

    assert "Subject Choose a new password" in words
    assert "The link works once, for 30 minutes." in words
    assert '<html lang="de">' in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("language", ["", "xx", "en\0", "../de"])
def test_an_unknown_language_is_the_shops(client: Client, language: str) -> None:
    frame = client.get(f"{RESET}html/", {"language": language})

    assert '<html lang="en">' in frame.content.decode()


def test_knows_no_other_kind(client: Client) -> None:
    assert client.get(f"{ADDRESS}accounts/nothing/").status_code == 404
    assert client.get(f"{ADDRESS}accounts/nothing/html/").status_code == 404


def test_shows_what_waits_and_what_was_given_up_but_not_to_whom(
    client: Client, given_up: UUID
) -> None:
    write("bob@example.com")

    response = client.get(ADDRESS)

    words = staff.text_of(response)
    assert "ConnectionRefusedError Given up" in words
    assert words.count("mail:accounts/email_changed") == 2
    assert "ada@" not in response.content.decode()
    assert "bob@" not in response.content.decode()


def test_lets_a_mail_try_again(client: Client, given_up: UUID) -> None:
    response = client.post(ADDRESS, {"mail": str(given_up)}, follow=True)

    assert response.redirect_chain == [(ADDRESS, 303)]
    assert "The worker tries it again within seconds." in staff.text_of(response)
    message = OutboxMessage.objects.get()
    assert message.attempts == 0
    assert message.next_try_at <= timezone.now()
    assert send_due() == 1


@pytest.mark.parametrize("mail_id", ["", "nothing", "\0", "00000000-0000-7000-8000-000000000000"])
def test_tries_nothing_that_does_not_wait(client: Client, given_up: UUID, mail_id: str) -> None:
    response = client.post(ADDRESS, {"mail": mail_id}, follow=True)

    assert "This mail is out already, or was never written." in staff.text_of(response)
    assert OutboxMessage.objects.get().attempts == MOST_TRIES


def test_needs_the_right_to_change_for_that(given_up: UUID) -> None:
    looking = staff.signed_in(staff.employee(SEE))

    assert looking.post(ADDRESS, {"mail": str(given_up)}).status_code == 403
    assert "Try again" not in staff.text_of(looking.get(ADDRESS))
    assert OutboxMessage.objects.get().attempts == MOST_TRIES


@pytest.mark.parametrize("address", [ADDRESS, RESET, f"{RESET}html/"])
def test_is_for_staff_with_permission_only(address: str) -> None:
    shopper = Client()
    shopper.force_login(factories.UserFactory.create())
    others = staff.signed_in(staff.employee("orders.view_order"))

    assert others.get(address).status_code == 403
    for stranger in (Client(), shopper):
        response = stranger.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/?next=")


def test_number_of_queries(
    client: Client, given_up: UUID, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(ADDRESS)

    # Who looks, their second factor and their rights (two); the transaction, for whom it works, its
    # end; the mails.
    with django_assert_num_queries(8):
        client.get(ADDRESS)


def test_stands_in_the_index_of_those_who_may_see_it(client: Client) -> None:
    others = staff.signed_in(staff.employee("orders.view_order"))

    assert f'href="{ADDRESS}"' in client.get("/admin/").content.decode()
    assert f'href="{ADDRESS}"' not in others.get("/admin/").content.decode()
