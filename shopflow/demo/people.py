"""The people of the demo shop; their passwords are made here and stand nowhere in the code."""

import os
import secrets
from pathlib import Path

from accounts import commands as accounts
from accounts.models import User

# Letters and digits that nobody mixes up when typing them from a screen.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
OWNER = "owner@shopflow.example"
SHOPPER = "shopper@shopflow.example"
FILE = "demo-logins.txt"


def save_demo_people() -> list[str]:
    """Make the owner and a shopper, unless they exist; return a line to print for each new one.

    The lines are also kept in `<state folder>/demo-logins.txt`, readable by its owner alone, when
    SHOPFLOW_STATE names that folder. People who exist keep their passwords. Safe to repeat.
    """
    lines = []
    for email, what in ((OWNER, "staff"), (SHOPPER, "shopper")):
        if User.objects.filter(email=email, deleted_at=None).exists():
            continue
        password = _password()
        if email == OWNER:
            owner = accounts.create_staff(
                email=email,
                password=password,
                role=User.Role.ADMIN,
                first_name="Olive",
                last_name="Owner",
            )
            # `manage.py staff_code` shows what a phone would.
            accounts.give_totp(user_id=owner.pk)
        else:
            accounts.create_customer(
                email=email, password=password, first_name="Sam", last_name="Shopper"
            )
        lines.append(f"{email}  {password}  ({what})")
    _keep(lines)
    return lines


def forget_demo_people() -> None:
    """Remove the file with the passwords of people who are gone."""
    if folder := os.environ.get("SHOPFLOW_STATE"):
        Path(folder, FILE).unlink(missing_ok=True)


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _keep(lines: list[str]) -> None:
    folder = os.environ.get("SHOPFLOW_STATE")
    if not folder or not lines:
        return
    file = Path(folder) / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    new = {line.split()[0] for line in lines}
    kept = file.read_text().splitlines() if file.exists() else []
    lines = [line for line in kept if line.split()[:1] and line.split()[0] not in new] + lines
    file.touch(mode=0o600)
    file.write_text("".join(f"{line}\n" for line in lines))
