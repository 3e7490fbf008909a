"""A mailbox on a developer's machine: every mail is a file."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SUFFIX = ".eml"


class FolderBackend(BaseEmailBackend):
    """Puts each mail into settings.MAILBOX, named after its Message-ID: the same one once."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the files whole or not at all; raises OSError where the folder isn't ours."""
        folder = settings.MAILBOX
        if folder is None:
            raise ImproperlyConfigured("there is no MAILBOX")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            content: Any = message.message()
            name = str(content["Message-ID"]).strip("<>").partition("@")[0]
            half = folder / f"{name}.half"
            half.write_bytes(content.as_bytes())
            half.replace(folder / f"{name}{SUFFIX}")
        return len(email_messages)
