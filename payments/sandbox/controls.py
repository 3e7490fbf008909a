"""What only tests call: fault switches, paying without a browser, sending events again."""

from payments.sandbox import cards
from payments.sandbox.provider import Provider
from payments.sandbox.wire import Refused, Request, Response, json_response


def show_faults(provider: Provider, _request: Request) -> Response:
    """`GET /_faults`"""
    return json_response(provider.faults.set({}))


def set_faults(provider: Provider, request: Request) -> Response:
    """`POST /_faults`: only the switches named are turned."""
    return json_response(provider.faults.set(request.json()))


def reset_faults(provider: Provider, _request: Request) -> Response:
    """`DELETE /_faults`"""
    provider.faults.reset()
    provider.ledger.make_due()
    return json_response(provider.faults.set({}))


def pay(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /_pay/{id}` {card, confirm?}: what the shopper would do on the hosted page."""
    body = request.json()
    card, agrees = body.get("card"), body.get("confirm")
    if not isinstance(card, str) or not (agrees is None or isinstance(agrees, bool)):
        raise Refused(400, "invalid_card", "card is a card number, confirm is true or false.")
    provider.bank.pay(payment_id=payment_id, card=cards.read_number(card))
    if agrees is not None:
        provider.bank.confirm(payment_id=payment_id, agrees=agrees)
    return json_response(provider.bank.fetch(payment_id))


def settle_refund(provider: Provider, request: Request, refund_id: str) -> Response:
    """`POST /_refunds/{id}` {succeeds}: ends a refund that the fault `refunds_pend` held."""
    succeeds = request.json().get("succeeds")
    if not isinstance(succeeds, bool):
        raise Refused(400, "invalid_succeeds", "succeeds is true or false.")
    status, answer = provider.refunds.settle(refund_id=refund_id, succeeds=succeeds)
    return json_response(answer, status)


def open_dispute(provider: Provider, request: Request, payment_id: str) -> Response:
    """`POST /_disputes/{payment}` {reason}: the card holder asks the bank for the money back."""
    reason = request.json().get("reason", "fraudulent")
    if not isinstance(reason, str) or not reason.isidentifier():
        raise Refused(400, "invalid_reason", "reason is a word such as fraudulent.")
    status, answer = provider.disputes.open(payment_id=payment_id, reason=reason)
    return json_response(answer, status)


def close_dispute(provider: Provider, request: Request, dispute_id: str) -> Response:
    """`POST /_disputes/{id}/close` {won}: the bank decides."""
    won = request.json().get("won")
    if not isinstance(won, bool):
        raise Refused(400, "invalid_won", "won is true or false.")
    status, answer = provider.disputes.close(dispute_id=dispute_id, won=won)
    return json_response(answer, status)


def make_payout(provider: Provider, request: Request) -> Response:
    """`POST /_payouts` {currency}: what was booked goes to the shop's bank."""
    status, answer = provider.payouts.make(currency=str(request.json().get("currency", "USD")))
    return json_response(answer, status)


def list_events(provider: Provider, request: Request) -> Response:
    """`GET /_events?payment=`: the events, oldest first, and whether they were delivered."""
    payment_id = request.query.get("payment")
    with provider.ledger.reading() as db:
        rows = db.execute(
            "SELECT id, type, payment_id, attempts, delivered_ms IS NOT NULL AS is_delivered"
            " FROM events WHERE ? IS NULL OR payment_id = ? ORDER BY seq",
            [payment_id, payment_id],
        ).fetchall()
    events = [{**dict(row), "is_delivered": bool(row["is_delivered"])} for row in rows]
    return json_response({"data": events})


def redeliver(provider: Provider, _request: Request, event_id: str) -> Response:
    """`POST /_events/{id}/redeliver`: at once, even while deliveries are paused."""
    return json_response({"status": provider.courier.deliver(event_id)})
