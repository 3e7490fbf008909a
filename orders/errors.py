"""How orders say no."""

from typing import Any

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


class OrderNotFound(NotFound):
    """Unknown, or somebody else's: both read the same."""

    code = "order_not_found"
    message = "We can't find this order. Please use the link you got when you ordered."


class QuoteChanged(DomainError):
    """The cart costs something else than the shopper agreed to; `quote` is the new one."""

    code = "quote_changed"
    status = 409
    message = "Prices changed while you were checking out. Please look at the new total."

    def __init__(self, quote: Any) -> None:
        super().__init__()
        self.quote = quote


class CartNotOrderable(DomainError):
    """A line can't be bought any more; `extra["lines"]` names the variants."""

    code = "cart_not_orderable"
    status = 409
    message = "Something in your cart isn't available any more. Please look at your cart."


class InvalidCheckout(InvalidInput):
    code = "invalid_checkout"
    message = "Please check your e-mail and address."


class VatIdInvalid(InvalidInput):
    code = "vat_id_invalid"
    message = "This isn't a VAT number. Please look for a slip."


class OrderNotCancellable(DomainError):
    code = "order_not_cancellable"
    status = 409
    message = "This order can't be cancelled any more."


class GiftCardsSent(DomainError):
    """What is on a gift card may be spent already: staff block it and give back the rest."""

    code = "gift_cards_sent"
    status = 409
    message = "The gift cards of this order are sent already. Please write to us."


class OrderPartlyShipped(OrderNotCancellable):
    """A part has left; what hasn't can be taken out of the order."""

    code = "order_partly_shipped"
    message = (
        "Part of this order is on its way already, so it can't be cancelled as a whole. "
        "Write to us about the rest, or send back what you don't want to keep."
    )


class OrderNotShippable(DomainError):
    code = "order_not_shippable"
    status = 409
    message = "Only a paid order that hasn't left yet can be shipped."


class NotLeftToShip(DomainError):
    """A line has fewer units left than are to go into the parcel."""

    code = "not_left_to_ship"
    status = 409
    message = "Fewer units of this are left to ship. Please look at the order again."


class ShipmentNotFound(NotFound):
    code = "shipment_not_found"
    message = "There is no such parcel."


class InvalidTracking(InvalidInput):
    code = "invalid_tracking"
    message = "Please say what became of the parcel, in plain text."


class TrackingTaken(DomainError):
    code = "tracking_taken"
    status = 409
    message = "This tracking number is already on another shipment."


class ReturnNotFound(NotFound):
    code = "return_not_found"
    message = "We can't find this return."


class InvalidReturn(InvalidInput):
    code = "invalid_return"
    message = "Please choose what you send back, how many of it and why."


class NothingToReturn(DomainError):
    """No unit of the order can come back: nothing has arrived, or all is on its way back."""

    code = "nothing_to_return"
    status = 409
    message = "There is nothing left of this order that could be sent back."


class UnitsNotReturnable(DomainError):
    """More than was shipped and isn't on its way back yet; `extra["lines"]` says what is left."""

    code = "units_not_returnable"
    status = 409
    message = "So many can't be sent back. Please look at what is left of your order."


class ReturnTooLate(DomainError):
    code = "return_too_late"
    status = 409
    message = "The time to send things back has passed. Please write to us if something is wrong."


class WithdrawalTooLate(DomainError):
    code = "withdrawal_too_late"
    status = 409
    message = "The time to withdraw from this contract has passed."


class ExchangeCostsMore(DomainError):
    code = "exchange_costs_more"
    status = 409
    message = (
        "This one costs more than what you send back. Please send it back for a refund and order"
        " the other one."
    )


class PaymentDoesNotFit(DomainError):
    """The money that came isn't exactly what the order costs."""

    code = "payment_does_not_fit"
    status = 409
    message = "The amount paid isn't the amount of the order."


class InvalidShipment(InvalidInput):
    code = "invalid_shipment"
    message = "Please fill in the carrier and the tracking number."


class NothingToTell(DomainError):
    """A mail would say what isn't so (yet)."""

    code = "nothing_to_tell"
    status = 409
    message = "This isn't true of the order, so there is nothing to tell."


class OrderNotEditable(DomainError):
    code = "order_not_editable"
    status = 409
    message = "Only a paid order that hasn't left as a whole can be changed."


class ChangeNotFound(NotFound):
    code = "change_not_found"
    message = "This change was made or dropped already."


class ChangeOutdated(DomainError):
    """The order isn't any more what the change was reckoned on."""

    code = "change_outdated"
    status = 409
    message = "The order has changed since. Please look at the new difference."


class InvalidChange(InvalidInput):
    code = "invalid_change"
    message = "Say how many units are taken out, at least one."


class DraftNotFound(NotFound):
    code = "draft_not_found"
    message = "This draft was sent or thrown away already."


class InvalidNote(InvalidInput):
    code = "invalid_note"
    message = "Please write a note of at most 2000 characters."


class PaperNotFound(NotFound):
    """No such document of this order: it wasn't paid, or is from before there were invoices."""

    code = "paper_not_found"
    message = "There is no invoice for this order. It comes with the payment."


class PaperNotReady(DomainError):
    code = "paper_not_ready"
    status = 409
    message = "Your invoice is being made. Please try again in a minute."


class NothingToReorder(DomainError):
    code = "nothing_to_reorder"
    status = 409
    message = "Nothing of this order is sold any more. Perhaps you like something else of ours."
