"""What may be meant while somebody is still typing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from catalog.models import Product, ProductImage
from catalog.queries.finding import named
from catalog.queries.meaning import Meaning
from catalog.queries.shelves import MenuCategory, find_node, menu
from catalog.queries.words import meaning_of

MOST = 10
MOST_WORDS, MOST_SHELVES, MOST_BRANDS, MOST_PRODUCTS = 3, 2, 2, 6


@dataclass(frozen=True)
class Suggestion:
    """A row of the list below the search box; `name` is a slug, a path, or words to look for.

    `shelf` names the category in which words are looked for, '' for the whole shop.
    """

    kind: Literal["words", "category", "brand", "product"]
    text: str
    name: str
    url: str
    image: ProductImage | None = None
    shelf: str = ""


def suggestions(*, text: str, inside: str = "") -> list[Suggestion]:
    """Return at most MOST rows: words, categories, brands, then what sells best, in two queries.

    A third reads the menu where it isn't kept. `inside` is the path of the category in which
    somebody types: the first row stays there.
    """
    meaning = meaning_of(text)
    if not meaning.words:
        return []
    here = find_node(nodes=menu(), slug_path=inside)
    rows = [
        *([_looking_for(text, here)] if here else []),
        *islice(_words(meaning), MOST_WORDS),
        *islice(_shelves(text, menu()), MOST_SHELVES),
        *[
            Suggestion("brand", name, slug, reverse("catalog:brand", args=[slug]))
            for name, slug in meaning.brands[:MOST_BRANDS]
        ],
    ]
    return [*rows, *map(_product, _products(meaning)[: min(MOST_PRODUCTS, MOST - len(rows))])]


def _words(meaning: Meaning) -> Iterator[Suggestion]:
    """Yield the question with its last word finished, or with its mistakes corrected."""
    *before, last = meaning.words
    begun = " ".join(word.correction for word in before)
    if meaning.correction:
        yield _looking_for(meaning.correction)
    for word in last.beginnings:
        yield _looking_for(f"{begun} {word}".strip())


def _looking_for(words: str, shelf: MenuCategory | None = None) -> Suggestion:
    asked = {"q": words} | ({"in": shelf.slug_path} if shelf else {})
    address = f"{reverse('catalog:search')}?{urlencode(asked)}"
    return Suggestion("words", words, words, address, shelf=shelf.name if shelf else "")


def _shelves(text: str, nodes: Iterable[MenuCategory]) -> Iterator[Suggestion]:
    """Yield the categories with a word that begins like the text."""
    wanted = f" {text.lower()}"
    for node in nodes:
        if wanted in f" {node.name.lower()}":
            address = reverse("catalog:category", args=[node.slug_path])
            yield Suggestion("category", node.name, node.slug_path, address)
        yield from _shelves(text, node.children)


def _products(meaning: Meaning) -> "QuerySet[Product]":
    products = Product.objects.visible().with_card().order_by("-sales_count", "-pk")
    if meaning.products:
        return products.filter(pk__in=meaning.products)
    return products.filter(pk__in=named(meaning))


def _product(product: Product) -> Suggestion:
    address = reverse("catalog:product", args=[product.slug])
    image: ProductImage | None = getattr(product, "primary_image", None)
    return Suggestion("product", product.name, product.slug, address, image)
