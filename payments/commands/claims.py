from uuid import UUID

from django.utils import timezone

from orders.models import Order
from payments.models import Payment, Refund
from shopflow.lib.transactions import command


@command
def claim_payments(*, order_id: UUID) -> None:
    """Let the payments and refunds of a claimed order belong to whose it is now. Safe to repeat."""
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    facts = {"user": order.user_id, "updated_at": timezone.now()}
    for model in (Payment, Refund):
        model._default_manager.filter(order=order_id, user=None).update(**facts)
