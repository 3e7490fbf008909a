from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import commands as catalog
from catalog.errors import InvalidSynonym, SynonymNotFound
from catalog.models import SearchLog, Synonym
from shopflow.lib.ids import new_id
from tests import staff

pytestmark = pytest.mark.django_db
ADD = "/admin/catalog/synonym/add/"
MISSED = "/admin/catalog/searchlog/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def synonyms() -> set[tuple[str, str, str]]:
    return set(Synonym.objects.values_list("language", "word", "synonym"))


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    return staff.form_of(client.get(address), "synonym_form") | changes


def test_makes_a_synonym_one_way(client: Client) -> None:
    response = client.post(ADD, filled(client, ADD, word=" Hi-Fi ", synonym="Turntable"))

    assert response.status_code == 302
    assert synonyms() == {("en", "hi fi", "turntable")}


def test_makes_a_synonym_both_ways(client: Client) -> None:
    client.post(ADD, filled(client, ADD, word="couch", synonym="sofa", is_mutual="on"))

    assert synonyms() == {("en", "couch", "sofa"), ("en", "sofa", "couch")}


def test_changes_and_forgets_a_synonym(client: Client) -> None:
    row = catalog.save_synonym(word="couch", synonym="chair")
    page = reverse("admin:catalog_synonym_change", args=[row.pk])

    client.post(page, filled(client, page, synonym="sofa"))
    assert synonyms() == {("en", "couch", "sofa")}

    client.post(reverse("admin:catalog_synonym_delete", args=[row.pk]), {"post": "yes"})
    assert synonyms() == set()


@pytest.mark.parametrize(("word", "synonym"), [("couch", "Couch!"), ("!!", "sofa"), ("couch", "–")])
def test_refuses_what_is_no_synonym(client: Client, word: str, synonym: str) -> None:
    response = client.post(ADD, filled(client, ADD, word=word, synonym=synonym))

    assert response.status_code == 200
    assert "synonym" in staff.text_of(response)
    assert synonyms() == set()


def test_the_same_synonym_again_is_the_same_row() -> None:
    rows = {catalog.save_synonym(word="couch", synonym="sofa").pk for _ in range(2)}

    assert len(rows) == 1


def test_save_synonym_says_why_not() -> None:
    with pytest.raises(InvalidSynonym):
        catalog.save_synonym(word="a", synonym="a")
    with pytest.raises(SynonymNotFound):
        catalog.save_synonym(word="a", synonym="b", synonym_id=new_id())
    assert synonyms() == set()


def test_lists_what_nobody_found_the_most_wanted_first(client: Client) -> None:
    for question in ("sunglasses", "Raincoat", "raincoat", "rain\n coat"):
        catalog.log_search(question=question, language="en", result_count=0)
    catalog.log_search(question="sofa", language="en", result_count=3)
    catalog.log_search(question="  ", language="en", result_count=0)
    SearchLog.objects.filter(query="rain coat").update(
        created_at=timezone.now() - timedelta(days=31)
    )

    response = client.get(MISSED)

    rows = [(row.query, row.times) for row in response.context["cl"].result_list]
    assert rows == [("raincoat", 2), ("sunglasses", 1)]
    assert "Make a synonym" in staff.text_of(response)
    assert f"{ADD}?word=raincoat&amp;language=en" in response.content.decode()


def test_a_miss_becomes_a_synonym(client: Client) -> None:
    form = filled(client, f"{ADD}?word=raincoat&language=en")

    client.post(ADD, form | {"synonym": "umbrella"})

    assert synonyms() == {("en", "raincoat", "umbrella")}


def test_the_list_of_misses_is_read_only(client: Client) -> None:
    catalog.log_search(question="sofa", language="en", result_count=0)
    row = SearchLog.objects.get()

    page = reverse("admin:catalog_searchlog_change", args=[row.pk])
    response = client.post(page, {"query": "table"})

    assert client.get(page).status_code == 200
    assert response.status_code == 403
    assert client.get(f"{MISSED}add/").status_code == 403
    assert SearchLog.objects.get().query == "sofa"


def test_somebody_without_the_right_makes_no_synonym() -> None:
    client = staff.signed_in(staff.employee("catalog.view_synonym"))

    assert client.post(ADD, {"word": "couch", "synonym": "sofa"}).status_code == 403
    assert synonyms() == set()
