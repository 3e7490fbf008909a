"""No rule of the database is without its proof."""

import importlib
import pkgutil

import pytest

from tests import rules
from tests.ledger import ledger
from tests.rules import schema
from tests.rules.proofs import run

pytestmark = pytest.mark.django_db


def proved() -> list[str]:
    """The names of the rules that the files beside this one prove."""
    files = (
        importlib.import_module(f"{rules.__name__}.{module.name}")
        for module in pkgutil.iter_modules(rules.__path__)
    )
    return [str(proof.id) for file in files for proof in getattr(file, "RULES", ())]


def unproved() -> set[str]:
    return {rule.name for rule in schema.rules_now()} - set(proved())


@ledger("S0-2", "S2-32", "S2-68", "S2-70", "S2-71", "S3-15")
def test_every_rule_has_its_proof() -> None:
    assert sorted(unproved()) == []


def test_no_rule_is_proved_that_isnt_there() -> None:
    found = [rule.name for rule in schema.rules_now()]

    assert sorted(set(proved()) - set(found)) == []
    assert len(found) == len(set(found))
    assert len(proved()) == len(set(proved()))


@ledger("S2-71")
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("ALTER TABLE brands ADD CONSTRAINT planted CHECK (name <> 'Acme')", "planted"),
        ("ALTER TABLE brands ADD CONSTRAINT planted UNIQUE (logo)", "planted"),
        ("ALTER TABLE brands ADD CONSTRAINT planted EXCLUDE (logo WITH =)", "planted"),
        ("CREATE UNIQUE INDEX planted ON brands (logo) WHERE is_active", "planted"),
        (
            "CREATE TRIGGER planted BEFORE DELETE ON brands EXECUTE FUNCTION shop_refuse()",
            "planted",
        ),
        ("CREATE TABLE planted_bare (id integer CHECK (id > 0))", "planted_bare_id_check"),
    ],
)
def test_a_new_rule_is_missed(statement: str, name: str) -> None:
    before = unproved()

    run(statement)

    assert unproved() - before == {name}
