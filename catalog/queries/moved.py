"""Where something stands today whose old address somebody still knows."""

from catalog.models import SlugRedirect
from catalog.queries.shelves import MenuCategory, find_id, menu


def moved_product(slug: str) -> str | None:
    """Return today's slug of a product that once had this one."""
    found = SlugRedirect.objects.filter(slug=slug, product__isnull=False)
    return found.values_list("product__slug", flat=True).first()


def moved_brand(slug: str) -> str | None:
    """Return today's slug of a brand that once had this one."""
    found = SlugRedirect.objects.filter(slug=slug, brand__isnull=False)
    return found.values_list("brand__slug", flat=True).first()


def moved_category(path: str) -> str | None:
    """Return today's path of slugs of a category that once had this one, if it can be seen."""
    found = SlugRedirect.objects.filter(slug=path, category__isnull=False)
    category_id = found.values_list("category", flat=True).first()
    node: MenuCategory | None = find_id(nodes=menu(), category_id=category_id)
    return node.slug_path if node else None
