"""Row ids: UUIDv7, made in Python, known before the insert."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> UUID:
    """Return a UUIDv7: ids sort by time and can't be enumerated."""
    return uuid_utils.compat.uuid7()


def event_id(provider: str, provider_event_id: str, occurred_at: datetime) -> UUID:
    """Return the id of a provider's event: the same event always gets the same id.

    Shaped like a UUIDv7 (RFC 9562 section 5.7): the provider's own event time in milliseconds,
    then bits of SHA-256(provider, event id). So the primary key of the inbox, which is
    partitioned by month on this id, refuses a second delivery by itself.
    """
    milliseconds = _milliseconds(occurred_at)
    digest = hashlib.sha256(f"{provider}\0{provider_event_id}".encode()).digest()
    random_bits = int.from_bytes(digest[:10], "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80 | random_bits
    value = value & ~(0xF << 76) | 0x7 << 76  # version 7
    value = value & ~(0x3 << 62) | 0x2 << 62  # RFC variant
    return UUID(int=value)


def first_id_of(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of a moment: the bound of a partition on such ids."""
    return UUID(int=_milliseconds(moment) << 80)


def moment_of(row_id: UUID) -> datetime:
    """Return when a UUIDv7 was made, to the millisecond."""
    return EPOCH + timedelta(milliseconds=row_id.int >> 80)


def _milliseconds(moment: datetime) -> int:
    # In whole numbers: as a float, 261.371 seconds are 261,370.99… milliseconds.
    return (moment - EPOCH) // timedelta(milliseconds=1)
