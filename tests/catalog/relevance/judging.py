"""How near the top of the search page the expected products stand.

The questions and what they ought to find were written down before the search was tuned. A question
of `demo.json` names products by their address; one of `ten_thousand.json` says what the product
must have: all of these words in its `name`, this `brand` (or its beginning), this `sku` or its
`code` in front, this `tag`, or a place on this `shelf` or below.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from django.test import Client

from catalog.models import Product

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, eq=False)
class Question:
    group: str
    text: str
    expects: Any


def questions(file: str) -> Iterator[Question]:
    """Read the questions of a file."""
    written = json.loads((HERE / file).read_text(encoding="utf-8"))
    for group, rows in written.items():
        for row in rows:
            yield Question(group, row["q"], row["expects"])


def reciprocal_ranks(file: str) -> dict[Question, float]:
    """Ask the search page each question: 1 for an expected product on top, ½ for a second place.

    0 for what isn't on the first page.
    """
    client = Client()
    return {question: _reciprocal_rank(client, question) for question in questions(file)}


def means(ranks: Mapping[Question, float]) -> dict[str, float]:
    """Return the mean reciprocal rank of each group of questions, and of all together."""
    groups: dict[str, list[float]] = {}
    for question, rank in ranks.items():
        groups.setdefault(question.group, []).append(rank)
    shown = {group: round(mean(found), 3) for group, found in groups.items()}
    return {**shown, "all": round(mean(ranks.values()), 3)}


def report(ranks: Mapping[Question, float]) -> str:
    """Return the means and each question whose answer isn't on top, a line each."""
    missed = (
        f"{question.text!r}: {question.expects} in {round(1 / rank) if rank else 'no'} place"
        for question, rank in ranks.items()
        if rank < 1
    )
    return "\n".join([str(means(ranks)), *missed])


def _reciprocal_rank(client: Client, question: Question) -> float:
    answer: Any = client.get("/search/", {"q": question.text})
    for place, product in enumerate(answer.context["listing"].page.rows, start=1):
        if _is_expected(product, question.expects):
            return 1 / place
    return 0.0


def _is_expected(product: Product, expects: Any) -> bool:
    if isinstance(expects, list):
        return product.slug in expects
    return all(_has(product, name, value) for name, value in expects.items())


def _has(product: Product, name: str, value: str) -> bool:
    match name:
        case "name":
            return set(value.split()) <= set(product.name.split())
        case "brand":
            return product.brand_name.startswith(value)
        case "sku":
            return product.sku == value
        case "code":
            return product.sku.startswith(value)
        case "tag":
            return value in product.tags
        case _:
            return any(_path(shelf) == value for shelf in product.categories.all())


def _path(shelf: Any) -> str:
    return f"{shelf.parent.slug}/{shelf.slug}" if shelf.parent else str(shelf.slug)
