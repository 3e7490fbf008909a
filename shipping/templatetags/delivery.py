"""When something arrives that is ordered today, for pages that don't know where it goes."""

import json
from datetime import date
from typing import NamedTuple

from django import template
from django.utils import timezone

from shipping.models import ShippingZone
from shipping.queries import options
from shopflow.lib.cache import remembered
from shopflow.lib.money import ZERO

register = template.Library()


class Days(NamedTuple):
    """The first and the last day on which a parcel may arrive."""

    first: date
    last: date


@register.simple_tag
def delivery_days(weight_grams: int) -> Days | None:
    """Return the days in which a parcel of this weight arrives, wherever we ship it.

    By the cheapest way into each zone; None if there is none. A changed way shows within five
    minutes: the answer is kept.
    """
    key = f"delivery:{timezone.now().date()}:{weight_grams}"
    days = json.loads(remembered(key, scopes=[], make=lambda: json.dumps(_days(weight_grams))))
    return Days(*map(date.fromisoformat, days)) if days else None


def _days(weight_grams: int) -> list[str]:
    zones = ShippingZone.objects.filter(is_active=True)
    ways = [options(zone=zone, subtotal=ZERO, weight_grams=weight_grams) for zone in zones]
    usual = [found[0] for found in ways if found]
    if not usual:
        return []
    first = min(option.delivery_from for option in usual)
    last = max(option.delivery_to for option in usual)
    return [first.isoformat(), last.isoformat()]
