"""The legal moves of orders, where the database's own guard looks for them."""

from orders.models import OrderStatusTransition
from orders.models.moves import MOVES, ONLY_IF_REASON
from shopflow.lib.transactions import command


@command
def ensure_moves() -> None:
    """Write down the moves that orders may make, and take away those they may not.

    Safe to repeat.
    """
    legal = {(before, after) for before, afters in MOVES.items() for after in afters}
    OrderStatusTransition.objects.bulk_create(
        [
            OrderStatusTransition(
                from_status=before,
                to_status=after,
                only_if_reason=ONLY_IF_REASON.get((before, after), ""),
            )
            for before, after in sorted(legal)
        ],
        update_conflicts=True,
        unique_fields=["from_status", "to_status"],
        update_fields=["only_if_reason"],
    )
    for move in OrderStatusTransition.objects.all():
        if (move.from_status, move.to_status) not in legal:
            move.delete()
