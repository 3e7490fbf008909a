"""What a call that changes rows looks like."""

import ast

WRITES = frozenset(
    "save create bulk_create bulk_update update_or_create get_or_create delete executemany "
    "save_base save_m2m save_model save_formset save_related delete_model delete_queryset".split()
)
RELATION_WRITES = frozenset("add set remove clear".split())
SQL = frozenset("execute raw".split())


def method(call: ast.Call) -> str:
    """Return the name of the method called, or ''."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def writes(call: ast.Call) -> bool:
    """Whether a call looks like one that changes rows.

    A QuerySet's `update` takes only keywords, a dict's or a hash's a value. `add`, `set`, `remove`
    and `clear` change rows on a relation (`order.tags.add`), not on a plain set (`seen.add`).
    """
    if not isinstance(call.func, ast.Attribute):
        return False
    name, on = call.func.attr, call.func.value
    if name.startswith("a") and name[1:] in WRITES | {"update"}:  # asave, acreate, ...
        name = name[1:]
    if name in WRITES:
        return not (isinstance(on, ast.Name) and on.id == "cache")
    if name == "update":
        return not call.args
    if name in RELATION_WRITES:
        return isinstance(on, ast.Attribute)
    return name in SQL and not _reads(call)


def _reads(call: ast.Call) -> bool:
    sql = call.args[0] if call.args else None
    text = sql.value if isinstance(sql, ast.Constant) and isinstance(sql.value, str) else ""
    return text.lstrip().upper().startswith("SELECT")
