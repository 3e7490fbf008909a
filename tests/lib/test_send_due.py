from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as post
from django.db import connection
from django.utils import timezone, translation
from pytest_django import Settings

from shopflow.lib.errors import NotFound
from shopflow.lib.mail import MOST_TRIES, send_due, try_again, write_mail
from shopflow.lib.mail.sending import CLAIM, FIRST_WAIT, LONGEST_WAIT, note_failure, note_sent
from shopflow.lib.models import OutboxMessage
from shopflow.lib.tasks import send_mails
from shopflow.lib.transactions import command
from tests.lib import mail_servers

pytestmark = pytest.mark.django_db


@command
def write(to: str = "ada@example.com", kind: str = "accounts/email_changed") -> OutboxMessage:
    write_mail(kind, to=to, facts={})
    return OutboxMessage.objects.order_by("-id")[0]


def come_due() -> None:
    """Let time pass: whatever waits is due."""
    OutboxMessage.objects.update(next_try_at=timezone.now())


def html_of(sent: post.EmailMessage) -> str:
    """A mail's other part."""
    assert isinstance(sent, post.EmailMultiAlternatives)
    [(content, kind)] = sent.alternatives
    assert kind == "text/html"
    return str(content)


def waits(message: OutboxMessage) -> timedelta:
    message.refresh_from_db()
    return message.next_try_at - timezone.now()


def about(wait: timedelta) -> Any:
    return pytest.approx(wait, abs=timedelta(seconds=20))


def test_sends_text_and_html_and_forgets_what_was_in_it(settings: Settings) -> None:
    settings.SITE_URL = "https://shop.example"
    settings.DEFAULT_FROM_EMAIL = "Shop <mail@shop.example>"
    message = write()

    assert send_due() == 1

    [sent] = post.outbox
    assert (sent.to, sent.from_email) == (["ada@example.com"], "Shop <mail@shop.example>")
    assert sent.subject == "Your e-mail address was changed"
    assert str(sent.body).startswith("Your account now uses another e-mail address.")
    assert "Your account now uses another e-mail address." in html_of(sent)
    assert sent.extra_headers == {
        "Message-ID": f"<{message.pk}@shop.example>",
        "Auto-Submitted": "auto-generated",
    }
    message.refresh_from_db()
    assert message.sent_at is not None
    assert (message.payload, message.attempts, message.last_error) == ({}, 1, "")


def test_reads_in_the_language_it_was_written_in(settings: Settings) -> None:
    with translation.override("de"):
        write()

    send_mails()

    assert '<html lang="de">' in html_of(post.outbox[0])


def test_sends_nothing_twice() -> None:
    write()
    send_mails()

    send_mails()
    come_due()
    send_mails()

    assert len(post.outbox) == 1


def test_sends_the_oldest_first_and_no_more_than_asked() -> None:
    for name in ("ada", "bob", "cleo"):
        write(f"{name}@example.com")

    assert send_due(limit=2) == 2

    assert [sent.to for sent in post.outbox] == [["ada@example.com"], ["bob@example.com"]]
    assert OutboxMessage.objects.filter(sent_at=None).count() == 1


def test_leaves_other_news_of_the_outbox_alone() -> None:
    news = OutboxMessage.objects.create(topic="order.placed", reference="1", payload={"id": 1})

    assert send_due() == 0

    news.refresh_from_db()
    assert (news.attempts, news.payload) == (0, {"id": 1})


def test_one_letter_is_tried_while_the_server_is_away(settings: Settings) -> None:
    settings.EMAIL_BACKEND = mail_servers.AWAY
    first, second = write(), write("bob@example.com")

    assert send_due() == 0

    assert waits(first) == about(FIRST_WAIT)
    second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 0)
    assert (first.sent_at, first.last_error) == (None, "ConnectionRefusedError")
    assert post.outbox == []


def test_waits_longer_after_each_try(settings: Settings) -> None:
    settings.EMAIL_BACKEND = mail_servers.AWAY
    message = write()
    waited = []

    for _ in range(MOST_TRIES):
        come_due()
        send_due()
        waited.append(waits(message))

    assert waited[:4] == [about(FIRST_WAIT * 2**number) for number in range(4)]
    assert waited[-1] == about(LONGEST_WAIT)
    assert message.attempts == MOST_TRIES


def test_gives_up_until_staff_let_it_try_again(settings: Settings) -> None:
    settings.EMAIL_BACKEND = mail_servers.AWAY
    message = write()
    OutboxMessage.objects.update(attempts=MOST_TRIES - 1)
    send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    come_due()

    assert send_due() == 0

    try_again(message_id=message.pk)
    assert send_due() == 1
    message.refresh_from_db()
    assert (message.attempts, message.last_error, message.payload) == (1, "", {})


def test_tries_nothing_again_that_is_out() -> None:
    message = write()
    send_due()

    with pytest.raises(NotFound):
        try_again(message_id=message.pk)

    message.refresh_from_db()
    assert message.attempts == 1


def test_a_refused_address_stops_no_other_and_is_told_nowhere(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = mail_servers.PICKY
    refused, other = write("bob@example.com"), write()

    assert send_due() == 1

    assert waits(refused) == about(FIRST_WAIT)
    other.refresh_from_db()
    assert (refused.sent_at, refused.last_error) == (None, "SMTPRecipientsRefused 550")
    assert other.sent_at is not None
    assert "SMTPRecipientsRefused 550" in caplog.text
    assert "bob" not in caplog.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"payload": {"sealed": "nothing of ours"}}, "Unsealable"),
        ({"payload": {}}, "Unsealable"),
        ({"topic": "mail:accounts/nothing"}, "TemplateDoesNotExist"),
    ],
)
def test_a_letter_that_cannot_be_written_stops_no_other(change: Any, error: str) -> None:
    broken, other = write(), write()
    OutboxMessage.objects.filter(pk=broken.pk).update(**change)

    assert send_due() == 1

    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.sent_at, broken.last_error) == (None, error)
    assert other.sent_at is not None


def test_a_worker_killed_before_it_wrote_it_down_sends_the_same_message_again(
    settings: Settings,
) -> None:
    settings.EMAIL_BACKEND = mail_servers.DELIVERS_AND_DIES
    message = write()
    with pytest.raises(SystemExit):
        send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert send_due() == 0  # the dead worker's claim still stands
    assert waits(message) == about(CLAIM)
    come_due()
    assert send_due() == 1

    first, again = (sent.extra_headers["Message-ID"] for sent in post.outbox)
    assert first == again
    message.refresh_from_db()
    assert (message.attempts, message.payload) == (2, {})


def test_is_sent_in_no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    depths = []
    outside = len(connection.savepoint_ids)
    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages",
        lambda backend, messages: depths.append(len(connection.savepoint_ids)),
    )

    send_due()

    assert depths == [outside]


def test_noting_twice_changes_nothing() -> None:
    message = write()
    send_due()
    message.refresh_from_db()
    sent_at = message.sent_at

    note_sent(message_id=message.pk)
    note_failure(message_id=message.pk, reason="TimeoutError")

    message.refresh_from_db()
    assert (message.sent_at, message.last_error) == (sent_at, "")


def test_speaks_to_a_real_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    refused = write("bob@example.com")
    message = write()

    with mail_servers.running_smtp(refuses="bob@") as server:
        settings.EMAIL_PORT = server.port
        assert send_due() == 1

    [mail] = server.mails
    assert f"Message-ID: <{message.pk}@127.0.0.1>".encode() in mail
    assert [line for line in server.heard if line.startswith("ehlo")] == [server.heard[0]]
    assert server.heard[-1] == "quit"
    refused.refresh_from_db()
    assert refused.last_error == "SMTPRecipientsRefused 550"
