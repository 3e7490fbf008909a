"""What comes in and how values are written: JSON bodies, whole numbers, money, who asks."""

import json
from typing import IO, Any, NoReturn
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.fields import empty
from rest_framework.metadata import BaseMetadata
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from shopflow.lib.api.problems import pointer_of
from shopflow.lib.errors import InvalidInput
from shopflow.lib.money import Money, as_json

MONEY_SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {
            "type": "string",
            "pattern": r"^-?\d+\.\d{2}$",
            "examples": ["19.99"],
        },
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["USD"]},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
MOST_NAMED = 20


class UnknownField(InvalidInput):
    """The body has a member that wouldn't count, a price for instance."""

    code = "unknown_field"


class JSONBody(JSONParser):
    """Reads JSON in UTF-8 (RFC 8259 section 8.1).

    The framework's own parser decodes by any codec that the caller names and fails on thousands
    of brackets inside each other. How large a body may be is said by the settings.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        """Return the document; raises ParseError."""
        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError("This isn't valid JSON in UTF-8.") from error


class NoMetadata(BaseMetadata):
    """OPTIONS names the methods in `Allow`; what they take says the schema."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {}


class Body(serializers.Serializer[Any]):
    """A request body; a member it doesn't know is refused, so nobody believes that it counts."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the values; raises UnknownField and ValidationError."""
        if isinstance(data, dict) and (unknown := [n for n in data if n not in self.fields]):
            raise UnknownField(
                f"We don't know: {', '.join(unknown[:MOST_NAMED])}.",
                errors=[
                    {
                        "pointer": pointer_of([*self._path(), name]),
                        "code": UnknownField.code,
                        "detail": "Leave this out.",
                    }
                    for name in unknown[:MOST_NAMED]
                ],
            )
        return super().run_validation(data)

    def _path(self) -> list[str]:
        path: list[str] = []
        here: Any = self
        while here is not None and here.field_name:
            path.insert(0, here.field_name)
            here = here.parent
        return path


def checked(body: type[Body], request: Request) -> dict[str, Any]:
    """Return the values of a request's body; raises UnknownField and ValidationError."""
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


def user_id_of(request: Request) -> UUID | None:
    """Return who is signed in, None for a guest."""
    return request.user.pk if request.auth else None


class WholeNumber(serializers.IntegerField):
    """A JSON number without fraction: no string, no true."""

    def to_internal_value(self, data: Any) -> int:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if not is_number or data != data or data in (float("inf"), float("-inf")) or data % 1:
            self.fail("invalid")
        return int(data)


@extend_schema_field(MONEY_SCHEMA, component_name="Money")
class MoneyValue(serializers.Field[Any, Any, Any, Any]):
    """An amount as {"amount": "19.99", "currency": "USD"}.

    The currency is the one in the serializer's context, else the shop's.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        return as_json(Money(value, self.context.get("currency", settings.DEFAULT_CURRENCY)))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
