"""How carts say no."""

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


class CartNotFound(NotFound):
    code = "cart_not_found"
    message = "This cart doesn't exist any more. Please start a new one."


class CartItemNotFound(NotFound):
    code = "cart_item_not_found"
    message = "This item isn't in your cart any more."


class CartEmpty(DomainError):
    code = "cart_empty"
    status = 409
    message = "Your cart is empty."


class UnknownVariant(NotFound):
    code = "unknown_variant"
    message = "We don't have this product (any more)."


class VariantOfAnotherProduct(InvalidInput):
    code = "variant_of_another_product"
    message = "This choice belongs to another product. Please choose again."


class QuantityOutOfRange(InvalidInput):
    code = "quantity_out_of_range"
    message = "Please choose a quantity from 1 to 999."


class CartTooLarge(DomainError):
    code = "cart_too_large"
    status = 409
    message = "A cart holds up to 100 different items. Please order in two steps."


class InvalidCustomer(InvalidInput):
    code = "invalid_customer"
    message = "Please enter an e-mail address like name@example.com."
