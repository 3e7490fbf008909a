"""Write a mail down, in the transaction that makes it true."""

import json
import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.dispatch import Signal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shopflow.lib.errors import InvalidInput
from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from shopflow.lib.news import announce
from shopflow.lib.secrets import seal

TOPIC = "mail:"
PURPOSE = "shopflow.lib.mail"
# Unicode's line breaks, and what no keyboard writes.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

mail_written = Signal()
"""A mail waits to be sent."""


def write_mail(
    kind: str, *, to: str, facts: Mapping[str, str | int | bool], reference: str = ""
) -> None:
    """Let a mail be sent once this command is committed; never if it isn't.

    `kind` names its templates: `accounts/reset` is `accounts/emails/reset.{txt,html}`, with
    `facts` as their context. The same kind and `reference` are written once; without a reference
    it is new each time. The language is the reader's of now. Address and facts are sealed: they
    hold links that open an account. Raises InvalidInput for anything but one plain address, and
    for control characters in a fact, which could end a header.
    """
    _check(to, facts.values())
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
    announce(mail_written)


def _check(to: str, facts: Iterable[object]) -> None:
    try:
        validate_email(to)
    except ValidationError:
        raise InvalidInput(_("Please enter an e-mail address like name@example.com.")) from None
    if any(isinstance(fact, str) and CONTROL.search(fact) for fact in facts):
        raise InvalidInput(_("Please write this without line breaks and control characters."))
