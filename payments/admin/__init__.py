"""Money, as staff see it: payments change by the provider's word, staff may send money back."""

from payments.admin.attempts import PaymentAdmin
from payments.admin.disputes import DisputeAdmin
from payments.admin.gift_cards import GiftCardAdmin
from payments.admin.inbox import PaymentEventAdmin
from payments.admin.reconciliation import PayoutAdmin, ReconciliationAdmin
from payments.admin.refunds import RefundAdmin

__all__ = [
    "DisputeAdmin",
    "GiftCardAdmin",
    "PaymentAdmin",
    "PaymentEventAdmin",
    "PayoutAdmin",
    "ReconciliationAdmin",
    "RefundAdmin",
]
