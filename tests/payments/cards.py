"""Cards that a provider remembers for somebody."""

from itertools import count
from typing import Any

from accounts.models import User
from payments.models import UserPaymentMethod

_numbers = count(1)


def saved_card(user: User, **facts: Any) -> UserPaymentMethod:
    """A card of which we know the provider's token, and what is printed in its last corner."""
    return UserPaymentMethod.objects.create(
        **{
            "user": user,
            "provider": "sandbox",
            "provider_payment_method_id": f"pm_token_{next(_numbers)}",
            "card_brand": "Visa",
            "card_last_four": "4242",
            "exp_month": 7,
            "exp_year": 2030,
            **facts,
        }
    )
