from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import ProductVariant
from orders.models import Order
from tests import factories

pytestmark = pytest.mark.django_db

def test_x(order: Order) -> None:
    assert order.total == Decimal("114.78")
