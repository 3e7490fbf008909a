import pytest
import redis
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog import commands as catalog
from catalog import queries
from catalog.errors import AttributeNotFound, InvalidAttribute
from catalog.models import Attribute
from shopflow.lib.ids import new_id
from tests.doorbell import rung

pytestmark = pytest.mark.django_db


def test_it_is_known_under_its_slug() -> None:
    catalog.save_attribute(name="Weight", slug="weight", type="number", unit="g", sort_order=1)
    catalog.save_attribute(
        name="Material", slug="material", is_filterable=True, choices={"Wool": "", "Silk": ""}
    )

    known = queries.traits()

    assert list(known) == ["material", "weight"]
    assert list(known["material"].choices) == ["Wool", "Silk"]
    assert known["material"].is_filterable


def test_repeated_it_changes_the_same_attribute() -> None:
    for name in ("Material", "Made of"):
        catalog.save_attribute(name=name, slug="material")

    assert Attribute.objects.get().name == "Made of"


def test_choices_that_are_not_named_come_last() -> None:
    catalog.save_attribute(name="Material", slug="material", choices={"Wool": "", "Silk": ""})

    catalog.save_attribute(name="Material", slug="material", choices={"Linen": "", "Silk": ""})

    assert list(queries.traits()["material"].choices) == ["Linen", "Silk", "Wool"]


def test_name_in_addresses_needs_a_letter() -> None:
    with pytest.raises(InvalidAttribute):
        catalog.save_attribute(name="38", slug="38")

    assert not Attribute.objects.exists()


def test_attribute_that_is_gone_is_refused() -> None:
    with pytest.raises(AttributeNotFound):
        catalog.save_attribute(name="Material", slug="material", attribute_id=new_id())


def test_a_new_filter_has_everything_counted(
    queue: "redis.Redis", django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        catalog.save_attribute(name="Material", slug="material", is_filterable=True)
        catalog.save_attribute(name="Made of", slug="material", is_filterable=True)

    assert rung(queue) == [("catalog.tasks.refresh_all_facets", "()")]


def test_specification_names_what_is_said_of_a_product() -> None:
    catalog.save_attribute(name="Weight", slug="weight", type="number", unit="g", sort_order=1)
    catalog.save_attribute(name="Material", slug="material")
    catalog.save_attribute(name="Washable", slug="washable", type="boolean", sort_order=2)
    said = {"Care": "Cold", "weight": 200, "washable": True, "material": ["Wool", "Silk"]}

    with translation.override("en"):
        written = queries.specification(said)

    assert written == [
        ("Material", "Wool, Silk"),
        ("Weight", "200 g"),
        ("Washable", "Yes"),
        ("Care", "Cold"),
    ]
