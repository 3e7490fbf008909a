"""Why a discount doesn't apply: a stable code for programs, a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from promotions.models import Coupon
from promotions.queries.amounts import Part, next_tier, units_needed, value_of
from promotions.queries.candidates import Candidate
from promotions.queries.words import taken
from shopflow.lib.money import ZERO, Money

BELOW_TIER = "below_tier"


@dataclass(frozen=True)
class Reason:
    """`code` is part of the API; the sentence may be worded better any day."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is decided: whether a candidate takes something off these goods, after the others."""

    candidate: Candidate
    parts: Sequence[Part]
    subtotal: Decimal
    currency: str
    now: datetime
    others: Sequence[Candidate] = ()


def why_not(case: Case) -> Reason | None:
    """Return the first rule in the way, or None when it applies."""
    checks = (_out_of_time, _used_up, _wrong_goods, _below_tier, _not_together)
    return next((reason for check in checks if (reason := check(case))), None)


def _out_of_time(case: Case) -> Reason | None:
    rule, subject = case.candidate.rule, _subject(case)
    is_gone = isinstance(rule, Coupon) and rule.deleted_at is not None
    if is_gone or not rule.is_active:
        return Reason("inactive", _("%(this)s isn't valid any more.") % subject)
    if rule.starts_at and rule.starts_at > case.now:
        return Reason("not_started", _("%(this)s isn't valid yet.") % subject)
    if rule.expires_at and rule.expires_at <= case.now:
        return Reason("expired", _("%(this)s has expired.") % subject)
    return None


def _used_up(case: Case) -> Reason | None:
    rule, subject = case.candidate.rule, _subject(case)
    if rule.usage_limit is not None and rule.usage_count >= rule.usage_limit:
        return Reason("used_up", _("%(this)s has been used up.") % subject)
    if rule.usage_limit_per_user is not None and case.candidate.uses >= rule.usage_limit_per_user:
        return Reason("used_by_you", _("You have used %(that)s as often as you can.") % subject)
    return None


def _wrong_goods(case: Case) -> Reason | None:
    rule, subject = case.candidate.rule, _subject(case)
    if not case.parts and case.candidate.products is not None:
        return Reason("nothing_fits", _("%(this)s isn't for anything in your cart.") % subject)
    if case.subtotal < rule.min_order_amount:
        least = {"amount": Money(rule.min_order_amount, case.currency)}
        sentence = _("%(this)s needs an order of at least %(amount)s.")
        return Reason("below_minimum", sentence % (subject | least))
    if rule.get_quantity and _units(case) < units_needed(rule):
        sentence = _("%(this)s needs %(units)s of the things it is for in your cart.")
        return Reason("too_few_units", sentence % (subject | {"units": units_needed(rule)}))
    return None


def nudge(case: Case) -> str:
    """Return what is missing to the next step: "$12.00 more and you get 10 % off."; or ''."""
    rule = case.candidate.rule
    tier = next_tier(rule, case.parts) if rule.tier_by else None
    if tier is None:
        return ""
    gain = {"gain": taken(rule, tier.value, currency=case.currency)}
    if rule.tier_by == rule.TierBasis.QUANTITY:
        units = int(tier.start)
        sentence = ngettext(
            "%(count)s more item and you get %(gain)s.",
            "%(count)s more items and you get %(gain)s.",
            units,
        )
        return sentence % (gain | {"count": units})
    amount = {"amount": Money(tier.start, case.currency)}
    return _("%(amount)s more and you get %(gain)s.") % (gain | amount)


def _below_tier(case: Case) -> Reason | None:
    rule = case.candidate.rule
    if rule.tier_by and value_of(rule, case.parts) == ZERO:
        return Reason(BELOW_TIER, nudge(case))
    return None


def _not_together(case: Case) -> Reason | None:
    is_alone = not case.candidate.rule.stackable
    for other in case.others:
        if is_alone or not other.rule.stackable:
            sentence = _("%(this)s can't be used together with %(other)s.")
            return Reason("not_combinable", sentence % (_subject(case) | {"other": other.name}))
    if case.others and case.parts and not any(part.left for part in case.parts):
        return Reason("nothing_left", _("There is nothing left to take off."))
    return None


def _units(case: Case) -> int:
    return sum(part.goods.quantity for part in case.parts if part.goods.unit_price > ZERO)


def _subject(case: Case) -> dict[str, object]:
    if case.candidate.is_automatic:
        return {"this": _("This offer"), "that": _("this offer")}
    return {"this": _("This code"), "that": _("this code")}
