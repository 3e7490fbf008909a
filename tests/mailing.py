"""Mails as they were written down, opened."""

import json
from typing import Any

from shopflow.lib.mail import PURPOSE
from shopflow.lib.models import OutboxMessage
from shopflow.lib.secrets import unseal


def facts_of(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """To whom mails of a kind go and what they tell, oldest first."""
    rows = OutboxMessage.objects.filter(topic=f"mail:{kind}").order_by("id")
    letters = [json.loads(unseal(row.payload["sealed"], purpose=PURPOSE)) for row in rows]
    return [(letter["to"], letter["facts"]) for letter in letters]
