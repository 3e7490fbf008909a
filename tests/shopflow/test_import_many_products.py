from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, ProductVariant
from inventory.models import Inventory, InventoryTransaction
from shopflow.invariants import violations
from tests.books import books
from tests.shopflow.files import SAMPLE, generated, import_file, refused

pytestmark = pytest.mark.django_db


def test_makes_a_thousand_rows_with_their_stock(tmp_path: Path) -> None:
    output, errors = import_file(generated(tmp_path / "many.csv", 1000))

    ledger = InventoryTransaction.objects.filter(type="count_variance", reason="catalogue import")
    assert (output, errors) == ("250 created, 0 updated, 0 unchanged\n", "")
    assert (Product.objects.count(), ProductVariant.objects.count()) == (250, 1000)
    assert sum(Inventory.objects.values_list("quantity_on_hand", flat=True)) == 3996
    # Every ninth variant has none, and nothing is no move.
    assert ledger.count() == 888
    assert Inventory.objects.filter(backorder_limit=1000).count() == 100
    assert set(violations().values()) == {0}


def test_changes_nothing_the_second_time(tmp_path: Path) -> None:
    file = generated(tmp_path / "many.csv", 1000)
    import_file(file)
    before = books()

    output, _ = import_file(file, stock=True)

    assert output == "0 created, 0 updated, 250 unchanged\n"
    assert books() == before


def test_asks_the_database_about_many_at_once(tmp_path: Path) -> None:
    # Its makers and kinds are those of the next two files.
    import_file(generated(tmp_path / "first.csv", 40))

    with CaptureQueriesContext(connection) as few:
        import_file(generated(tmp_path / "few.csv", 400, name="mug"))
    with CaptureQueriesContext(connection) as many:
        import_file(generated(tmp_path / "many.csv", 800, name="jug"))

    # An UPDATE holds five hundred rows.
    assert len(many) - len(few) <= 4


def test_names_the_faults_of_every_part_of_the_file(tmp_path: Path) -> None:
    import_file(SAMPLE)
    file = generated(tmp_path / "many.csv", 840)
    text = file.read_text().replace("CUP-3-S,", "PUD-TIN,").replace("CUP-204-L,", "PUD-KET,")
    file.write_text(text)
    before = books()

    errors = refused(file)

    assert errors == [
        "Line 14: The SKU PUD-TIN belongs to another product. Choose a different one.",
        "Line 818: The SKU PUD-KET belongs to another product. Choose a different one.",
    ]
    assert books() == before


@pytest.mark.django_db(transaction=True)
def test_does_not_wait_for_what_stays_as_it_is(tmp_path: Path) -> None:
    import_file(SAMPLE)
    changed = cheaper_shirt(tmp_path)

    # As a sale does that takes the last unit.
    with psycopg.connect(**connection.get_connection_params()) as sale:
        sale.execute("SELECT 1 FROM products WHERE slug <> 'oat-flannel-shirt' FOR NO KEY UPDATE")
        output, _ = import_file(changed)

    assert output.splitlines()[0] == "0 created, 1 updated, 7 unchanged"


@pytest.mark.django_db(transaction=True)
def test_applies_nothing_when_somebody_else_is_at_work_on_a_product(tmp_path: Path) -> None:
    import_file(SAMPLE)
    before = books()
    changed = cheaper_shirt(tmp_path)

    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT 1 FROM products WHERE slug = 'oat-flannel-shirt' FOR UPDATE")
        with pytest.raises(CommandError, match=r"^Nothing was imported\. .*lock timeout"):
            import_file(changed)

    assert books() == before


def cheaper_shirt(folder: Path) -> Path:
    text = SAMPLE.read_text(encoding="utf-8")
    file = folder / "changed.csv"
    file.write_text(text.replace("manual,62,", "manual,58.50,"), encoding="utf-8")
    return file
