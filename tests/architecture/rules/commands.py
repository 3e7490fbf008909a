"""Commands, queries and tasks: who writes, in which transaction, and what is safe to repeat."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules.tree import (
    APPS,
    PRODUCT,
    Tree,
    calls,
    decorators,
    exported,
    functions,
    parsed,
    public,
)
from tests.architecture.rules.writes import method, writes

# Commands that own no transaction, each with its reason.
OWN_NO_TRANSACTION = {
    "accounts.check_code": "a try counts and a refusal is written down whatever happens next",
    "accounts.check_passkey": "a try counts and a refusal is written down whatever happens next",
    "accounts.prove": "a try counts and a refusal is written down whatever happens next",
    "accounts.announce_login": "writes nothing itself: those who listen have their own",
    "accounts.ask_for_email_change": "counts the try and hashes, then writes",
    "accounts.ask_for_reset": "counts the try in Redis, then writes",
    "accounts.change_password": "counts the try and hashes, then writes",
    "accounts.check_login": "counts the try and hashes; writes nothing",
    "accounts.prove_password": "counts the try and hashes; writes nothing",
    "accounts.register": "counts the try and hashes, then writes",
    "accounts.resend_verification": "counts the try in Redis, then writes",
    "accounts.rotate": "revokes a stolen sign-in and then refuses, which would undo it",
    "orders.draw_paper": "draws and keeps a file, then notes it",
    "payments.answer_dispute": "calls the gateway, then notes its answer",
    "payments.add_gift_card": "calls the gateway before its transaction",
    "payments.remove_gift_card": "calls the gateway before its transaction",
    "payments.reconcile": "asks the gateways, and heals each thing by its own command",
    "payments.capture_payment": "calls the gateway between two short transactions",
    "payments.release_payment": "voids at the gateway, whose answer decides",
    "payments.detach_method": "lets the gateway forget the card, then notes it",
    "payments.remove_method": "removes the card, then lets the gateway forget it",
    "payments.process_event": "asks the gateway for what an event only names, then applies it",
    "payments.replay_event": "takes an event up again, then processes it",
    "payments.start_payment": "calls the gateway between two short transactions",
    "payments.close_unpaid": "voids at the gateway, then the order expires",
    "payments.settle_cancelled": "voids at the gateway, then writes refunds down",
    "payments.settle_refund": "asks the gateway, then records its answer",
    "payments.receive": "verifies what may be forged before it takes a connection to write",
}
# Receivers that call a command at once, each with its reason.
WORKS_AT_ONCE = {
    "carts.receivers.merge_cart": "the page after a login shows the cart of both",
}
# Where else than in a command something is written, each with its reason.
MAY_WRITE = {
    "accounts.models.users.UserManager.create_user": "Django's contract of a user manager",
    "catalog.queries.facets._counted": "asks only",
    "catalog.queries.finding._best": "asks only",
    "catalog.queries.words.meaning_of": "asks only",
    "shopflow.baseline.audit._measure": "takes back what it writes",
    "shopflow.baseline.room.indexes": "asks the database's catalogue",
    "shopflow.baseline.room.tables": "asks the database's catalogue",
    "shopflow.demo.fill.bare.bare": "takes indexes off and puts them back, inside a command",
    "shopflow.demo.fill.commands.fill_shop": "a command of the demo shop",
    "shopflow.demo.fill.commands.tidy_up": "changes no row",
    "shopflow.demo.load._store_pictures": "writes files, not rows",
    "shopflow.blueprint.schema._rows": "asks the database's catalogue",
    "shopflow.health.measure.ask": "runs the SELECTs of its own package",
    "shopflow.health.statements.slowest": "asks pg_stat_statements",
    "shopflow.invariants.asking._ask": "runs the SELECTs of its own package",
    "shopflow.privacy.exporting._document": "runs the SELECTs of its own package",
    "shopflow.management.commands.reset._restart_numbers": "no command may, only the owner",
    "shopflow.management.commands.reset._remove_folder": "removes files, not rows",
    "shopflow.management.commands.setup_database_roles.Command._make_roles": "makes no rows",
    "shopflow.management.commands.setup_database_roles.Command.handle": "makes no rows",
}
COMMANDS = frozenset(f"{app}.commands" for app in APPS)
SHELLS = (
    "views", "api", "admin", "forms", "serializers", "filters", "tasks", "receivers", "queries",
    "templatetags", "models", "urls", "apps", "management",
)  # fmt: skip
OPENS_TRANSACTIONS = frozenset(
    f"transaction.{name}" for name in "atomic savepoint set_autocommit commit rollback".split()
)
REPEATABLE = "Safe to repeat"


def a_public_command_is_one_transaction(tree: Tree) -> Iterator[str]:
    """Every function that others may call carries `@command`."""
    for app, path in _each(tree, "commands"):
        for function in _offered(path):
            name = f"{app}.{function.name}"
            if "command" not in decorators(function) and name not in OWN_NO_TRANSACTION:
                yield f"{tree.at(path, function)} {function.name} is no @command"


def only_the_decorator_opens_transactions(tree: Tree) -> Iterator[str]:
    """`transaction.atomic` stands in `shopflow.lib` only.

    Inside a command it is a savepoint, right where an error is an expected answer: `try` around it.
    """
    for path in tree.product():
        if tree.name(path).startswith(("shopflow/lib/", "payments/sandbox/")):
            continue
        expected = _savepoints(path) if "commands" in tree.module(path).split(".") else set()
        for node in ast.walk(parsed(path)):
            if node in expected or not isinstance(node, ast.Attribute):
                continue
            if ast.unparse(node) in OPENS_TRANSACTIONS:
                yield f"{tree.at(path, node)} {ast.unparse(node)} outside shopflow.lib"


def locks_leave_the_key_alone(tree: Tree) -> Iterator[str]:
    """Rows are locked FOR NO KEY UPDATE, so that inserts that name them need not wait.

    Source: docs/decisions/0004-rows-are-locked-for-no-key-update.md.
    """
    for path in tree.product():
        for _, call in calls(path):
            named = {keyword.arg for keyword in call.keywords}
            if method(call) == "select_for_update" and "no_key" not in named:
                yield f"{tree.at(path, call)} select_for_update without no_key=True"


def only_commands_write(tree: Tree) -> Iterator[str]:
    """Everything around the commands reads, or calls a command."""
    shells = [path for _, path in _each(tree, *SHELLS)]
    for path in [*shells, *_composition(tree)]:
        for inside, call in calls(path):
            if f"{tree.module(path)}.{inside}" not in MAY_WRITE and writes(call):
                yield f"{tree.at(path, call)} .{method(call)}() outside a command"


def arguments_are_named(tree: Tree) -> Iterator[str]:
    """Commands and queries take keyword-only arguments when there are two or more."""
    for _, path in _each(tree, "commands", "queries"):
        for function in _offered(path):
            given = function.args
            positional = [*given.posonlyargs, *given.args]
            if positional and len(positional) + len(given.kwonlyargs) > 1:
                yield f"{tree.at(path, function)} {function.name} takes positional arguments"


def commands_are_called_through_their_module(tree: Tree) -> Iterator[str]:
    """A command reads `inventory.reserve(...)` where it is called; constants may come alone."""
    for path in tree.product():
        own = ".".join(tree.module(path).split(".")[:2])
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                module = ".".join(node.module.split(".")[:2])
                names = [alias.name for alias in node.names if alias.name[0].islower()]
                if names and module in COMMANDS and module != own:
                    yield f"{tree.at(path, node)} imports from {node.module}"


def tasks_are_safe_to_repeat(tree: Tree) -> Iterator[str]:
    """A task and each command it calls say "Safe to repeat"."""
    for app, path in _tasks(tree):
        promised = {
            f"commands.{command.name}": _is_repeatable(command)
            for module in tree.modules(app, "commands")
            for command in functions(module)
        }
        for task in (f for f in functions(path) if "shared_task" in decorators(f)):
            if not _is_repeatable(task):
                yield f"{tree.at(path, task)} task {task.name} doesn't say {REPEATABLE!r}"
            # Named is enough: a sweep may hand the command on as a value.
            for node in ast.walk(task):
                if isinstance(node, ast.Attribute) and not promised.get(ast.unparse(node), True):
                    yield f"{tree.at(path, node)} {ast.unparse(node)} doesn't say {REPEATABLE!r}"


def tasks_are_acknowledged_late(tree: Tree) -> Iterator[str]:
    """A task is taken off the queue when it is done, so a killed worker loses none."""
    celery = tree.root / "shopflow" / "celery.py"
    by_default = celery.exists() and "task_acks_late=True" in celery.read_text()
    for _, path in _tasks(tree):
        for function in functions(path):
            if "shared_task" in decorators(function) and not _late(function, by_default):
                yield f"{tree.at(path, function)} task {function.name} isn't acks_late"


def receivers_only_ring(tree: Tree) -> Iterator[str]:
    """Fact heard, task queued, in one line: a listener has no work of its own that could fail."""
    for _, path in _each(tree, "receivers"):
        for function in public(path):
            body = [line for line in function.body if not _is_docstring(line)]
            if f"{tree.module(path)}.{function.name}" in WORKS_AT_ONCE:
                continue
            if len(body) != 1 or not ast.unparse(body[0]).startswith("enqueue(tasks."):
                yield f"{tree.at(path, function)} {function.name} does more than enqueue a task"


def tasks_are_queued_by_enqueue(tree: Tree) -> Iterator[str]:
    """Without Redis `delay` raises; `shopflow.lib.queue` leaves the work to a sweep instead."""
    for path in tree.product():
        if tree.name(path) != "shopflow/lib/queue.py":
            for _, call in calls(path):
                if method(call) in {"delay", "apply_async"}:
                    yield f"{tree.at(path, call)} .{method(call)}()"


def the_schedule_names_real_tasks(tree: Tree) -> Iterator[str]:
    """Beat accepts any name and the worker drops unknown ones, so nobody else would notice."""
    celery = tree.root / "shopflow" / "celery.py"
    tasks = {
        f"{tree.module(path)}.{function.name}"
        for _, path in _tasks(tree)
        for function in functions(path)
    }
    for value in _scheduled(celery) if celery.exists() else ():
        if ast.unparse(value).strip("'") not in tasks:
            yield f"{tree.at(celery, value)} no task is called {ast.unparse(value)}"


def _composition(tree: Tree) -> list[Path]:
    """What stands on top of the apps; the supervisor knows no tables, the library is below."""
    no_rows = ("shopflow/lib/", "shopflow/supervisor/", "shopflow/celery.py")
    drawing = "shopflow/demo/draw_pictures.py"
    found = [path for path in tree.files("shopflow", suffix=".py") if path.name != "commands.py"]
    return [path for path in found if not tree.name(path).startswith((*no_rows, drawing))]


def _offered(path: Path) -> Iterator[ast.FunctionDef]:
    """A module's public functions; of a package's module those that the package exports."""
    package = path.with_name("__init__.py")
    if path.parent.name in {"commands", "queries"} and package.exists():
        names = exported(package)
        return (function for function in public(path) if function.name in names)
    return public(path)


def _each(tree: Tree, *names: str) -> Iterator[tuple[str, Path]]:
    return ((app, path) for app in APPS for path in tree.modules(app, *names))


def _tasks(tree: Tree) -> Iterator[tuple[str, Path]]:
    folders = (*PRODUCT, "shopflow/lib")
    return ((app, path) for app in folders for path in tree.modules(app, "tasks"))


def _savepoints(path: Path) -> set[ast.AST]:
    tries = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Try))
    return {
        node
        for attempt in tries
        if attempt.handlers
        for line in attempt.body
        for node in ast.walk(line)
    }


def _is_repeatable(function: ast.FunctionDef) -> bool:
    return REPEATABLE in " ".join((ast.get_docstring(function) or "").split())


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _late(task: ast.FunctionDef, by_default: bool) -> bool:
    said = [
        ast.unparse(given.value) == "True"
        for decorator in task.decorator_list
        if isinstance(decorator, ast.Call)
        for given in decorator.keywords
        if given.arg == "acks_late"
    ]
    return said[0] if said else by_default


def _scheduled(celery: Path) -> Iterator[ast.expr]:
    """The values of every `{"task": ...}`."""
    for node in ast.walk(parsed(celery)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "task":
                    yield value
