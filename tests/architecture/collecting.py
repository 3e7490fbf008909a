"""Which tests there are, and which rows of the ledger each is marked with.

As a plugin of pytest it writes them down; `collected` runs such a pytest beside this one, which
may have been told to run a few tests only.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

TO = "COLLECTED"


@cache
def collected(root: Path) -> dict[str, set[str]]:
    """Return every test with its rows; fails when a test can't even be collected."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "tests.json"
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", __name__],
            cwd=root,
            env={**environ, TO: str(found)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return {test: set(marks) for test, marks in json.loads(found.read_text()).items()}


def pytest_collection_finish(session: pytest.Session) -> None:
    tests = {
        item.nodeid: sorted({row for mark in item.iter_markers("ledger") for row in mark.args[0]})
        for item in session.items
    }
    Path(os.environ[TO]).write_text(json.dumps(tests))
