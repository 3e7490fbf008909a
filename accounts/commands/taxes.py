"""Who buys without tax."""

from uuid import UUID

from accounts.errors import UserNotFound
from accounts.models import User
from shopflow.lib.transactions import command


@command
def exempt(*, user_id: UUID, is_tax_exempt: bool) -> User:
    """Let somebody buy without tax, or with it again; staff have seen the certificate.

    Orders that were placed stay as they are. Raises UserNotFound. Safe to repeat.
    """
    people = User.objects.select_for_update(no_key=True).filter(pk=user_id, deleted_at=None)
    if (user := people.first()) is None:
        raise UserNotFound
    user.is_tax_exempt = is_tax_exempt
    user.save(update_fields=["is_tax_exempt", "updated_at"])
    return user
