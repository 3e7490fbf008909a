"""The sandbox provider's objects, read member by member; each raises Nonsense."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from payments.gateways import answers
from payments.gateways.base import (
    DISPUTE_STATUSES,
    PAYOUT_LINE_TYPES,
    PAYOUT_STATUSES,
    REFUND_STATUSES,
    STATUSES,
    ProviderDispute,
    ProviderMethod,
    ProviderPayment,
    ProviderPayout,
    ProviderPayoutLine,
    ProviderRefund,
)
from shopflow.lib.money import from_minor_units

ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LATEST = 4_102_444_800  # the year 2100: later is nonsense and breaks date arithmetic


def payment(value: Any, *, origin: str) -> ProviderPayment:
    """Return a payment; its page must be below the provider's origin."""
    given = answers.json_object(value)
    currency = answers.match(given, "currency", CURRENCY)
    status = answers.one_of(given, "status", STATUSES)
    redirect_url = given.get("redirect_url")
    if redirect_url is not None and not answers.is_below(origin, redirect_url):
        raise answers.Nonsense("redirect_url")
    kept = given.get("kept")
    return ProviderPayment(
        id=answers.match(given, "id", ID),
        key=answers.text(given, "key"),
        reference=answers.text(given, "reference"),
        status=status,
        amount=answers.money(given, "amount", currency),
        captured=answers.money(given, "captured", currency),
        refunded=answers.money(given, "refunded", currency),
        redirect_url=redirect_url,
        failure_code=answers.text(given, "failure_code"),
        failure_reason=answers.text(given, "failure_reason"),
        card_brand=answers.text(given, "card_brand", longest=20),
        card_last_four=answers.text(given, "card_last_four", longest=4),
        kept=None if kept is None else method(kept),
    )


def method(value: Any) -> ProviderMethod:
    """Return a kept card."""
    given = answers.json_object(value)
    return ProviderMethod(
        token=answers.match(given, "token", ID),
        card_brand=answers.text(given, "card_brand", longest=20),
        card_last_four=answers.text(given, "card_last_four", longest=4),
        exp_month=answers.whole(given, "exp_month", 13),
        exp_year=answers.whole(given, "exp_year", 2101),
    )


def refund(value: Any, currency: str) -> ProviderRefund:
    """Return a refund of a payment in this currency."""
    given = answers.json_object(value)
    return ProviderRefund(
        id=answers.match(given, "id", ID),
        key=answers.text(given, "key"),
        payment_id=answers.match(given, "payment_id", ID),
        amount=answers.money(given, "amount", currency),
        status=answers.one_of(given, "status", REFUND_STATUSES),
    )


def listed_refund(value: Any) -> ProviderRefund:
    """Return a refund of a list, which names its currency."""
    return refund(value, answers.match(answers.json_object(value), "currency", CURRENCY))


def dispute(value: Any) -> ProviderDispute:
    """Return a dispute."""
    given = answers.json_object(value)
    return ProviderDispute(
        id=answers.match(given, "id", ID),
        payment_id=answers.match(given, "payment_id", ID),
        amount=answers.money(given, "amount", answers.match(given, "currency", CURRENCY)),
        status=answers.one_of(given, "status", DISPUTE_STATUSES),
        reason=answers.text(given, "reason", longest=50),
        opened_at=_moment(given, "created"),
        evidence_due_at=_moment(given, "evidence_due"),
    )


def payout(value: Any) -> ProviderPayout:
    """Return a payout with its lines."""
    given = answers.json_object(value)
    currency = answers.match(given, "currency", CURRENCY)
    lines = given.get("lines")
    if not isinstance(lines, list):
        raise answers.Nonsense("lines")
    try:
        arrives_on = date.fromisoformat(answers.match(given, "arrives_on", DAY))
    except ValueError as error:
        raise answers.Nonsense("arrives_on") from error
    return ProviderPayout(
        id=answers.match(given, "id", ID),
        amount=from_minor_units(answers.signed(given, "amount"), currency),
        status=answers.one_of(given, "status", PAYOUT_STATUSES),
        arrives_on=arrives_on,
        lines=tuple(_line(answers.json_object(line), currency) for line in lines),
    )


def _line(given: Mapping[str, Any], currency: str) -> ProviderPayoutLine:
    return ProviderPayoutLine(
        id=answers.match(given, "id", ID),
        type=answers.one_of(given, "type", PAYOUT_LINE_TYPES),
        subject_id=answers.text(given, "subject_id", longest=64),
        amount=_signed(given, "amount", currency),
        fee=_signed(given, "fee", currency),
    )


def _signed(given: Mapping[str, Any], name: str, currency: str) -> Decimal:
    return from_minor_units(answers.signed(given, name), currency).amount


def _moment(given: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromtimestamp(answers.seconds(given, name, LATEST), UTC)
