from importlib import util
from pathlib import Path
from types import ModuleType
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from shopflow import urls
from shopflow.lib.mail import send_due, write_mail
from shopflow.lib.models import OutboxMessage
from shopflow.lib.transactions import command
from tests import staff

pytestmark = pytest.mark.django_db
LIST = "/mailbox/"


@pytest.fixture(autouse=True)
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "shopflow.lib.mail.folder.FolderBackend"
    settings.MAILBOX = tmp_path / "mails"
    return tmp_path / "mails"


@command
def write(kind: str = "accounts/email_changed", to: str = "ada@example.com") -> UUID:
    write_mail(kind, to=to, facts={})
    return OutboxMessage.objects.order_by("-id")[0].pk


def test_says_that_nothing_has_come(client: Client) -> None:
    assert "No mails yet" in staff.text_of(client.get(LIST))


def test_lists_the_mails_newest_first(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    older, newer = write(), write("accounts/password_changed", "bob@example.com")
    send_due()

    # The menu's categories.
    with django_assert_num_queries(1):
        response = client.get(LIST)

    html = response.content.decode()
    assert response.status_code == 200
    assert html.index(f"{LIST}{newer}/") < html.index(f"{LIST}{older}/")
    words = staff.text_of(response)
    assert "Your password was changed bob@example.com" in words
    assert "Your e-mail address was changed ada@example.com" in words


def test_shows_a_mail_as_text_and_as_it_looks(client: Client) -> None:
    mail_id = write("accounts/email_changed")
    send_due()

    page = client.get(f"{LIST}{mail_id}/")
    frame = client.get(f"{LIST}{mail_id}/html/")

    assert "Your account now uses another e-mail address." in staff.text_of(page)
    assert f'src="{LIST}{mail_id}/html/" sandbox="' in page.content.decode()
    assert "<h1" in frame.content.decode()
    assert "Your account now uses another e-mail address." in frame.content.decode()


def test_a_frame_may_do_nothing_but_be_read(client: Client) -> None:
    mail_id = write()
    send_due()

    frame = client.get(f"{LIST}{mail_id}/html/")

    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in frame.content.decode()


def test_links_in_the_text_can_be_followed(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "http://127.0.0.1:8000"
    mail_id = write()
    send_due()

    html = client.get(f"{LIST}{mail_id}/").content.decode()

    assert '<a href="http://127.0.0.1:8000"' in html


def test_holds_a_mail_once_however_often_it_was_sent(mailbox: Path) -> None:
    mail_id = write()
    payload = OutboxMessage.objects.get().payload
    send_due()
    OutboxMessage.objects.update(sent_at=None, payload=payload, next_try_at="2026-01-01T00:00Z")

    assert send_due() == 1

    assert [file.name for file in mailbox.iterdir()] == [f"{mail_id}.eml"]


@pytest.mark.parametrize("name", ["", "html/"])
def test_knows_no_other_mail(client: Client, name: str) -> None:
    assert client.get(f"{LIST}{uuid4()}/{name}").status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc", "nothing", "%00"])
def test_names_no_other_file(client: Client, name: str) -> None:
    assert client.get(f"{LIST}{name}/").status_code == 404


def test_takes_no_other_method(client: Client) -> None:
    assert client.post(LIST).status_code == 405
    assert client.post(f"{LIST}{uuid4()}/").status_code == 405


@pytest.fixture
def in_production(settings: Settings) -> None:
    """The shop's addresses as they are where mails go to a server."""
    settings.MAILBOX = None
    spec = util.spec_from_file_location("urls_in_production", urls.__file__)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings.ROOT_URLCONF = module


@pytest.mark.usefixtures("in_production")
def test_is_nowhere_in_production(client: Client) -> None:
    assert client.get(LIST).status_code == 404
    assert client.get(f"{LIST}{uuid4()}/").status_code == 404
    assert client.get(f"{LIST}{uuid4()}/html/").status_code == 404
    assert client.get("/healthz").status_code == 200
