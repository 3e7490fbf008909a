"""Mails as the real worker sends them: into the mailbox, and after a kill."""

import re
from pathlib import Path

import pytest
import redis
from django.utils import timezone

from shopflow.lib.mail import write_mail
from shopflow.lib.models import OutboxMessage
from shopflow.lib.tasks import send_mails
from shopflow.lib.transactions import command
from tests.flows.celery_process import running_worker, wait_until
from tests.lib.mail_servers import running_smtp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("worker")]


@pytest.fixture(autouse=True)
def _empty_queue(queue: "redis.Redis") -> None:
    """Nothing of another test rings here."""


@command
def write() -> OutboxMessage:
    write_mail("accounts/email_changed", to="ada@example.com", facts={})
    return OutboxMessage.objects.get()


def is_sent() -> bool:
    return OutboxMessage.objects.filter(sent_at__isnull=False, payload={}).exists()


def test_a_mail_lands_in_the_mailbox_once_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = tmp_path / "mails"
    monkeypatch.setenv("EMAIL_URL", mailbox.as_uri())

    with running_worker(tmp_path):
        message = write()
        wait_until(is_sent)

    [file] = mailbox.iterdir()
    assert file.name == f"{message.pk}.eml"
    assert b"To: ada@example.com" in file.read_bytes()


def test_a_worker_killed_before_it_heard_yes_sends_the_same_message_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_smtp(is_mute=True) as mute:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{mute.port}")
        with running_worker(tmp_path) as worker:
            message = write()
            wait_until(lambda: bool(mute.mails))
            worker.kill()
    assert not is_sent()
    OutboxMessage.objects.update(next_try_at=timezone.now())  # the dead worker's claim is over

    with running_smtp() as server:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
        with running_worker(tmp_path):
            send_mails.delay()
            wait_until(is_sent)

    found = [re.findall(rb"Message-ID: <(.*)@", mail) for mail in (*mute.mails, *server.mails)]
    assert found == [[str(message.pk).encode()]] * 2
    message.refresh_from_db()
    assert (message.attempts, message.payload) == (2, {})
