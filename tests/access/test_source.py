"""Only one module tells the database for whom it works."""

import re

import pytest

from tests.architecture.rules.tree import Tree
from tests.payments.sandbox_process import ROOT

TELLS = re.compile(
    r"set_config\(\s*'(role|app\.)|\bSET\s+(LOCAL\s+|SESSION\s+)?(ROLE|app\.|SESSION AUTH)", re.I
)
TELLER = "shopflow/lib/transactions.py"


def tellers(tree: Tree) -> list[str]:
    files = [*tree.product(), *tree.files(".", suffix=".sql")]
    return sorted(
        str(path.relative_to(tree.root)) for path in files if TELLS.search(path.read_text())
    )


def test_tells_it_in_one_place() -> None:
    assert tellers(Tree(ROOT)) == [TELLER]
    # The session's form of set_config would stay on a pooled connection.
    assert not re.search(r"set_config\([^()]*,\s*false\)", (ROOT / TELLER).read_text(), re.I)


@pytest.mark.parametrize(
    "line",
    [
        "SELECT set_config('app.user_id', %s, false)",
        "set local role shop_owner",
        "SET app.user_id = '1'",
        "SET SESSION AUTHORIZATION shop",
    ],
)
def test_would_be_seen(line: str) -> None:
    assert TELLS.search(line)
