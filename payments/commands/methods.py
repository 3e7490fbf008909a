from uuid import UUID

from django.utils import timezone

from payments.errors import PaymentMethodNotFound
from payments.models import UserPaymentMethod
from shopflow.lib.transactions import command


@command
def remove_method(*, user_id: UUID, method_id: UUID) -> None:
    """Forget a way to pay that somebody has saved: it is offered and charged no more.

    The row stays for the payments that name it. Raises PaymentMethodNotFound, also for somebody
    else's and for one that is removed already.
    """
    rows = UserPaymentMethod.objects.select_for_update(no_key=True)
    row = rows.filter(pk=method_id, user=user_id, deleted_at=None).first()
    if row is None:
        raise PaymentMethodNotFound
    row.deleted_at, row.is_active, row.is_default = timezone.now(), False, False
    row.save(update_fields=["deleted_at", "is_active", "is_default", "updated_at"])
