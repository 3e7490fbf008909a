"""Each rule on commands, tasks and writes finds a violation planted for it, and only that."""

import ast
from pathlib import Path

import pytest

from tests.architecture.planting import planted
from tests.architecture.rules import commands
from tests.architecture.rules.writes import writes as is_write


def test_a_command_without_its_decorator_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/commands.py": """
            @command
            def place(): ...

            @transactions.command
            def cancel(): ...

            @atomic
            def ship(): ...

            def _helper(): ...
        """,
        },
    )

    found = list(commands.a_public_command_is_one_transaction(tree))

    assert found == ["orders/commands.py:8 ship is no @command"]


def test_a_command_without_its_decorator_is_found_in_a_package(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/commands/__init__.py": "from orders.commands.returns import receive",
            "orders/commands/returns.py": "def receive(): ...\ndef shared_inside(): ...",
        },
    )

    found = list(commands.a_public_command_is_one_transaction(tree))

    assert found == ["orders/commands/returns.py:1 receive is no @command"]


def test_a_named_exception_owns_no_transaction(tmp_path: Path) -> None:
    tree = planted(tmp_path, {"payments/commands.py": "def start_payment(): ..."})

    assert list(commands.a_public_command_is_one_transaction(tree)) == []


def test_a_lock_on_the_key_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/commands.py": """
            Order.objects.select_for_update(no_key=True).get(pk=1)
            Order.objects.select_for_update(skip_locked=True).get(pk=1)
        """,
        },
    )

    found = list(commands.locks_leave_the_key_alone(tree))

    assert found == ["orders/commands.py:2 select_for_update without no_key=True"]


def test_a_transaction_opened_by_hand_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "shopflow/lib/transactions.py": "transaction.atomic(durable=True)",
            "carts/commands.py": """
            transaction.on_commit(tell)
            with transaction.atomic():
                pass

            try:
                with transaction.atomic():
                    pass
            except IntegrityError:
                pass
        """,
        },
    )

    found = list(commands.only_the_decorator_opens_transactions(tree))

    assert found == ["carts/commands.py:2 transaction.atomic outside shopflow.lib"]


@pytest.mark.parametrize("module", commands.SHELLS)
def test_a_write_outside_the_commands_is_found(module: str, tmp_path: Path) -> None:
    tree = planted(tmp_path, {f"orders/{module}.py": "def show(order):\n    order.save()\n"})

    found = list(commands.only_commands_write(tree))

    assert found == [f"orders/{module}.py:2 .save() outside a command"]


def test_a_write_in_a_package_of_views_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/views/returns.py": "order.lines.clear()",
            "orders/commands/returns.py": "order.lines.clear()",
            "orders/templatetags/orders.py": "Order.objects.filter(pk=1).update(status='paid')",
        },
    )

    found = list(commands.only_commands_write(tree))

    assert found == [
        "orders/views/returns.py:1 .clear() outside a command",
        "orders/templatetags/orders.py:1 .update() outside a command",
    ]


def test_a_write_in_the_composition_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "shopflow/lib/rows.py": "self.save()",
            "shopflow/supervisor/crew.py": "self.children.remove(child)",
            "shopflow/catalog_import/apply.py": "product.save()",
            "shopflow/management/commands/seed.py": "Order.objects.create(total=1)",
        },
    )

    found = list(commands.only_commands_write(tree))

    assert found == [
        "shopflow/catalog_import/apply.py:1 .save() outside a command",
        "shopflow/management/commands/seed.py:1 .create() outside a command",
    ]


def test_a_named_writer_is_let_through_and_its_neighbour_is_not(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "accounts/models/users.py": """
            class UserManager:
                def create_user(self):
                    self.model().save()

                def forget(self):
                    self.all().delete()
        """,
        },
    )

    found = list(commands.only_commands_write(tree))

    assert found == ["accounts/models/users.py:6 .delete() outside a command"]


@pytest.mark.parametrize(
    "code",
    [
        "order.save()",
        "Order.objects.create(total=1)",
        "await Order.objects.acreate(total=1)",
        "Order.objects.bulk_create(rows)",
        "Order.objects.bulk_update(rows, ['total'])",
        "Order.objects.update_or_create(pk=1)",
        "Order.objects.get_or_create(pk=1)",
        "Order.objects.filter(pk=1).update(total=1)",
        "Order.objects.update(**changes)",
        "orders.delete()",
        "product.tags.add(tag)",
        "self.product.tags.set(tags)",
        "product.tags.remove(tag)",
        "product.tags.clear()",
        "cursor.execute('UPDATE orders SET total = 1')",
        "cursor.execute(sql)",
        "cursor.executemany('SELECT 1', rows)",
        "Order.objects.raw('DELETE FROM orders RETURNING *')",
        "super().save_model(request, obj, form, change)",
        "super().delete_queryset(request, queryset)",
        "formset.save()",
    ],
)
def test_a_write_is_known(code: str) -> None:
    assert _is_write(code)


@pytest.mark.parametrize(
    "code",
    [
        "seen.add(1)",
        "seen.clear()",
        "seen.remove(1)",
        "Point.set(1)",
        "context.update({'order': order})",
        "digest.update(body)",
        "cache.delete('home')",
        "cursor.execute('SELECT 1')",
        "cursor.execute('''\\n  select 1''')",
        "Order.objects.raw('SELECT * FROM orders')",
        "Order.objects.filter(pk=1)",
        "add(1)",
        "response.delete_cookie('cart')",
        "transaction.on_commit(tell)",
    ],
)
def test_a_read_is_no_write(code: str) -> None:
    assert not _is_write(code)


def test_positional_arguments_are_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "carts/commands.py": """
            def close(cart_id): ...
            def add_line(*, cart_id, variant_id): ...
            def set_line(cart_id, variant_id): ...
            def _lines(cart, variants): ...
        """,
            "carts/queries.py": "def price_cart(cart, *, address): ...",
        },
    )

    found = list(commands.arguments_are_named(tree))

    assert found == [
        "carts/commands.py:3 set_line takes positional arguments",
        "carts/queries.py:1 price_cart takes positional arguments",
    ]


def test_a_command_imported_by_name_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/commands/placing.py": """
                from inventory import commands as inventory
                from inventory.commands import reserve
                from orders.commands.history import note
            """,
            "carts/forms.py": "from carts.commands import MOST_UNITS, Wanted",
            "orders/views.py": "from orders.commands.placing import place_order",
            "shopflow/catalog_import/apply.py": "from catalog.commands import save_product",
        },
    )

    found = list(commands.commands_are_called_through_their_module(tree))

    assert found == [
        "orders/commands/placing.py:2 imports from inventory.commands",
        "orders/views.py:1 imports from orders.commands.placing",
        "shopflow/catalog_import/apply.py:1 imports from catalog.commands",
    ]


def test_a_task_that_promises_nothing_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "payments/commands/events.py": '''
            def process_event():
                """Settle one event. Safe to repeat."""

            def refund():
                """Give money back."""
        ''',
            "payments/tasks.py": '''
            @shared_task
            def process_event():
                """Settle. Safe to repeat."""
                commands.process_event()

            @shared_task(acks_late=True)
            def refund():
                """Give back. Safe to repeat."""
                commands.refund()

            @shared_task
            def sweep():
                """Catch up."""

            def helper(): ...
        ''',
        },
    )

    found = list(commands.tasks_are_safe_to_repeat(tree))

    assert found == [
        "payments/tasks.py:9 commands.refund doesn't say 'Safe to repeat'",
        "payments/tasks.py:12 task sweep doesn't say 'Safe to repeat'",
    ]


def test_a_task_acknowledged_early_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "payments/tasks.py": """
            @shared_task
            def by_default(): ...

            @shared_task(acks_late=True)
            def late(): ...

            @shared_task(acks_late=False)
            def early(): ...
        """,
        },
    )

    found = list(commands.tasks_are_acknowledged_late(tree))

    assert found == [
        "payments/tasks.py:2 task by_default isn't acks_late",
        "payments/tasks.py:8 task early isn't acks_late",
    ]


def test_a_task_may_rely_on_the_workers_default(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "shopflow/celery.py": "app.conf.update(task_acks_late=True)",
            "payments/tasks.py": "@shared_task\ndef settle(): ...\n",
        },
    )

    assert list(commands.tasks_are_acknowledged_late(tree)) == []


def test_a_receiver_with_work_of_its_own_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "payments/receivers.py": '''
                @receiver(order_cancelled)
                def settle(order_id, **_):
                    """Ring."""
                    enqueue(tasks.settle, str(order_id))

                @receiver(order_cancelled)
                def refund(order_id, **_):
                    commands.refund(order_id=order_id)

                @receiver(order_cancelled)
                def both(order_id, **_):
                    enqueue(tasks.settle, str(order_id))
                    enqueue(tasks.tell, str(order_id))
            ''',
        },
    )

    found = list(commands.receivers_only_ring(tree))

    assert found == [
        "payments/receivers.py:7 refund does more than enqueue a task",
        "payments/receivers.py:11 both does more than enqueue a task",
    ]


def test_a_task_queued_past_the_doorbell_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "shopflow/lib/queue.py": "task.delay(*args)",
            "orders/views.py": "self.delay = 1\ntasks.tell.delay(1)\ntasks.tell.apply_async((1,))",
        },
    )

    found = list(commands.tasks_are_queued_by_enqueue(tree))

    assert found == ["orders/views.py:2 .delay()", "orders/views.py:3 .apply_async()"]


def test_a_scheduled_name_without_a_task_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "shopflow/celery.py": """
            schedule = {
                "settle": {"task": "payments.tasks.settle", "schedule": 10},
                "sweep": {"task": "payments.tasks.sweep", "schedule": 10},
            }
        """,
            "payments/tasks.py": "def settle(): ...",
        },
    )

    found = list(commands.the_schedule_names_real_tasks(tree))

    assert found == ["shopflow/celery.py:3 no task is called 'payments.tasks.sweep'"]


def _is_write(code: str) -> bool:
    calls = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call)]
    return any(is_write(call) for call in calls)
