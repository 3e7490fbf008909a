"""Models: plain tables, words for what a row is, and no hidden writes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules.tree import APPS, Tree, parsed

BASES = frozenset({"Model", "models.Model", "Row", "Stateful"})
# Words that are their own plural.
AS_IT_IS = ("history", "inventory", "usage", "log")
HIDDEN = frozenset(
    "pre_save post_save pre_delete post_delete m2m_changed pre_init post_init".split()
)


def models_say_what_a_row_is(tree: Tree) -> Iterator[str]:
    """Django writes a docstring of field names where none stands, so only the source knows."""
    for path, model in _models(tree):
        if not ast.get_docstring(model):
            yield f"{tree.at(path, model)} {model.name} has no docstring"


def tables_have_plain_names(tree: Tree) -> Iterator[str]:
    """`OrderItem` stands in `order_items`, whatever its app, and the table has a comment."""
    for path, model in _models(tree):
        meta = _meta(model)
        if meta.get("abstract") == "True" or meta.get("proxy") == "True":
            continue
        table = meta.get("db_table", "").strip("'")
        if table not in _plurals(model.name):
            yield f"{tree.at(path, model)} {model.name} has the db_table {table!r}"
        if "db_table_comment" not in meta:
            yield f"{tree.at(path, model)} {model.name} has no db_table_comment"


def rows_are_saved_plainly(tree: Tree) -> Iterator[str]:
    """No `save()` or `delete()` of a model does more than its name says."""
    for path, model in _models(tree):
        for method in model.body:
            if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}:
                yield f"{tree.at(path, method)} {model.name} overrides {method.name}()"


def no_signal_hides_a_write(tree: Tree) -> Iterator[str]:
    """What follows from a write stands in its command, not in a `post_save` receiver."""
    for path in tree.product():
        for node in ast.walk(parsed(path)):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            name = node.name if isinstance(node, ast.alias) else name
            if name in HIDDEN and isinstance(node, ast.expr | ast.alias):
                yield f"{tree.name(path)}:{node.lineno} uses {name}"


def forms_name_their_fields(tree: Tree) -> Iterator[str]:
    """A column added later must not become editable or public by itself."""
    for path in tree.product():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.keyword):
                value = node.value
                if isinstance(value, ast.Constant) and value.value == "__all__":
                    yield f"{tree.at(path, value)} '__all__' fields"


def _models(tree: Tree) -> Iterator[tuple[Path, ast.ClassDef]]:
    """Every class of the apps' and the library's models that is a table, or a base of one."""
    files = [path for app in APPS for path in tree.modules(app, "models")]
    files += tree.files("shopflow/lib", suffix=".py")
    classes = [(p, c) for p in files for c in ast.walk(parsed(p)) if isinstance(c, ast.ClassDef)]
    known = set(BASES)
    while found := {c.name for _, c in classes if known & set(_bases(c))} - known:
        known |= found
    return ((path, c) for path, c in classes if known & set(_bases(c)))


def _plurals(model: str) -> set[str]:
    """Names fit for a model's table; some words, such as history, may be their own plural."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", model).lower()
    as_it_is = {name} if name.endswith(AS_IT_IS) else set()
    return {f"{name}s", f"{name}es", f"{name[:-1]}ies", *as_it_is}


def _bases(model: ast.ClassDef) -> list[str]:
    return [ast.unparse(base) for base in model.bases]


def _meta(model: ast.ClassDef) -> dict[str, str]:
    return {
        ast.unparse(line.targets[0]): ast.unparse(line.value)
        for meta in model.body
        if isinstance(meta, ast.ClassDef) and meta.name == "Meta"
        for line in meta.body
        if isinstance(line, ast.Assign)
    }
