"""How shipping says no."""

from shopflow.lib.errors import DomainError


class NoShippingThere(DomainError):
    code = "no_shipping_there"
    status = 409
    message = "We don't ship to this address yet."


class ShippingMethodUnavailable(DomainError):
    code = "shipping_method_unavailable"
    status = 409
    message = "This way of shipping isn't available for your address. Please choose another."


class TaxesUnknown(DomainError):
    """The external calculator doesn't answer: nothing is sold with a guessed tax."""

    code = "taxes_unknown"
    status = 503
    message = "We can't work out the tax at the moment. Please try again in a minute."


class TaxesOutdated(DomainError):
    """What was taxed before the transaction isn't what is ordered in it."""

    code = "taxes_outdated"
    status = 409
    message = "Prices changed while you were checking out. Please look at the new total."
