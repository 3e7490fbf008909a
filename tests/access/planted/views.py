from typing import Any

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from orders.models import Order
from orders.queries import order_id_of
from shopflow.lib.http import View, shopper_of
from shopflow.lib.roles import Role
from shopflow.lib.transactions import command, reading_as


def forgetful(model: type[Model]) -> View:
    """Return a view that dumps a table, or writes to all of it.

    `as=who-asks` opens the transaction that a careful view would open too, `as=nobody` one for
    nobody; without it there is none. `then=fail` makes the view fail after reading.
    """

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            return JsonResponse({"changed": _touch_all(model)})
        how = request.GET.get("as")
        if how is None:
            return _dumped(model, request)
        with reading_as(**_who_asks(request) if how == "who-asks" else {}):
            return _dumped(model, request)

    return view


def leak(request: HttpRequest) -> HttpResponse:
    """Show everybody's orders to everybody, on purpose and with a role that may."""
    with reading_as(role=Role.WORKER):
        return JsonResponse({"orders": list(Order.objects.values())})


def _who_asks(request: HttpRequest) -> dict[str, Any]:
    token = request.GET.get("token")
    return {
        "user_id": shopper_of(request).user_id,
        "guest_order": order_id_of(token) if token else None,
    }


def _dumped(model: type[Model], request: HttpRequest) -> HttpResponse:
    found = list(model._default_manager.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, pg_backend_pid(), current_setting('app.user_id', true)"
        )
        role, backend, told = cursor.fetchone()
    if request.GET.get("then") == "fail":
        raise ZeroDivisionError("planned, after reading")
    about = {"role": role, "backend": backend, "told": told}
    return JsonResponse({"rows": found, **about})


@command
def _touch_all(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"UPDATE {table} SET updated_at = now()")  # noqa: S608 - a model's own name
        return int(cursor.rowcount)
