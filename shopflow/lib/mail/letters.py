"""A mail as it is read: subject, text and HTML, from the templates of its kind."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.engine import Engine
from django.utils import translation

from shopflow.lib.mail.writing import PURPOSE, TOPIC
from shopflow.lib.models import OutboxMessage
from shopflow.lib.secrets import unseal

SUBJECT = "Subject: "


class NoSubject(ValueError):
    """A text template doesn't begin with `Subject: …` and an empty line."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail of the outbox, opened: to whom, in which language, about what."""

    id: UUID
    kind: str
    to: str
    language: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """What somebody reads."""

    subject: str
    text: str
    html: str


def opened(message: OutboxMessage) -> Letter:
    """Unseal a waiting mail. Raises Unsealable, also when it was sent and emptied already."""
    letter = json.loads(unseal(message.payload.get("sealed", ""), purpose=PURPOSE))
    return Letter(
        id=message.pk,
        kind=message.topic.removeprefix(TOPIC),
        to=letter["to"],
        language=letter["language"] or settings.LANGUAGE_CODE,
        facts=letter["facts"],
    )


def written(*, kind: str, language: str, facts: Mapping[str, Any]) -> Written:
    """Fill in the templates of a kind in a language.

    Besides the facts they know `site`, the shop's own origin: links begin with it and with nothing
    a request has said. Raises NoSubject, and Django's errors of missing or broken templates.
    """
    app, _, name = kind.partition("/")
    values = {**facts, "site": settings.SITE_URL}
    with translation.override(language):
        text = _filled(f"{app}/emails/{name}.txt", values, escaped=False)
        head, _, body = text.strip().partition("\n\n")
        if not head.startswith(SUBJECT) or "\n" in head:
            raise NoSubject(kind)
        subject = head.removeprefix(SUBJECT).strip()
        values |= {"subject": subject, "language": language}
        html = _filled(f"{app}/emails/{name}.html", values, escaped=True)
    return Written(subject, body.strip() + "\n", html)


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """Return the message to hand to the mail server.

    Its Message-ID is made of the letter's id: sent a second time, after a crash between sending
    and noting it, it can be told to be the same.
    """
    what = written(kind=letter.kind, language=letter.language, facts=letter.facts)
    message = EmailMultiAlternatives(
        what.subject,
        what.text,
        settings.DEFAULT_FROM_EMAIL,
        [letter.to],
        headers={
            "Message-ID": f"<{letter.id}@{urlsplit(settings.SITE_URL).hostname}>",
            # No holiday answers, please: RFC 3834 section 5.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(what.html, "text/html")
    return message


def _filled(template: str, values: Mapping[str, Any], *, escaped: bool) -> str:
    found = Engine.get_default().get_template(template)
    return found.render(Context(dict(values), autoescape=escaped))
