"""Addresses as people write them."""

from typing import Any

from accounts import commands as accounts
from accounts.models import User, UserAddress

BROADWAY = {
    "first_name": "Ada",
    "last_name": "Byron",
    "address_line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_code": "US",
    "phone": "(212) 555-0100",
}
BERLIN = {
    "first_name": "Ada",
    "last_name": "Byron",
    "address_line_1": "Lindenstraße 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country_code": "DE",
}


def address_of(user: User, **how: Any) -> UserAddress:
    """An entry of somebody's book; `how` are parts of it, or arguments of add_address."""
    parts = {name: how.pop(name) for name in list(how) if name in accounts.PARTS}
    return accounts.add_address(user_id=user.pk, address={**BROADWAY, **parts}, **how)
