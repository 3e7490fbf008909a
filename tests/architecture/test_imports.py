"""The import contracts of pyproject.toml: the project keeps them, and each one can be broken."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.rules.tree import APPS, IGNORED, PRODUCT
from tests.ledger import ledger

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

# Contract, importing module, the line planted in it, and how the linter names the import.
PLANTS = [
    ("apps", "accounts/models", "import catalog.models", "accounts.models -> catalog.models"),
    ("apps", "shipping/queries", "import inventory.models", "shipping.queries -> inventory.models"),
    ("apps", "orders/commands", "import payments.commands", "orders.commands -> payments.commands"),
    ("apps", "shopflow/lib/money", "import catalog.models", "shopflow.lib.money -> catalog.models"),
    ("apps", "carts/queries", "import shopflow.config", "carts.queries -> shopflow.config"),
    ("inside", "orders/commands", "import orders.views", "orders.commands -> orders.views"),
    ("inside", "orders/models", "import orders.queries", "orders.models -> orders.queries"),
    ("inside", "orders/api", "import orders.views", "orders.api -> orders.views"),
    ("inside", "carts/utils", "", "- carts.utils"),
    ("composition", "shopflow/helpers", "", "- shopflow.helpers"),
    ("interfaces", "orders/views", "import carts.forms", "orders.views -> carts.forms"),
    ("interfaces", "carts/api", "import catalog.filters", "carts.api -> catalog.filters"),
    ("interfaces", "orders/receivers", "import carts.tasks", "orders.receivers -> carts.tasks"),
    (
        "signals",
        "payments/commands",
        "import orders.signals",
        "payments.commands -> orders.signals",
    ),
    (
        "gateways",
        "payments/gateways/base",
        "import payments.gateways.sandbox",
        "payments.gateways.base -> payments.gateways.sandbox",
    ),
    ("gateways", "payments/gateways/paycorp", "", "- payments.gateways.paycorp"),
    (
        "sandbox-alone",
        "payments/sandbox/__main__",
        "import shopflow.lib.money",
        "payments.sandbox.__main__ -> shopflow.lib.money",
    ),
    (
        "sandbox-alone",
        "payments/sandbox/__main__",
        "import payments.models",
        "payments.sandbox.__main__ -> payments.models",
    ),
    (
        "sandbox-apart",
        "payments/gateways/sandbox",
        "import payments.sandbox",
        "payments.gateways.sandbox -> payments.sandbox",
    ),
]
# What a contract must not mistake for a violation.
ALLOWED = [
    ("orders/commands", "from inventory import commands as inventory"),
    ("payments/receivers", "import orders.signals"),
    ("orders/commands", "import orders.signals"),
    ("catalog/api", "import catalog.filters"),
    ("shopflow/urls", "import orders.views"),
]


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every plant stands in one copy of the project: what the linter says to it."""
    root = _copy(tmp_path_factory.mktemp("planted"))
    for _, module, line, _ in PLANTS:
        _append(root, module, line)
    for module, line in ALLOWED:
        _append(root, module, line)
    return _lint(root).stdout


@ledger("S4-25")
def test_the_project_keeps_every_contract(tmp_path: Path) -> None:
    answer = _lint(_copy(tmp_path))

    assert " 0 broken" in answer.stdout, answer.stdout + answer.stderr
    assert answer.returncode == 0


@pytest.mark.parametrize(
    ("contract", "named"), [(plant[0], plant[3]) for plant in PLANTS], ids=lambda text: text
)
def test_a_planted_import_is_named(contract: str, named: str, complaints: str) -> None:
    assert named in _section(contract, complaints)


@pytest.mark.parametrize(("module", "line"), ALLOWED, ids=str)
def test_an_allowed_import_is_not_named(module: str, line: str, complaints: str) -> None:
    imported = line.split()[1].removesuffix(".commands")

    assert not re.search(rf"-   {module.replace('/', '.')} -> {imported}(\.commands)? ", complaints)


def test_every_contract_is_proved_by_a_plant() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    assert {c["id"] for c in contracts["contracts"]} == {plant[0] for plant in PLANTS}
    assert set(contracts["root_packages"]) == {"shopflow", *APPS}


def _copy(folder: Path) -> Path:
    """Copy the product's Python files, so that nothing is ever planted in the project itself."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PRODUCT:
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT)
            if not IGNORED & set(name.parts):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, folder / name)
    return folder


def _append(root: Path, module: str, line: str) -> None:
    path = root / module
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in (path, *_imported(root, line)):
        name.touch()
    path.write_text(f"{path.read_text()}\n{line}\n")


def _imported(root: Path, line: str) -> list[Path]:
    """The file a planted line imports, in case the project has no such module yet."""
    module = line.split()[1] if line.startswith("import ") else ""
    path = root / module.replace(".", "/")
    return [] if not module or path.is_dir() else [path.with_suffix(".py")]


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=root,
        env={"PATH": os.environ["PATH"], "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def _section(contract: str, complaints: str) -> str:
    """What the linter says about one contract, below its underlined name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    name = next(c["name"] for c in contracts["contracts"] if c["id"] == contract)
    parts = re.split(r"\n(.+)\n-{5,}\n", complaints)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, "")
