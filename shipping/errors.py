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
