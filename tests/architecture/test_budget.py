"""Following one order means opening few files: what the checkout POST enters is bounded.

The figures and why they are no smaller: docs/decisions/0005-the-budget-of-a-checkout.md.
"""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.test import Client

from catalog.models import ProductVariant
from tests.storefront import check_out, put_in_cart

ROOT = Path(__file__).resolve().parents[2]
MOST_FILES = 48
MOST_FUNCTIONS = 162
TOTAL = "114.78"


@pytest.mark.django_db
@pytest.mark.usefixtures("us_shipping")
def test_an_order_is_placed_within_few_files_and_functions(
    client: Client, variant: ProductVariant
) -> None:
    put_in_cart(client, variant, 2)
    entered: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        path, name = Path(frame.f_code.co_filename), frame.f_code.co_name
        # Comprehensions and lambdas are frames too, but nobody opens a file for them.
        if event == "call" and ROOT in path.parents and not name.startswith("<"):
            entered.add((str(path.relative_to(ROOT)), frame.f_code.co_qualname))

    sys.setprofile(note)
    try:
        response = check_out(client, expected_total=TOTAL)
    finally:
        sys.setprofile(None)

    own = {(file, name) for file, name in entered if not file.startswith(("tests/", ".venv/"))}
    assert response.status_code == 303
    assert 20 < len({file for file, _ in own}) <= MOST_FILES
    assert 60 < len(own) <= MOST_FUNCTIONS
