"""Somebody's address book."""

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from accounts.errors import AddressBookFull, AddressNotFound, UserNotFound
from accounts.models import User, UserAddress
from shopflow.lib.addresses import LONGEST, checked_address
from shopflow.lib.transactions import command

MOST = 50
PARTS = (*LONGEST, "country_code")


@command
def add_address(
    *,
    user_id: UUID,
    address: Mapping[str, str],
    address_type: str = UserAddress.Type.SHIPPING,
    is_default: bool = False,
) -> UserAddress:
    """Put an address into a person's book; the first of its type becomes their default.

    `address` has the parts of PARTS, which are checked as its country asks for. Raises
    AddressInvalid, AddressBookFull, UserNotFound.
    """
    checked = checked_address(address)
    _lock(user_id)
    if UserAddress.objects.filter(user=user_id, deleted_at=None).count() >= MOST:
        raise AddressBookFull
    row = UserAddress(user_id=user_id, address_type=address_type, **_columns(checked))
    row.is_default = is_default or not _has_any(user_id, address_type)
    if row.is_default:
        _take_default_away(row)
    row.save(force_insert=True)
    return row


@command
def change_address(
    *,
    user_id: UUID,
    address_id: UUID,
    changes: Mapping[str, str],
    address_type: str = "",
    is_default: bool | None = None,
) -> UserAddress:
    """Change parts of an address, or all of it; the whole is checked again.

    Under another type it is the default only when that type had none, unless `is_default` says
    otherwise. Raises AddressInvalid, AddressNotFound, UserNotFound. Safe to repeat.
    """
    row = _locked(user_id, address_id)
    written = {name: getattr(row, name) or "" for name in PARTS} | dict(changes)
    for name, value in _columns(checked_address(written)).items():
        setattr(row, name, value)
    if address_type and address_type != row.address_type:
        row.address_type, row.is_default = address_type, not _has_any(user_id, address_type)
    if is_default is not None:
        row.is_default = is_default
    if row.is_default:
        _take_default_away(row)
    row.save()
    return row


@command
def make_default(*, user_id: UUID, address_id: UUID) -> UserAddress:
    """Let an address be the first choice of its type. Raises AddressNotFound, UserNotFound.

    Safe to repeat.
    """
    row = _locked(user_id, address_id)
    _take_default_away(row)
    row.is_default = True
    row.save(update_fields=["is_default", "updated_at"])
    return row


@command
def remove_address(*, user_id: UUID, address_id: UUID) -> None:
    """Take an address out of a person's book. Raises AddressNotFound, UserNotFound."""
    row = _locked(user_id, address_id)
    row.deleted_at, row.is_default = timezone.now(), False
    row.save(update_fields=["deleted_at", "is_default", "updated_at"])


def _lock(user_id: UUID) -> None:
    """Let one at a time work on a book: else two could both find no default."""
    people = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True)
    if people.only("pk").first() is None:
        raise UserNotFound


def _locked(user_id: UUID, address_id: UUID) -> UserAddress:
    _lock(user_id)
    row = UserAddress.objects.filter(pk=address_id, user=user_id, deleted_at=None).first()
    if row is None:
        raise AddressNotFound
    return row


def _has_any(user_id: UUID, address_type: str) -> bool:
    mine = UserAddress.objects.filter(user=user_id, deleted_at=None)
    return mine.filter(address_type=address_type).exists()


def _take_default_away(row: UserAddress) -> None:
    same = UserAddress.objects.filter(user=row.user_id, address_type=row.address_type)
    same.filter(is_default=True, deleted_at=None).exclude(pk=row.pk).update(is_default=False)


def _columns(checked: Mapping[str, str]) -> dict[str, str | None]:
    """Return an address as its columns hold it: a country without states or postcodes has none."""
    empty = {name: checked[name] or None for name in ("state", "postal_code")}
    return {**checked, **empty}
