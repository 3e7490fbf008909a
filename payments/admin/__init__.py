"""Money, as staff see it: payments change by the provider's word, staff may send money back."""

from payments.admin.attempts import PaymentAdmin
from payments.admin.disputes import DisputeAdmin
from payments.admin.inbox import PaymentEventAdmin
from payments.admin.refunds import RefundAdmin

__all__ = ["DisputeAdmin", "PaymentAdmin", "PaymentEventAdmin", "RefundAdmin"]
