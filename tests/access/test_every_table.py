"""Nobody adds a table with personal data and forgets to say who may see it."""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from shopflow.access.rights import (
    PERSONAL_COLUMNS,
    PROTECTED,
    SECRET_COLUMNS,
    STAFF_ONLY,
    UNPROTECTED,
)
from tests.ledger import ledger

Models = Iterable[type[models.Model]]
ABOUT = {"users", *PROTECTED}
PERSONAL = re.compile(
    r"(^|_)(email|phone|first_name|last_name|recipient_name|sender_name|address|address_line_1"
    r"|ip|ip_address|user_agent|card_last_four|answers|payload|snapshot|old_values)$"
)
SECRET = re.compile(r"(^|_)(password|secret|token|(token|code|key)_hash)$")


def personal(model: type[models.Model]) -> list[str]:
    """The columns that lead to a person or say something about one."""
    table = model._meta.db_table
    known = SECRET_COLUMNS.get(table, set()) | PERSONAL_COLUMNS.get(table, set())
    return [
        column
        for column, about in columns(model)
        if PERSONAL.search(column) or about in ABOUT or column in {"user_id", "order_id", *known}
    ]


def columns(model: type[models.Model]) -> Iterator[tuple[str, str | None]]:
    """Yield each column and the table it points at."""
    for field in model._meta.local_concrete_fields:
        about = field.related_model
        yield str(field.column), about._meta.db_table if about else None


def unclassified(found: Models) -> Iterator[str]:
    for model in found:
        table = model._meta.db_table
        places = [name for name in (PROTECTED, STAFF_ONLY, UNPROTECTED) if table in name]
        if (names := personal(model)) and len(places) != 1:
            yield (
                f"{table} has {', '.join(names)}. Say in shopflow/access/rights.py who may see its "
                "rows: PROTECTED (each person their own), STAFF_ONLY (no page at all), or "
                f"UNPROTECTED with the reason. It stands in {len(places)} of the three."
            )


@ledger("S0-28", "C-52", "S3-24")
def test_with_personal_data_says_who_may_see_it() -> None:
    assert list(unclassified(apps.get_models(include_auto_created=True))) == []


def test_that_needs_no_reason_gives_none() -> None:
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}

    assert [table for table in UNPROTECTED if not personal(tables[table])] == []


def test_hides_its_secrets_from_reports() -> None:
    shown = [
        f"{model._meta.db_table}.{column}"
        for model in apps.get_models()
        for column, _ in columns(model)
        if SECRET.search(column) and column not in SECRET_COLUMNS.get(model._meta.db_table, set())
    ]

    assert shown == []


@pytest.mark.parametrize("name", ["user_id", "customer_email"])
@isolate_apps("orders")
def test_that_nobody_thought_of_is_named(name: str) -> None:
    fields = {name: models.CharField(max_length=10), "__module__": "orders.models"}
    model = type("Diary", (models.Model,), fields)

    [sentence] = unclassified([model])

    assert sentence.startswith(f"orders_diary has {name}. Say in shopflow/access/rights.py who")
