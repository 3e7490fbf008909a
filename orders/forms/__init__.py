"""What a shopper writes."""

from orders.forms.checkout import (
    AddressForm,
    BillingForm,
    CheckoutForm,
    TrackForm,
    typed,
)
from orders.forms.returns import ReturnForm
from orders.forms.withdrawals import OrderStatementForm, StatementForm

__all__ = [
    "AddressForm",
    "BillingForm",
    "CheckoutForm",
    "OrderStatementForm",
    "ReturnForm",
    "StatementForm",
    "TrackForm",
    "typed",
]
