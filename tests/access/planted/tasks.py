import json
import os
from pathlib import Path
from uuid import UUID

from celery import shared_task
from django.db import connection

from orders.models import Order
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, reading


@shared_task
def look_for(user_id: str, file: str, *, fail: bool) -> None:
    """Note what one person sees."""
    with acting_as(UUID(user_id), role=Role.APP), reading():
        _note(file)
        if fail:
            raise ZeroDivisionError("planned, in the middle of somebody's work")


@shared_task
def look(file: str) -> None:
    """Note what is seen without saying for whom: first without a transaction, then in one."""
    _note(file)
    with reading():
        _note(file)


def _note(file: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('app.user_id', true), '')")
        role, told = cursor.fetchone()
    orders = [str(order_id) for order_id in Order.objects.values_list("pk", flat=True)]
    with Path(file).open("a") as notes:
        notes.write(json.dumps([os.getpid(), role, told, sorted(orders)]) + "\n")
