"""Card holders at their bank, as the sandbox provider knows them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from payments.gateways.base import ProviderDispute
from payments.models import Payment
from shopflow.lib.money import Money
from tests.payments.sandbox_process import Sandbox

OPENED = datetime(2026, 11, 1, 12, tzinfo=UTC)


def report(payment: Payment, status: str = "needs_response", **facts: Any) -> ProviderDispute:
    """What a provider says of a dispute over all of a payment; `facts` are otherwise."""
    return ProviderDispute(
        **{
            "id": f"dp_{payment.pk.hex[-12:]}",
            "payment_id": payment.provider_payment_id,
            "amount": Money(Decimal(payment.amount), payment.currency),
            "status": status,
            "reason": "fraudulent",
            "opened_at": OPENED,
            "evidence_due_at": OPENED + timedelta(days=7),
            **facts,
        }
    )


def open_dispute(sandbox: Sandbox, payment: Payment, reason: str = "fraudulent") -> str:
    """Let the card holder dispute a payment at the provider; return the dispute's id."""
    path = f"/_disputes/{payment.provider_payment_id}"
    reply = sandbox.call("POST", path, {"reason": reason})
    assert reply.status == 201, reply.text
    return str(reply.json["id"])


def decide(sandbox: Sandbox, dispute_id: str, *, won: bool) -> None:
    """Let the bank decide."""
    reply = sandbox.call("POST", f"/_disputes/{dispute_id}/close", {"won": won})
    assert reply.status == 200, reply.text
