"""Passwords: how they are hashed without stopping the shop, and which ones are refused."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from shopflow.lib.errors import Busy

# A web process has four threads: one hashes, two more may wait for it, one is left for everybody
# who only looks around.
HASHING, WAITING = 1, 2
SHOP = "shopflow"
SHORTEST_WORD = 4
OWN_PART = 6  # characters that a password must have beside words anybody would try here

_room = BoundedSemaphore(HASHING + WAITING)
_turn = BoundedSemaphore(HASHING)


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two rounds and one lane, one at a time in each process.

    The numbers are OWASP's (Password Storage Cheat Sheet, "Argon2id": m=19456, t=2, p=1). Django's
    own take 100 MiB and eight lanes, which lets a flood of logins take the machine. Hashes made
    with other numbers are made anew at the next login.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the hash. Raises Busy when too many wait."""
        with in_turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Say whether it is the password. Raises Busy when too many wait."""
        with in_turn():
            return super().verify(password, encoded)


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait for the only place to hash. Raises Busy at once when too many wait already."""
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        with _turn:
            yield
    finally:
        _room.release()


class NotCommon(CommonPasswordValidator):
    """Refuses the 20,000 most common passwords of known leaks, also with digits and signs around.

    The list is Django's own and stands on this machine: nothing about a password leaves it.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        super().validate(password, user)
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
        if core and core != password:
            super().validate(core, user)


class NotOfThisShop:
    """Refuses passwords made of the shop's name, its address and the person's e-mail."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        rest = password.casefold()
        words = _words_of_the_shop() | _words(getattr(user, "email", ""))
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(rest) < OWN_PART:
            raise ValidationError(self.get_error_message(), code="password_of_this_shop")

    def get_error_message(self) -> str:
        """Return the sentence under the field."""
        return _("This password is mostly the shop's name or your e-mail.")

    def get_help_text(self) -> str:
        """Return the sentence beside the field."""
        return _("Your password can't be mostly the shop's name or your e-mail.")


def _words_of_the_shop() -> set[str]:
    return {SHOP} | _words(urlsplit(settings.SITE_URL).hostname or "")


def _words(text: str) -> set[str]:
    found = re.split(r"[\W_]+", text.casefold())
    return {word for word in found if len(word) >= SHORTEST_WORD}
