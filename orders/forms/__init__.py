"""What a shopper writes."""

from orders.forms.checkout import (
    AddressForm,
    BillingForm,
    CheckoutForm,
    TrackForm,
    destination_of,
    email_of,
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
    "destination_of",
    "email_of",
    "typed",
]
