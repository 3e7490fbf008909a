"""Keyset paging: every list of the shop, page or API, walks an index and never counts or skips."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import BooleanField, F, Func, Value

from shopflow.lib.errors import InvalidInput

M = TypeVar("M", bound=models.Model)
MOST_DIGITS = 20


class InvalidCursor(InvalidInput):
    code = "invalid_cursor"
    message = "This page link is damaged. Please start again from the first page."


@dataclass(frozen=True)
class Order:
    """A sort order: field paths, the last one unique; `-` in front of all or of none.

    One direction for all fields, so that one row comparison walks one index.
    """

    fields: Sequence[str]

    @property
    def is_descending(self) -> bool:
        return self.fields[0].startswith("-")

    @property
    def names(self) -> list[str]:
        return [field.lstrip("-") for field in self.fields]


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page and the cursors of its neighbours (None: there is none)."""

    rows: list[M]
    next: str | None
    previous: str | None


def page(
    queryset: "models.QuerySet[M]", *, order: Order, cursor: str | None, limit: int
) -> Page[M]:
    """Return one page of at most `limit` rows; raises InvalidCursor."""
    backwards, position = _read(cursor, order) if cursor else (False, None)
    values = {f"_key_{i}": F(name) for i, name in enumerate(order.names)}
    rows = queryset.annotate(**values).order_by(*_directions(order, backwards))
    if position is not None:
        _check_types(rows, position)
        rows = rows.filter(_beyond(order, position, backwards))
    found = list(rows[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = bool(found) and (has_more or backwards)
    has_previous = bool(found) and (has_more if backwards else position is not None)
    return Page(
        rows=found,
        next=_write(found[-1], order, backwards=False) if has_next else None,
        previous=_write(found[0], order, backwards=True) if has_previous else None,
    )


def _check_types(rows: "models.QuerySet[Any]", position: list[Any]) -> None:
    """Raise InvalidCursor unless each value has the type of its column; anybody can forge one."""
    for index, value in enumerate(position):
        field: models.Field[Any, Any] = rows.query.annotations[f"_key_{index}"].output_field
        try:
            fits = type(field.to_python(value)) is type(value)
        except (ValidationError, ValueError, TypeError, ArithmeticError):
            fits = False
        if not fits:
            raise InvalidCursor


def _directions(order: Order, backwards: bool) -> list[str]:
    sign = "-" if order.is_descending != backwards else ""
    return [f"{sign}{name}" for name in order.names]


def _beyond(order: Order, position: list[Any], backwards: bool) -> Func:
    # A comparison of rows, (a, b) < (x, y): PostgreSQL begins to read the index right there, even
    # where thousands of rows share the first key.
    sign = " < " if order.is_descending != backwards else " > "
    # The annotation, not the path: `filter` would join a multi-valued relation once more.
    keys = [F(f"_key_{index}") for index in range(len(position))]
    rows = (Func(*part, template="ROW(%(expressions)s)") for part in (keys, map(Value, position)))
    return Func(*rows, template="%(expressions)s", arg_joiner=sign, output_field=BooleanField())


def _write(row: models.Model, order: Order, *, backwards: bool) -> str:
    values = [_text(getattr(row, f"_key_{i}")) for i in range(len(order.fields))]
    document = json.dumps([int(backwards), list(order.fields), values], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> tuple[bool, list[Any]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        backwards, fields, values = json.loads(base64.b64decode(padded, b"-_", validate=True))
        if fields != list(order.fields) or len(values) != len(fields):
            raise InvalidCursor
        return bool(backwards), [_value(value) for value in values]
    except (binascii.Error, ValueError, TypeError, InvalidOperation, RecursionError) as error:
        raise InvalidCursor from error


def _text(value: Any) -> Any:
    """Tag the types JSON doesn't know."""
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case Decimal():
            return ["d", str(value)]
        case UUID():
            return ["u", value.hex]
        case _:
            return value


def _value(value: Any) -> Any:
    match value:
        case ["t", str() as text]:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("a time without a zone")
            return moment
        case ["d", str() as text]:
            number = Decimal(text)
            if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
                raise ValueError("not an amount")
            return number
        case ["u", str() as text]:
            return UUID(text)
        case str() if "\0" not in value:
            value.encode()  # half a surrogate pair is a ValueError here
            return value
        case bool() | int() if abs(value) < 2**31:
            return value
        case _:
            raise ValueError("unknown value")
