"""A folder with the shop's files, and what the rules ask of it."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

APPS = (
    "accounts",
    "catalog",
    "inventory",
    "promotions",
    "shipping",
    "carts",
    "orders",
    "payments",
)
PRODUCT = (*APPS, "shopflow")
IGNORED = frozenset({".git", ".venv", "__pycache__", "node_modules", "staticfiles", "media"})


@dataclass(frozen=True)
class Tree:
    """The project's files under one folder."""

    root: Path

    def files(self, *folders: str, suffix: str) -> list[Path]:
        """Return the files below the folders, sorted; none for a folder that isn't there."""
        found = [path for folder in folders for path in (self.root / folder).rglob(f"*{suffix}")]
        return sorted(
            path
            for path in found
            if path.is_file() and not IGNORED & set(path.relative_to(self.root).parts)
        )

    def product(self) -> list[Path]:
        """Return the Python files of the product, migrations left out."""
        return [
            path for path in self.files(*PRODUCT, suffix=".py") if "migrations" not in path.parts
        ]

    def modules(self, app: str, *names: str) -> list[Path]:
        """Return the files of an app's modules, each of which may have become a package."""
        files = [self.root / app / f"{name}.py" for name in names]
        files += [
            path
            for name in names
            for path in self.files(f"{app}/{name}", suffix=".py")
            if (self.root / app / name).is_dir()
        ]
        return [path for path in files if path.exists()]

    def kept(self) -> list[Path]:
        """Return every file that is in version control or would be added to it."""
        if not (self.root / ".git").exists():
            return self.files(".", suffix="")
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        return [self.root / name for name in listed.split("\0") if (self.root / name).is_file()]

    def name(self, path: Path) -> str:
        """Return a file's name as seen from the top."""
        return path.relative_to(self.root).as_posix()

    def at(self, path: Path, node: ast.stmt | ast.expr) -> str:
        """Return `file:line` of a piece of code."""
        return f"{self.name(path)}:{node.lineno}"

    def module(self, path: Path) -> str:
        """Return the dotted name a file is imported by."""
        return ".".join(path.relative_to(self.root).with_suffix("").parts).removesuffix(".__init__")


Rule = Callable[[Tree], Iterator[str]]


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Return the functions at the top of a file."""
    return (node for node in parsed(path).body if isinstance(node, ast.FunctionDef))


def public(path: Path) -> Iterator[ast.FunctionDef]:
    """Return the functions at the top of a file that others may call."""
    return (node for node in functions(path) if not node.name.startswith("_"))


def exported(package: Path) -> set[str]:
    """Return the names that a package's `__init__` offers."""
    imports = (node for node in parsed(package).body if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


def decorators(function: ast.FunctionDef) -> set[str]:
    """Return the last names of a function's decorators: `@x.command(key=1)` gives `command`."""
    bare = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return {ast.unparse(decorator).rpartition(".")[2] for decorator in bare}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Return every call of a file with the dotted name of the function or class it stands in."""
    yield from _calls(parsed(path), "")


def _calls(node: ast.AST, inside: str) -> Iterator[tuple[str, ast.Call]]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        inside = f"{inside}.{node.name}".lstrip(".")
    if isinstance(node, ast.Call):
        yield inside, node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inside)
