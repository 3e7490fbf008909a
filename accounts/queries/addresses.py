"""Somebody's address book."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.errors import AddressNotFound
from accounts.models import UserAddress
from shopflow.lib.paging import Order

NEWEST_ADDRESS = Order(["-id"])


def addresses_of(user_id: UUID) -> "QuerySet[UserAddress]":
    """Return a person's addresses that aren't removed; sort by NEWEST_ADDRESS."""
    return UserAddress.objects.filter(user=user_id, deleted_at=None)


def address_of(*, user_id: UUID, address_id: UUID) -> UserAddress:
    """Return one of them. Raises AddressNotFound, also for somebody else's."""
    address = addresses_of(user_id).filter(pk=address_id).first()
    if address is None:
        raise AddressNotFound
    return address
