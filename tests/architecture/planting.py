"""Small trees with a violation in them, for proving that a rule finds it."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from tests.architecture.rules.tree import Tree


def planted(folder: Path, files: Mapping[str, str]) -> Tree:
    """Write sources, dedented, into a folder and return it as a tree."""
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source).lstrip("\n"))
    return Tree(folder)
