"""The mails that were written down, opened."""

import json
from dataclasses import dataclass
from typing import Any

from shopflow.lib.mail import PURPOSE, TOPIC
from shopflow.lib.models import OutboxMessage
from shopflow.lib.secrets import unseal


@dataclass(frozen=True)
class Letter:
    kind: str
    to: str
    facts: dict[str, Any]


def letters() -> list[Letter]:
    """Return all of them in the order they were written."""
    found = OutboxMessage.objects.filter(topic__startswith=TOPIC).order_by("id")
    return [_opened(message) for message in found]


def _opened(message: OutboxMessage) -> Letter:
    letter = json.loads(unseal(message.payload["sealed"], purpose=PURPOSE))
    return Letter(message.topic.removeprefix(TOPIC), letter["to"], letter["facts"])
