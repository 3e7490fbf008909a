"""The money of a sale."""

from payments.models.disputes import Dispute
from payments.models.events import PaymentEvent
from payments.models.gift_cards import GiftCard, GiftCardHold, GiftCardTransaction
from payments.models.methods import UserPaymentMethod
from payments.models.payments import Payment
from payments.models.payouts import Payout, PayoutLine
from payments.models.reconciliations import Reconciliation
from payments.models.refunds import Refund, RefundItem

__all__ = [
    "Dispute",
    "GiftCard",
    "GiftCardHold",
    "GiftCardTransaction",
    "Payment",
    "PaymentEvent",
    "Payout",
    "PayoutLine",
    "Reconciliation",
    "Refund",
    "RefundItem",
    "UserPaymentMethod",
]
