import io

import pytest

from shopflow.demo.fill.commands import fill_shop
from shopflow.demo.fill.families import families
from shopflow.demo.fill.plan import plan
from shopflow.demo.fill.progress import Progress
from shopflow.demo.fill.sizes import SIZES, Size
from shopflow.demo.load import load_demo_shop
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.catalog.relevance.judging import means, questions, reciprocal_ranks, report

pytestmark = pytest.mark.django_db
GOOD = 0.9
# No kind of question may be the price of the others.
FAIR = 0.75
# The products of `seed --size m`; few orders and shoppers, which nobody looks for.
TEN_THOUSAND = Size(products=SIZES["m"].products, orders=500, shoppers=50)


@pytest.mark.parametrize("file", ["demo.json", "ten_thousand.json"])
def test_set_is_big_and_mixed_enough(file: str) -> None:
    groups = [question.group for question in questions(file)]

    assert len(groups) >= 60
    assert groups.count("misspelt") >= 20
    assert groups.count("synonym") >= 10
    assert groups.count("code") >= 10


def test_demo_shop_finds_what_is_meant() -> None:
    load_demo_shop()

    ranks = reciprocal_ranks("demo.json")

    assert means(ranks)["all"] >= GOOD, report(ranks)
    assert min(means(ranks).values()) >= FAIR, report(ranks)


def test_ten_thousand_products_find_what_is_meant() -> None:
    load_demo_shop()
    planned = plan(size=TEN_THOUSAND, seed=42, families=families())
    with acting_as(None, role=Role.OWNER):
        fill_shop(planned=planned, progress=Progress(io.StringIO()))

    ranks = reciprocal_ranks("ten_thousand.json")

    assert means(ranks)["all"] >= GOOD, report(ranks)
    assert min(means(ranks).values()) >= FAIR, report(ranks)
