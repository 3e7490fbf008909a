from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog import commands as catalog
from catalog import queries
from catalog.models import Attribute, ContentPage, Menu
from tests import factories
from tests.staff import owner, signed_in

pytestmark = pytest.mark.django_db
PAGE = {
    "title": "Imprint",
    "slug": "imprint",
    "language": "en",
    "body": "<p>Us</p><script>x()</script>",
    "is_active": "on",
    "seo_title": "",
    "seo_description": "",
}


@pytest.fixture
def staff() -> Client:
    return signed_in(owner())


def add(staff: Client, model: str, fields: dict[str, str]) -> Any:
    return staff.post(reverse(f"admin:catalog_{model}_add"), fields)


def test_page_is_saved_without_scripts_and_can_be_looked_at(staff: Client) -> None:
    add(staff, "contentpage", {**PAGE, "is_active": ""})

    page = ContentPage.objects.get()
    assert (page.body, page.is_active) == ("<p>Us</p>", False)
    form = staff.get(reverse("admin:catalog_contentpage_change", args=[page.pk]))
    assert f"/pages/imprint/?preview={queries.preview_token(page).partition(':')[0]}" in (
        form.content.decode()
    )


def test_page_is_changed(staff: Client) -> None:
    add(staff, "contentpage", PAGE)
    page = ContentPage.objects.get()

    staff.post(reverse("admin:catalog_contentpage_change", args=[page.pk]), {**PAGE, "title": "Us"})

    assert ContentPage.objects.get().title == "Us"


def test_menu_is_written_line_by_line(staff: Client) -> None:
    catalog.save_page(slug="imprint", language="en", title="Imprint", body="")
    factories.category("Tops", parent=factories.category("Clothing"))
    lines = "Help\n- Imprint | page:imprint\n- Tops | category:clothing/tops\nSearch | /search/"

    add(staff, "menu", {"code": "footer", "language": "en", "links": lines})

    assert [link.label for link in queries.links("footer")] == ["Help", "Search"]
    form = staff.get(reverse("admin:catalog_menu_change", args=[Menu.objects.get().pk]))
    assert form.context["adminform"].form.initial["links"] == lines


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("- Below | /a/", "The first line can&#x27;t begin with a hyphen."),
        ("Imprint | page:nowhere", "there is no page “nowhere”"),
        ("Script | javascript:x()", "write page:imprint"),
    ],
)
def test_menu_that_leads_nowhere_is_refused(staff: Client, lines: str, sentence: str) -> None:
    response = add(staff, "menu", {"code": "footer", "language": "en", "links": lines})

    assert sentence in response.content.decode()
    assert not Menu.objects.exists()


def test_attribute_with_its_choices(staff: Client) -> None:
    fields = {
        "name": "Colour",
        "slug": "colour",
        "type": "colour",
        "unit": "",
        "is_filterable": "on",
        "sort_order": "0",
        "choices": "Ocean | #1F5F8B\nMeadow",
    }

    add(staff, "attribute", fields)

    attribute = Attribute.objects.get()
    assert list(attribute.choices.values_list("value", "colour")) == [
        ("Ocean", "#1f5f8b"),
        ("Meadow", ""),
    ]
    add(staff, "attribute", {**fields, "slug": "other", "name": "Other", "choices": "Red | red"})
    assert Attribute.objects.count() == 1
