from uuid import UUID

from accounts.commands.inputs import name_of, phone_of
from accounts.errors import UserNotFound
from accounts.models import User
from shopflow.lib.transactions import command


@command
def save_profile(
    *,
    user_id: UUID,
    first_name: str | None = None,
    last_name: str | None = None,
    phone: str | None = None,
) -> User:
    """Change somebody's name and phone (E.164, or empty); None leaves what is there.

    Raises NameInvalid, PhoneInvalid, UserNotFound. Safe to repeat.
    """
    given = {
        "first_name": (first_name, name_of),
        "last_name": (last_name, name_of),
        "phone": (phone, phone_of),
    }
    facts = {name: parse(typed) for name, (typed, parse) in given.items() if typed is not None}
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UserNotFound
    for name, value in facts.items():
        setattr(user, name, value)
    user.save(update_fields=[*facts, "updated_at"])
    return user
