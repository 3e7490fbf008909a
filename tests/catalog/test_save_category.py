import pytest
from django.core.cache import cache

from catalog import commands, queries
from catalog.errors import CategoryNotFound, InvalidProduct
from catalog.models import Category, Product, ProductCategory
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


def move(category: Category, parent: Category | None) -> Category:
    return commands.save_category(
        name=category.name,
        slug=category.slug,
        parent_id=parent.pk if parent else None,
        category_id=category.pk,
    )


@pytest.fixture
def tree(db: None) -> dict[str, Category]:
    """Clothes → Shirts → Linen, and Sale."""
    clothes = factories.category("Clothes")
    shirts = factories.category("Shirts", parent=clothes)
    linen = factories.category("Linen", parent=shirts)
    return {
        "clothes": clothes,
        "shirts": shirts,
        "linen": linen,
        "sale": factories.category("Sale"),
    }


@ledger("S1-6")
def test_writes_the_path_from_the_root_down(tree: dict[str, Category]) -> None:
    ids = [tree[name].pk.hex for name in ("clothes", "shirts", "linen")]

    assert Category.objects.get(pk=tree["linen"].pk).path == ".".join(ids)


def test_is_safe_to_repeat(tree: dict[str, Category]) -> None:
    move(tree["shirts"], tree["clothes"])
    before = books()

    move(tree["shirts"], tree["clothes"])

    after = books()
    assert {name for name in after if after[name] != before[name]} <= {"categories"}
    assert Category.objects.get(pk=tree["linen"].pk).parent == tree["shirts"]


def test_made_twice_is_one_category(tree: dict[str, Category]) -> None:
    again = factories.category("Shirts", parent=tree["clothes"])

    assert again == tree["shirts"]
    assert Category.objects.count() == 4


def test_moves_everything_below_it(tree: dict[str, Category]) -> None:
    variant = factories.variant_on_sale(stock=0, category_id=tree["linen"].pk)

    move(tree["shirts"], tree["sale"])

    ids = [tree[name].pk.hex for name in ("sale", "shirts", "linen")]
    assert Category.objects.get(pk=tree["linen"].pk).path == ".".join(ids)
    shelves = ProductCategory.objects.filter(product=variant.product_id)
    assert set(shelves.values_list("category", flat=True)) == {
        tree[name].pk for name in ("sale", "shirts", "linen")
    }


def test_moves_to_the_root(tree: dict[str, Category]) -> None:
    move(tree["shirts"], None)

    linen = Category.objects.get(pk=tree["linen"].pk)
    assert linen.path == f"{tree['shirts'].pk.hex}.{linen.pk.hex}"


@pytest.mark.parametrize("inside", ["shirts", "linen"])
def test_never_stands_inside_itself(tree: dict[str, Category], inside: str) -> None:
    before = books()

    with pytest.raises(InvalidProduct):
        move(tree["shirts"], tree[inside])

    assert books() == before


def test_refuses_an_unknown_parent(tree: dict[str, Category]) -> None:
    with pytest.raises(CategoryNotFound):
        commands.save_category(name="X", slug="x", parent_id=new_id())


def test_the_menu_is_the_tree(tree: dict[str, Category]) -> None:
    hidden = commands.save_category(name="Hidden", slug="hidden", is_active=False)
    factories.category("Below", parent=hidden)

    menu = queries.menu()

    assert [node.name for node in menu] == ["Clothes", "Sale"]
    [shirts] = menu[0].children
    assert [node.slug_path for node in shirts.children] == ["clothes/shirts/linen"]


def test_find_category_follows_the_slugs(tree: dict[str, Category]) -> None:
    found, ancestors = queries.find_category("clothes/shirts/linen")

    assert found == tree["linen"]
    assert [node.id for node in ancestors] == [tree["clothes"].pk, tree["shirts"].pk]


@pytest.mark.parametrize("slugs", ["", "shirts", "clothes/linen", "clothes//shirts", "nosuch"])
def test_find_category_refuses_another_path(tree: dict[str, Category], slugs: str) -> None:
    with pytest.raises(CategoryNotFound):
        queries.find_category(slugs)


def test_find_category_hides_what_is_below_a_hidden_one(tree: dict[str, Category]) -> None:
    Category.objects.filter(slug="shirts").update(is_active=False)

    with pytest.raises(CategoryNotFound):
        queries.find_category("clothes/shirts/linen")


def test_on_shelf_finds_what_is_below_too(tree: dict[str, Category]) -> None:
    variant = factories.variant_on_sale(stock=0, category_id=tree["linen"].pk)
    factories.variant_on_sale(stock=0, category_id=tree["sale"].pk)

    assert queries.on_shelf(tree["clothes"]).get().pk == variant.product_id


def test_category_trail_leads_to_the_product(tree: dict[str, Category]) -> None:
    variant = factories.variant_on_sale(stock=0, category_id=tree["shirts"].pk)
    product = Product.objects.get(pk=variant.product_id)

    assert queries.category_trail(product) == [
        ("Clothes", "clothes"),
        ("Shirts", "clothes/shirts"),
    ]
    Category.objects.filter(slug="clothes").update(is_active=False)
    cache.clear()
    assert queries.category_trail(product) == []
