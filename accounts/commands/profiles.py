from uuid import UUID

from accounts.commands.inputs import name_of, phone_of
from accounts.errors import UserNotFound
from accounts.models import User
from shopflow.lib.transactions import command


@command
def save_profile(*, user_id: UUID, first_name: str, last_name: str, phone: str) -> User:
    """Change somebody's name and phone (E.164, or empty).

    Raises NameInvalid, PhoneInvalid, UserNotFound. Safe to repeat.
    """
    facts = {
        "first_name": name_of(first_name),
        "last_name": name_of(last_name),
        "phone": phone_of(phone),
    }
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UserNotFound
    for name, value in facts.items():
        setattr(user, name, value)
    user.save(update_fields=[*facts, "updated_at"])
    return user
