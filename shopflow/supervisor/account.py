"""Under which account PostgreSQL runs: it refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from shopflow.supervisor.trouble import Trouble


@dataclass(frozen=True)
class Account:
    """An existing account without privileges."""

    name: str
    uid: int
    gid: int

    def owns(self, folder: Path) -> None:
        """Hand a folder (not what is in it) to this account."""
        os.chown(folder, self.uid, self.gid)


def unprivileged(data: Path) -> Account | None:
    """Return the account to switch to, or None when we aren't root and stay who we are.

    A database folder that exists goes on being run by its owner.
    """
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    if owner:
        return _account(pwd.getpwuid(owner))
    people = sorted(pwd.getpwall(), key=lambda person: person.pw_name != "nobody")
    for person in people:
        if person.pw_uid > 0:
            return _account(person)
    raise Trouble(
        "PostgreSQL refuses to run as root, and this machine has no other account.\n"
        "Run it as an ordinary user, or give DATABASE_URL of a server that runs elsewhere."
    )


def _account(person: pwd.struct_passwd) -> Account:
    return Account(person.pw_name, person.pw_uid, person.pw_gid)
