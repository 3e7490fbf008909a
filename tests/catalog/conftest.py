from datetime import UTC, datetime

import pytest

from catalog import commands as catalog
from catalog.commands import ProductSpec
from catalog.models import Product
from tests import factories

# With microseconds, which no form shows.
OPENED = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def spec(db: None) -> ProductSpec:
    shelf = factories.category("Shirts", parent=factories.category("Clothes"))
    return factories.product_spec(
        category_id=shelf.pk,
        brand_id=factories.BrandFactory.create().pk,
        tags=["men", "cotton"],
        attributes={"Material": "Cotton"},
        description="<p>Soft.</p>",
        published_at=OPENED,
    )


@pytest.fixture
def product(spec: ProductSpec) -> Product:
    return catalog.save_product(spec=spec).product
