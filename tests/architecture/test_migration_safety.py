"""A new version may be installed while the old one is still selling: migrations are checked."""

import pytest
from django.conf import settings
from django.db import connection
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser.analyser import (
    analyse_sql_statements,
    get_sql_analyser_class,
)

from tests.architecture.rules.tree import APPS
from tests.ledger import ledger


@ledger("S1-65", "S2-131", "S2-137", "S2-151")
@pytest.mark.django_db
def test_no_migration_locks_out_the_version_before_it() -> None:
    linter = MigrationLinter(
        path=str(settings.BASE_DIR),
        include_apps=[*APPS, "lib", "shopflow"],
        # Tables made in the same migration hold no rows yet, and nobody uses them.
        ignore_initial_migrations=True,
        no_cache=True,
        no_output=True,
    )

    linter.lint_all_migrations()

    assert linter.nb_total > 0
    assert linter.nb_erroneous == 0


@ledger("S2-127", "S2-129", "S2-137")
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ('ALTER TABLE "orders" ADD COLUMN "gift" boolean NOT NULL;', "NOT_NULL"),
        ('ALTER TABLE "orders" DROP COLUMN "total";', "DROP_COLUMN"),
        ('ALTER TABLE "orders" RENAME COLUMN "total" TO "sum";', "RENAME_COLUMN"),
        ('DROP TABLE "orders" CASCADE;', "DROP_TABLE"),
    ],
)
def test_an_unsafe_statement_is_known(statement: str, code: str) -> None:
    analyser = get_sql_analyser_class(connection.vendor)

    errors, _, _ = analyse_sql_statements(analyser, [statement])

    assert [error.code for error in errors] == [code]
