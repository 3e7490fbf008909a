"""What a mail tells besides its facts: read when it is sent, so that it says what is true then."""

from collections.abc import Callable, Mapping
from typing import Any

from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as

Facts = Mapping[str, Any]
Reader = Callable[[Facts], Facts]

_READERS: dict[str, Reader] = {}


def reads_for_mails(app: str) -> Callable[[Reader], Reader]:
    """Let a query add to the facts of all mails of an app; it returns rows, nothing lazy.

    It is asked as the worker, who sees everybody's rows, in a transaction of its own that is over
    before the mail server is spoken to.
    """

    def keep(reader: Reader) -> Reader:
        _READERS[app] = reader
        return reader

    return keep


def read_for(kind: str, facts: Facts) -> Facts:
    """Return what the app of a kind adds to these facts; nothing where it has no reader."""
    reader = _READERS.get(kind.partition("/")[0])
    if reader is None:
        return {}
    with reading_as(role=Role.WORKER):
        return reader(facts)
