"""Proved again, before something sensitive."""

from uuid import UUID

from accounts.commands.factors import DIGITS, TRIES, check_code, note_refusal
from accounts.errors import CodeRefused
from accounts.models import User
from shopflow.lib.limits import only_failures


def prove(*, user_id: UUID, answer: str) -> None:
    """Check that it is still them: `answer` is the password, or six digits of the app.

    It owns no transaction, as what it calls owns none. Raises TooManyTries, CodeRefused.
    """
    if len(answer) == DIGITS and answer.isascii() and answer.isdigit():
        check_code(user_id=user_id, code=answer)
        return
    with only_failures((TRIES, str(user_id))):
        if not User.objects.get(pk=user_id).check_password(answer):
            note_refusal(user_id)
            raise CodeRefused
