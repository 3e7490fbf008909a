"""Sending things back and withdrawing, for mobile clients."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from orders import commands, queries
from orders.serializers import ReturnBody, ReturnSerializer, WithdrawalBody
from shopflow.lib.api import answer, checked, domain_document, user_id_of
from shopflow.lib.api.schema import IDEMPOTENCY_KEY, ORDER_TOKEN
from shopflow.lib.errors import DomainError
from shopflow.lib.idempotency import Answer, answer_once, claim_of
from shopflow.lib.transactions import work_on

ReturnList = inline_serializer(
    "ReturnList",
    {
        "results": ReturnSerializer(many=True),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
    },
)
WithdrawalAnswer = inline_serializer(
    "Withdrawal",
    {
        "received_at": serializers.DateTimeField(),
        "order_status": serializers.CharField(help_text="`cancelled` when nothing had left yet"),
        "goods": ReturnSerializer(allow_null=True, help_text="What is to be sent back, if any"),
    },
)


class ReturnViewSet(viewsets.ViewSet):
    """What comes back of one order, opened by its token or by who placed it."""

    @extend_schema(parameters=[ORDER_TOKEN], responses=ReturnList)
    def list(self, request: Request, number: str) -> Response:
        """List an order's returns, the newest first. They are few: there is one page."""
        with queries.opened(number=number, **_who(request)) as order:
            rows = ReturnSerializer(queries.returns_of(order.pk), many=True).data
            return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        request=ReturnBody,
        responses={201: ReturnSerializer},
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        """Ask to send something back; staff answer by mail."""
        wanted = checked(ReturnBody, request)
        by = user_id_of(request)

        def ask(order_id: UUID) -> Answer:
            row = commands.request_return(order_id=order_id, by=by, **wanted)
            return Answer.of(201, _document(order_id, row.return_number))

        return _once(request, number, "returns", ask)


class WithdrawalViewSet(viewsets.ViewSet):
    """The end of one order's contract: article 11a of Directive 2011/83/EU."""

    @extend_schema(
        parameters=[ORDER_TOKEN, IDEMPOTENCY_KEY],
        request=WithdrawalBody,
        responses={201: WithdrawalAnswer},
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        """Withdraw from the contract. The app asks for a confirmation before it sends this."""
        said = checked(WithdrawalBody, request)
        by = user_id_of(request)
        lines = said.get("lines")
        units = {line["item"]: line["quantity"] for line in lines} if lines else None

        def end(order_id: UUID) -> Answer:
            done = commands.withdraw(order_id=order_id, name=said["name"], units=units, by=by)
            back = done.order_return
            document = {
                "received_at": serializers.DateTimeField().to_representation(done.at),
                "order_status": done.order.status,
                "goods": _document(order_id, back.return_number) if back else None,
            }
            return Answer.of(201, document)

        return _once(request, number, "withdrawal", end)


def _once(
    request: Request, number: str, route: str, work: Callable[[UUID], Answer]
) -> HttpResponse:
    with queries.opened(number=number, **_who(request)) as order:
        order_id = order.pk
    claim = claim_of(
        actor=f"order:{order_id}",
        route=route,
        key=request.headers.get("Idempotency-Key"),
        body=request.data,
    )

    def on_the_order() -> Answer:
        work_on(order_id)
        return work(order_id)

    return answer(answer_once(claim, work=on_the_order, refusal=_refusal))


def _document(order_id: UUID, number: str) -> Any:
    return ReturnSerializer(queries.return_of(order_id=order_id, number=number)).data


def _refusal(error: DomainError) -> Answer:
    return Answer.of(error.status, domain_document(error))


def _who(request: Request) -> dict[str, Any]:
    return {"token": request.headers.get("X-Order-Token", ""), "user_id": user_id_of(request)}
