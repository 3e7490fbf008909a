from collections.abc import Iterator

import pytest
from django.core import mail as post
from django.db.models import QuerySet

from shopflow.lib import mail
from shopflow.lib.mail import sending
from shopflow.lib.models import OutboxMessage
from shopflow.lib.transactions import command
from tests.races.starting_gun import ROUNDS, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
MAILS = 5


@command
def write() -> None:
    for number in range(MAILS):
        mail.write_mail("accounts/email_changed", to=f"ada{number}@example.com", facts={})


def rounds() -> Iterator[int]:
    """Let two workers sweep at the same moment; yield how many mails went out in each round."""
    with runners(2) as running:
        for _ in range(ROUNDS):
            write()
            post.outbox.clear()
            results = running.race(mail.send_due, mail.send_due)
            assert all(isinstance(result, int) for result in results), results
            yield len(post.outbox)


def test_each_mail_goes_out_once() -> None:
    before = deadlocks()

    assert list(rounds()) == [MAILS] * ROUNDS

    assert OutboxMessage.objects.filter(sent_at=None).count() == 0
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {1}
    assert deadlocks() == before


def test_without_the_lock_some_go_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_waiting", _look_only)

    assert any(sent > MAILS for sent in rounds())


def _look_only() -> "QuerySet[OutboxMessage]":
    return sending.unsent().filter(attempts__lt=sending.MOST_TRIES)
