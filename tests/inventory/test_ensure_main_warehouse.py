import pytest
from django.core.management import call_command

from inventory import commands
from inventory.models import Warehouse
from tests.ledger import ledger


@pytest.mark.django_db
def test_is_safe_to_repeat() -> None:
    commands.ensure_main_warehouse()
    commands.ensure_main_warehouse()

    warehouse = Warehouse.objects.get()
    assert (warehouse.code, warehouse.name) == ("MAIN", "Main warehouse")
    assert (warehouse.is_active, warehouse.is_default) == (True, True)


@pytest.mark.django_db
def test_leaves_another_default_as_it_is() -> None:
    Warehouse.objects.update(code="NORTH")

    commands.ensure_main_warehouse()

    defaults = dict(Warehouse.objects.values_list("code", "is_default"))
    assert defaults == {"MAIN": False, "NORTH": True}


@ledger("S0-10")
@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_has_it_again() -> None:
    Warehouse.objects.all().delete()

    call_command("flush", interactive=False, verbosity=0)

    assert Warehouse.objects.get().code == "MAIN"
