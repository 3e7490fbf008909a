"""The OpenAPI description: what every operation has in common."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from shopflow.lib.api.problems import PROBLEM_TYPE

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "8 to 128 visible characters, new for each intent. The same key with the same body gets "
        "the first answer again, byte for byte; with another body 422; while the first request "
        "is under way 409. A refusal is an answer too: use a new key to try something else."
    ),
)
CART_TOKEN = OpenApiParameter(
    "X-Cart-Token",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Opens a guest's cart; returned in this header when the cart is made. Who is signed in has "
        "a cart of their own: the header counts at login only, where it is merged into it."
    ),
)
ORDER_TOKEN = OpenApiParameter(
    "X-Order-Token",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Opens an order; `order.token` of the checkout's answer. Who is signed in opens their own "
        "orders without."
    ),
)


BEARER: dict[str, Any] = {"bearer": []}


class FaultSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a request."""

    pointer = serializers.CharField(
        required=False, help_text="JSON Pointer into the body; empty for the whole of it"
    )
    parameter = serializers.CharField(required=False, help_text="Name of a query parameter")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a request was refused (RFC 9457). `code` is stable, `detail` is for people."""

    type = serializers.CharField(help_text="URI of the kind of problem")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]  # a member, no property


class ProblemSchema(AutoSchema):
    """Adds the problem documents to every operation's answers."""

    def get_auth(self) -> list[dict[str, Any]]:
        """An access token, which guests leave out; their own tokens are plain headers."""
        if not self.view.get_authenticators():
            return []
        is_needed = any(
            isinstance(permission, IsAuthenticated) for permission in self.view.get_permissions()
        )
        return [BEARER] if is_needed else [BEARER, {}]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        statuses = ["400", "401", "404"]
        if self.method not in ("GET", "HEAD"):
            statuses += ["409", "415", "422"]
        for status in [*statuses, "default"]:
            if status not in bodies:
                bodies[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]  # untyped
                    ProblemSerializer, status, [PROBLEM_TYPE], direction
                )
        return bodies
