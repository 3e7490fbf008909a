"""A developer's mailbox: what the shop has sent, read from settings.MAILBOX.

Only `make run` has one. Whoever opens it reads everybody's mails: its addresses don't exist where
mails go to a server, and the configuration takes a folder only where SITE_URL is one's own machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shopflow.lib.mail.folder import SUFFIX
from shopflow.mails.frame import framed

MOST = 100


@dataclass(frozen=True)
class Mail:
    """A file of the mailbox."""

    id: UUID
    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def sent_at(self) -> datetime:
        moment: datetime = self.message["Date"].datetime
        return moment

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first."""
    return render(request, "shopflow/mailbox/list.html", {"mails": list(_newest())})


@require_safe
@never_cache
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Show one mail as text and as it looks."""
    return render(request, "shopflow/mailbox/mail.html", {"mail": _found(mail_id)})


@require_safe
@never_cache
@framed
def mail_html(request: HttpRequest, mail_id: UUID) -> str:
    return _found(mail_id).html


urlpatterns = [
    path("mailbox/", mailbox, name="mailbox"),
    path("mailbox/<uuid:mail_id>/", mail, name="mailbox-mail"),
    path("mailbox/<uuid:mail_id>/html/", mail_html, name="mailbox-html"),
]


def _newest() -> Iterator[Mail]:
    # Ids begin with the time at which the mail was written.
    for file in sorted(_folder().glob(f"*{SUFFIX}"), reverse=True)[:MOST]:
        yield _read(file)


def _found(mail_id: UUID) -> Mail:
    try:
        return _read(_folder() / f"{mail_id}{SUFFIX}")
    except FileNotFoundError:
        raise Http404 from None


def _read(file: Path) -> Mail:
    with file.open("rb") as content:
        return Mail(UUID(file.stem), BytesParser(policy=policy.default).parse(content))


def _folder() -> Path:
    if settings.MAILBOX is None:
        raise Http404
    return settings.MAILBOX
