import json
from typing import Any

import pytest
import redis
from django.utils import translation

from shopflow.lib.errors import InvalidInput
from shopflow.lib.mail import write_mail
from shopflow.lib.mail.letters import opened
from shopflow.lib.models import OutboxMessage
from shopflow.lib.transactions import command
from tests.doorbell import rung

TASK = ("shopflow.lib.tasks.send_mails", "()")


@command
def write(to: str = "ada@example.com", **how: Any) -> None:
    write_mail("accounts/reset", to=to, **{"facts": {"token": "secret", "minutes": 30}, **how})


@command
def write_and_fail() -> None:
    write()
    raise InvalidInput


@pytest.mark.django_db
def test_seals_who_gets_it_and_what_it_says() -> None:
    with translation.override("de"):
        write()

    message = OutboxMessage.objects.get()
    kept = json.dumps(message.payload)
    assert (message.topic, message.sent_at, message.attempts) == ("mail:accounts/reset", None, 0)
    assert "ada" not in kept
    assert "secret" not in kept
    letter = opened(message)
    assert (letter.id, letter.kind, letter.to) == (message.pk, "accounts/reset", "ada@example.com")
    assert (letter.language, letter.facts) == ("de", {"token": "secret", "minutes": 30})


@pytest.mark.django_db
def test_writes_the_same_reference_once() -> None:
    write(reference="order 1")
    write(reference="order 1")
    write(reference="order 2")
    write()
    write()

    assert OutboxMessage.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_rings_for_a_worker_once_it_is_true(queue: "redis.Redis") -> None:
    write()

    assert rung(queue) == [TASK]


@pytest.mark.django_db(transaction=True)
def test_is_never_sent_when_the_command_fails(queue: "redis.Redis") -> None:
    with pytest.raises(InvalidInput):
        write_and_fail()

    assert not OutboxMessage.objects.exists()
    assert rung(queue) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "to",
    [
        "",
        "ada",
        "ada@example.com\nBcc: bob@example.com",
        "ada@example.com\r\n\r\nhello",
        "ada@example.com, bob@example.com",
        "Ada <ada@example.com>",
        "ada@example.com\0",
        f"{'a' * 400}@example.com",
    ],
)
def test_refuses_anything_but_one_address(to: str) -> None:
    with pytest.raises(InvalidInput, match="e-mail address like"):
        write(to)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Ada\nBcc: bob@example.com", "Ada\r", "\0", "Ada\u2028Bob"])
def test_refuses_a_name_that_could_end_a_header(name: str) -> None:
    with pytest.raises(InvalidInput, match="without line breaks"):
        write(facts={"first_name": name})

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_takes_names_of_everywhere() -> None:
    write(facts={"first_name": "Zoë\u3000李\u00a0👩‍👧"})

    assert OutboxMessage.objects.count() == 1
