"""The project keeps every rule. That the rules can fail is proved by `test_plants_*.py`."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.rules import commands, files, models, templates
from tests.architecture.rules.tree import Rule, Tree, calls, public
from tests.architecture.rules.writes import writes
from tests.ledger import ledger

PROJECT = Tree(Path(__file__).resolve().parents[2])


def rules_of(module: ModuleType) -> list[Rule]:
    """Return the public functions a module of rules defines itself."""
    return [
        found
        for name, found in vars(module).items()
        if not name.startswith("_") and getattr(found, "__module__", "") == module.__name__
    ]


RULES = [rule for module in (commands, models, templates, files) for rule in rules_of(module)]


@ledger("S2-163")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    assert "\n".join(rule(PROJECT)) == ""


@pytest.mark.parametrize("name", sorted(commands.OWN_NO_TRANSACTION))
def test_a_command_named_as_an_exception_exists(name: str) -> None:
    app, _, function = name.partition(".")

    found = [f.name for p in PROJECT.modules(app, "commands") for f in public(p)]

    assert function in found


@pytest.mark.parametrize("name", sorted(commands.MAY_WRITE))
def test_a_writer_named_as_an_exception_still_writes(name: str) -> None:
    found = {
        f"{PROJECT.module(path)}.{inside}"
        for path in PROJECT.product()
        for inside, call in calls(path)
        if writes(call)
    }

    assert name in found
