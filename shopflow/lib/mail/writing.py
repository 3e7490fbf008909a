"""Write a mail down, in the transaction that makes it true."""

import json
from collections.abc import Mapping

from django.utils.translation import get_language

from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from shopflow.lib.secrets import seal

TOPIC = "mail:"
PURPOSE = "shopflow.lib.mail"


def write_mail(
    kind: str, *, to: str, facts: Mapping[str, str | int | bool], reference: str = ""
) -> None:
    """Let a mail be sent once this command is committed; never if it isn't.

    `kind` names its templates: `accounts/reset` is `accounts/emails/reset.{txt,html}`, with
    `facts` as their context. The same kind and `reference` are written once; without a reference
    it is new each time. The language is the reader's of now. Address and facts are sealed: they
    hold links that open an account.
    """
    letter = {"to": to, "language": get_language(), "facts": dict(facts)}
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                topic=f"{TOPIC}{kind}",
                reference=reference or str(new_id()),
                payload={"sealed": seal(json.dumps(letter), purpose=PURPOSE)},
            )
        ],
        ignore_conflicts=True,
    )
