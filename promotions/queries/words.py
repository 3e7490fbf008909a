"""Rules in plain words: what they take off, and on which conditions."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from promotions.models.rules import DiscountRule, DiscountType, TierBasis
from promotions.queries.amounts import Tier, tiers_of
from shopflow.lib.money import Money


def what(*, rule: DiscountRule, currency: str) -> str:
    """Return what a rule takes off: "10 % off", "$5.00 off", "buy 2, get 1 free".

    In steps: "5 % off from $50.00, 10 % off from $100.00", or "from 3 items".
    """
    if rule.tier_by:
        return ", ".join(_step(rule, tier, currency) for tier in tiers_of(rule))
    match rule.discount_type:
        case DiscountType.PERCENTAGE | DiscountType.FIXED_AMOUNT:
            return taken(rule, rule.discount_value, currency=currency)
        case DiscountType.FREE_SHIPPING:
            return _("free shipping")
        case _:
            return _buy_and_get(rule)


def taken(rule: DiscountRule, value: Decimal, *, currency: str) -> str:
    """Return so much off, in percent or as an amount: "10 % off", "$5.00 off"."""
    if rule.discount_type == DiscountType.PERCENTAGE:
        return _("%(percent)s %% off") % {"percent": _plain(value)}
    return _("%(amount)s off") % {"amount": Money(value, currency)}


def conditions(*, rule: DiscountRule, currency: str) -> str:
    """Return on which conditions: "from $50.00, once per customer"; '' when there are none."""
    said = [*_of_amounts(rule, currency), *_of_limits(rule), *_of_dates(rule)]
    if not rule.stackable:
        said.append(_("not together with others"))
    return ", ".join(said)


def summary(*, rule: DiscountRule, currency: str, things: Sequence[str] = ()) -> str:
    """Return all of a rule in a line: "10 % off Shoes, from $50.00, once per customer".

    `things` are the names of the products or categories it is for.
    """
    said = what(rule=rule, currency=currency)
    if rule.scope != rule.Scope.ORDER:
        named = ", ".join(things) or _("nothing yet")
        said = _("%(what)s %(things)s") % {"what": said, "things": named}
    rest = conditions(rule=rule, currency=currency)
    return f"{said}, {rest}" if rest else said


def _step(rule: DiscountRule, tier: Tier, currency: str) -> str:
    said = {"gain": taken(rule, tier.value, currency=currency)}
    if rule.tier_by == TierBasis.QUANTITY:
        units = int(tier.start)
        text = ngettext("%(gain)s from %(count)s item", "%(gain)s from %(count)s items", units)
        return text % (said | {"count": units})
    return _("%(gain)s from %(amount)s") % (said | {"amount": Money(tier.start, currency)})


def _buy_and_get(rule: DiscountRule) -> str:
    facts = {"buy": rule.buy_quantity, "get": rule.get_quantity}
    if rule.discount_value == 100:
        return _("buy %(buy)s, get %(get)s free") % facts
    percent = {"percent": _plain(rule.discount_value)}
    return _("buy %(buy)s, get %(get)s for %(percent)s %% less") % (facts | percent)


def _of_amounts(rule: DiscountRule, currency: str) -> list[str]:
    said = []
    if rule.min_order_amount:
        said.append(_("from %(amount)s") % {"amount": Money(rule.min_order_amount, currency)})
    if rule.max_discount_amount is not None:
        most = {"amount": Money(rule.max_discount_amount, currency)}
        said.append(_("%(amount)s at most") % most)
    return said


def _of_limits(rule: DiscountRule) -> list[str]:
    said = []
    if (limit := rule.usage_limit_per_user) is not None:
        text = ngettext("once per customer", "%(count)s times per customer", limit)
        said.append(text % {"count": limit})
    if (limit := rule.usage_limit) is not None:
        text = ngettext("once in all", "%(count)s times in all", limit)
        said.append(text % {"count": limit})
    return said


def _of_dates(rule: DiscountRule) -> list[str]:
    said = []
    if rule.starts_at:
        said.append(_("from %(day)s") % {"day": _day(rule.starts_at)})
    if rule.expires_at:
        said.append(_("until %(day)s") % {"day": _day(rule.expires_at)})
    return said


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
