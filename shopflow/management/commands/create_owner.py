import sys
from getpass import getpass
from io import StringIO
from typing import Any, cast

import segno
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts import commands as accounts
from accounts.errors import EmailTaken
from accounts.models import TotpDevice, User


class Command(BaseCommand):
    help = (
        "Makes the first owner of a shop: somebody who may do everything in the admin. Asks for "
        "e-mail and password; without a terminal the password is the first line of the input. "
        "Shows the key of the authenticator app and ten recovery codes, once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", help="don't ask for it")
        parser.add_argument(
            "--another", action="store_true", help="make one more owner where there is one"
        )

    def handle(self, *args: Any, email: str | None, another: bool, **options: Any) -> None:
        owner = User.objects.filter(role=User.Role.ADMIN, is_active=True, deleted_at=None).first()
        if owner and not another:
            raise CommandError(f"This shop has an owner: {owner.email}. --another makes one more.")
        try:
            email = (email or input("E-mail: ")).strip()
            validate_email(email)
            password = _password()
            validate_password(password, User(email=email))
            owner = accounts.create_staff(email=email, password=password, role=User.Role.ADMIN)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except EmailTaken as error:
            raise CommandError(str(error)) from error
        except EOFError:
            raise CommandError("E-mail or password is missing.") from None
        self.stdout.write(f"{owner.email} may do everything now. Sign in at /admin/.")
        self._show(accounts.give_totp(user_id=owner.pk))

    def _show(self, made: accounts.Enrolled) -> None:
        """Print what the phone scans and what lies in a drawer; nobody can show it again."""
        app = cast(TotpDevice, made.factor)
        picture = StringIO()
        segno.make(app.uri, error="m").terminal(out=picture, compact=True)
        self.stdout.write(
            "\nScan this with an authenticator app, or type the key it holds:\n\n"
            f"{picture.getvalue()}\n{app.uri}\n\n"
            "Recovery codes, each for one login without the phone. They are shown only now:\n\n"
            + "".join(f"  {code}\n" for code in made.codes)
        )


def _password() -> str:
    """Return what was typed twice, or the first line of an input that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise ValidationError("The two passwords differ.")
    return password
