from uuid import UUID

from django.utils import timezone

from orders.commands.history import locked
from orders.commands.mails import tell
from orders.errors import InvalidNote
from orders.models import OrderNote
from orders.queries import Fact
from shopflow.lib.transactions import command

LONGEST_NOTE = 2000


@command
def add_note(
    *, order_id: UUID, text: str, is_shown_to_shopper: bool = False, by: UUID | None = None
) -> OrderNote:
    """Write something down about an order; what the shopper may read goes to them by mail too.

    Raises OrderNotFound, InvalidNote.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST_NOTE or "\0" in text:
        raise InvalidNote
    order = locked(order_id)
    note = OrderNote.objects.create(
        order=order,
        user_id=order.user_id,
        text=text,
        is_shown_to_shopper=is_shown_to_shopper,
        created_by_id=by,
    )
    if is_shown_to_shopper:
        tell(order, Fact.NOTE, reference=str(note.pk), written_on=f"{timezone.now():%Y-%m-%d}")
    return note
