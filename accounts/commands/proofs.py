"""Proved again, before something sensitive."""

from uuid import UUID

from accounts.commands.factors import DIGITS, check_code
from accounts.commands.logins import prove_password


def prove(*, user_id: UUID, answer: str) -> None:
    """Check that it is still them: `answer` is the password, or six digits of the app.

    It owns no transaction, as what it calls owns none. Raises PasswordWrong, CodeRefused,
    TooManyTries.
    """
    if len(answer) == DIGITS and answer.isascii() and answer.isdigit():
        check_code(user_id=user_id, code=answer)
    else:
        prove_password(user_id=user_id, password=answer)
