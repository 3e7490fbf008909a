"""Files: their names and length, and what must not be written in any of them."""

import ast
import re
import sys
from collections.abc import Iterator

from tests.architecture.rules.tree import PRODUCT, Tree, parsed

LONGEST = 300
SAY_NOTHING = frozenset("utils helpers misc common services mixins".split())
# Put together here, so that this file doesn't hold what it looks for.
EAGER = re.compile("always" + "_eager", re.IGNORECASE)
HOSTS = re.compile(
    "|".join(
        (
            r"pypi\." + "org",
            "python" + "hosted",
            r"npmjs\." + r"(?:org|com)",
            r"index-url[=\s]+\w+://",
        )
    )
    + r"|https?://[^\s/]+/(?:simple|artifactory|repository/[\w-]+|api/npm)\b",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.<}])/(?:work|home|root|Users)/\w|[A-Z]:\\Users\\")
NAMED = re.compile(
    r"`((?:[\w.-]+/)+[\w-]+\.(?:py|md|toml|txt|html|json|csv)|[\w.-]+/(?:[\w.-]+/)+)`"
)
ONLY_STANDARD = "payments/sandbox"


def the_top_level_is_fixed(tree: Tree) -> Iterator[str]:
    """A package beside the apps would stand outside every import contract."""
    for path in sorted(tree.root.glob("*/__init__.py")):
        if path.parent.name not in {*PRODUCT, "tests", "bench"}:
            yield f"{tree.name(path.parent)} is no app of the shop"


def files_are_short(tree: Tree) -> Iterator[str]:
    """A file over 300 lines becomes a package split by what it is about."""
    for path in tree.product():
        lines = len(path.read_text().splitlines())
        if lines > LONGEST:
            yield f"{tree.name(path)} has {lines} lines"


def file_names_say_something(tree: Tree) -> Iterator[str]:
    """`utils` is where code goes whose job nobody named."""
    for path in tree.product():
        if SAY_NOTHING & {path.stem, *path.relative_to(tree.root).parts[:-1]}:
            yield f"{tree.name(path)} needs a name that says its job"


def tasks_run_in_workers(tree: Tree) -> Iterator[str]:
    """Tests too: an eager task runs inside the caller's transaction and hides real faults."""
    yield from _lines(tree, EAGER, "runs tasks eagerly")


def no_registry_is_named(tree: Tree) -> Iterator[str]:
    """Where packages come from is the machine's setting."""
    yield from _lines(tree, HOSTS, "names a registry")


def no_machine_is_named(tree: Tree) -> Iterator[str]:
    """An absolute path exists on one machine only."""
    yield from _lines(tree, MACHINE, "names a path of one machine")


def documents_name_real_files(tree: Tree) -> Iterator[str]:
    """A `path/like.this` in a document leads somewhere; bare names and `<patterns>` are words."""
    for path in [*sorted(tree.root.glob("*.md")), *tree.files("docs", suffix=".md")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for name in NAMED.findall(line):
                if not (tree.root / name).exists():
                    yield f"{tree.name(path)}:{number} names {name}, which isn't there"


def tests_are_functions(tree: Tree) -> Iterator[str]:
    """No test classes; and a test that is skipped proves nothing."""
    for path in tree.files("tests", suffix=".py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef) and re.match("Test[A-Z]", node.name):
                yield f"{tree.at(path, node)} test class {node.name}"
            if isinstance(node, ast.Attribute) and ast.unparse(node) in _SKIPS:
                yield f"{tree.at(path, node)} {ast.unparse(node)}"


_SKIPS = frozenset(
    "pytest.skip pytest.xfail pytest.importorskip pytest.mark.skip pytest.mark.skipif "
    "pytest.mark.xfail".split()
)


def the_sandbox_needs_only_python(tree: Tree) -> Iterator[str]:
    """The provider is a program of its own: the standard library and its own package."""
    for path in tree.files(ONLY_STANDARD, suffix=".py"):
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = f"{name}.".startswith("payments.sandbox.")
                if not own and name.split(".")[0] not in sys.stdlib_module_names:
                    yield f"{tree.name(path)} imports {name}"


def _lines(tree: Tree, pattern: re.Pattern[str], what: str) -> Iterator[str]:
    for path in tree.kept():
        content = path.read_bytes()
        if b"\0" in content[:8000]:  # a picture
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if pattern.search(line):
                yield f"{tree.name(path)}:{number} {what}"
