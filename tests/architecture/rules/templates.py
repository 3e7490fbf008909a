"""Templates: where they stand, and that the content security policy lets them work."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules.tree import APPS, PRODUCT, Tree, parsed

# Django's admin looks for its own names; a mail's frame belongs to no app.
SHARED = frozenset({"admin", "emails"})
# The provider has pages and a policy of its own; the demo's pictures are drawn once and kept.
NOT_OUR_PAGES = ("payments/sandbox/", "shopflow/demo/")
# A data block is no script: browsers don't run it.
DATA_BLOCK = re.compile(r"""type=["']?application/(ld\+)?json""", re.IGNORECASE)
COMMENT = re.compile(
    r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
INLINE = re.compile(
    r"""<style\b|<[a-z][^<>]*?\s(?:on[a-z]+|style)\s*=|["'\s]javascript:""", re.IGNORECASE
)
INCLUDE = re.compile(r"""\{%\s*include\s+["']([^"']+)["']""")


def pages_keep_the_content_policy(tree: Tree) -> Iterator[str]:
    """No inline script, style, event handler or style attribute: the browser would refuse it."""
    for path in _templates(tree):
        # Mail clients know no style sheets, and no policy.
        if "emails" not in path.parts:
            text = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), path.read_text())
            for line, what in _inline(text):
                yield f"{tree.name(path)}:{line} {what}"


def code_makes_no_inline_markup(tree: Tree) -> Iterator[str]:
    """The same for HTML that Python writes, such as a column of the admin."""
    for path in tree.product():
        if tree.name(path).startswith(NOT_OUR_PAGES):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for _, what in _inline(node.value):
                    yield f"{tree.at(path, node)} {what}"


def templates_stand_under_their_app(tree: Tree) -> Iterator[str]:
    """`templates/<app>/<view>.html`; only frames and error pages stand at the top."""
    for path in tree.files(*APPS, "shopflow", suffix=".html"):
        if "templates" in path.parts and (tree.root / "shopflow/demo") not in path.parents:
            yield f"{tree.name(path)} belongs under templates/"
    for path in tree.files("templates", suffix=""):
        folder = path.relative_to(tree.root / "templates").parts[0]
        if (tree.root / "templates" / folder).is_dir() and folder not in {*PRODUCT, *SHARED}:
            yield f"{tree.name(path)} stands under no app"


def partials_begin_with_an_underscore(tree: Tree) -> Iterator[str]:
    """So a folder's list shows what is a page and what is a piece."""
    for path in _templates(tree):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for name in INCLUDE.findall(line):
                if not name.rpartition("/")[2].startswith("_"):
                    yield f"{tree.name(path)}:{number} includes {name}"


def _templates(tree: Tree) -> list[Path]:
    return tree.files("templates", *APPS, "shopflow", suffix=".html")


def _inline(text: str) -> Iterator[tuple[int, str]]:
    for found in SCRIPT.finditer(text):
        if " src=" not in found[1] and not DATA_BLOCK.search(found[1]):
            yield text.count("\n", 0, found.start()) + 1, "inline <script>"
    for found in INLINE.finditer(text):
        yield text.count("\n", 0, found.end()) + 1, f"inline {found[0].split()[-1].rstrip(' =')}"
