"""Send the mails that wait: claimed in one transaction, sent in none, noted in the next.

Two workers never claim the same mail. A worker killed between the mail server's yes and our note
of it leaves a mail that is sent again later: at least once, then, with the same Message-ID.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import UUID

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.utils import timezone

from shopflow.lib.errors import NotFound
from shopflow.lib.mail.letters import message_of, opened
from shopflow.lib.mail.writing import TOPIC
from shopflow.lib.models import OutboxMessage
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)
BATCH = 100
# How long a claimed mail is left alone; sending one takes seconds.
CLAIM = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
# About a day; after that it is for staff to look at.
MOST_TRIES = 12


def send_due(*, limit: int = BATCH) -> int:
    """Send the mails that are due and return how many were. Safe to repeat.

    Talks to the mail server. When that is away, one mail is tried and the others wait for the next
    sweep; a mail that can't be written or delivered stops no other.
    """
    connection = get_connection()
    sent = 0
    try:
        while limit and (message := claim_mail()) is not None:
            limit -= 1
            try:
                _send(message, connection)
            except Exception as error:  # whatever is wrong with one letter stops no other
                note_failure(message_id=message.pk, reason=_reason(error))
                if _is_of_the_server(error):
                    break
            else:
                note_sent(message_id=message.pk)
                sent += 1
    finally:
        connection.close()
    return sent


@command
def claim_mail() -> OutboxMessage | None:
    """Return the mail that waits longest, and put its next try off. Safe to repeat."""
    now = timezone.now()
    message = _waiting().filter(next_try_at__lte=now).order_by("next_try_at").first()
    if message is not None:
        message.attempts += 1
        message.next_try_at = now + CLAIM
        message.save(update_fields=["attempts", "next_try_at", "updated_at"])
    return message


@command
def note_sent(*, message_id: UUID) -> None:
    """Write down that a mail is out, and forget what was in it. Safe to repeat."""
    OutboxMessage.objects.filter(pk=message_id, sent_at=None).update(
        sent_at=timezone.now(), payload={}, last_error=""
    )


@command
def note_failure(*, message_id: UUID, reason: str) -> None:
    """Write down why a mail didn't go out; it is tried again, later and later. Safe to repeat."""
    message = OutboxMessage.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.sent_at is None:
        log.warning("%s %s, try %s: %s", message.topic, message_id, message.attempts, reason)
        wait = FIRST_WAIT * 2 ** (message.attempts - 1)
        message.next_try_at = timezone.now() + min(wait, LONGEST_WAIT)
        message.last_error = reason
        message.save(update_fields=["next_try_at", "last_error", "updated_at"])


@command
def try_again(*, message_id: UUID) -> OutboxMessage:
    """Let a mail that was given up, or that waits, be tried at once, and as often as a new one.

    Raises NotFound when there is none, or when it is out already. Safe to repeat.
    """
    message = unsent().select_for_update(no_key=True).filter(pk=message_id).first()
    if message is None:
        raise NotFound
    message.attempts, message.next_try_at = 0, timezone.now()
    message.save(update_fields=["attempts", "next_try_at", "updated_at"])
    return message


def unsent() -> "QuerySet[OutboxMessage]":
    """Return the mails that aren't out yet, given up or not."""
    return OutboxMessage.objects.filter(topic__startswith=TOPIC, sent_at=None)


def _waiting() -> "QuerySet[OutboxMessage]":
    due = unsent().filter(attempts__lt=MOST_TRIES)
    return due.select_for_update(skip_locked=True, no_key=True)


def _send(message: OutboxMessage, connection: BaseEmailBackend) -> None:
    letter = message_of(opened(message))
    letter.connection = connection
    connection.open()
    letter.send()


def _reason(error: Exception) -> str:
    """Name an error without its words: a mail server's hold the address, others the facts."""
    refused: Mapping[str, Any] = getattr(error, "recipients", {})
    code = next((code for code, _ in refused.values()), getattr(error, "smtp_code", ""))
    return f"{type(error).__name__} {code}".strip()


def _is_of_the_server(error: Exception) -> bool:
    # smtplib's errors are OSErrors too.
    return isinstance(error, OSError) and not isinstance(error, SMTPRecipientsRefused)
