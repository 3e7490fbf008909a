"""Who came in, and who tried to."""

import pytest
from django.test import Client

from shopflow.lib.models import AuditLog
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
PAGE = "/accounts/login/"
PASSWORD = "correct horse battery"


def tried(client: Client, email: str, password: str) -> AuditLog:
    client.post(PAGE, {"username": email, "password": password}, REMOTE_ADDR="198.51.100.7")
    return AuditLog.objects.get()


@ledger("S2-80")
def test_a_login_names_who_came_in_and_from_where(client: Client) -> None:
    user = factories.UserFactory.create()

    entry = tried(client, user.email, PASSWORD)

    assert (entry.action, entry.entity_type) == ("login", "user")
    assert (entry.user_id, entry.entity_id) == (user.pk, str(user.pk))
    assert entry.ip_address == "198.51.100.7"
    assert entry.request_id != ""


def test_a_wrong_password_names_the_account_but_nobody_who_did_it(client: Client) -> None:
    user = factories.UserFactory.create(email="sam@example.com")

    entry = tried(client, "Sam@Example.com", "wrong")

    assert (entry.action, entry.entity_type) == ("login_failed", "user")
    assert (entry.user_id, entry.entity_id) == (None, str(user.pk))
    assert entry.new_values is None


def test_an_unknown_e_mail_is_kept_as_a_hash(client: Client) -> None:
    first = tried(client, "stranger@example.com", "hunter2hunter2")
    client.post(PAGE, {"username": " STRANGER@example.com", "password": "x"})
    client.post(PAGE, {"username": "other@example.com", "password": "x"})

    rows = [entry.new_values for entry in AuditLog.objects.order_by("created_at")]
    assert (first.user_id, first.entity_id) == (None, "")
    assert rows[0] == rows[1] != rows[2]
    assert [len(row["email_hash"]) for row in rows if row] == [64, 64, 64]
    everything = str([vars(entry) for entry in AuditLog.objects.all()])
    assert "stranger" not in everything.casefold()
    assert "hunter2" not in everything


def test_leaving_is_no_event(client: Client) -> None:
    client.force_login(factories.UserFactory.create())

    client.post("/accounts/logout/")

    assert [entry.action for entry in AuditLog.objects.all()] == ["login"]
