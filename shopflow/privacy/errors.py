"""How the shop says no to an erasure."""

from shopflow.lib.errors import DomainError


class OrdersOpen(DomainError):
    """Somebody still has something coming, goods or money."""

    code = "orders_open"
    status = 409
    message = (
        "One of your orders isn't finished yet: something is still to be paid, delivered, returned "
        "or refunded. Please come back once it is, or cancel the order first."
    )


class WorksHere(DomainError):
    """Whoever works here is named in the shop's books and has rights in it."""

    code = "works_here"
    status = 409
    message = "This account belongs to somebody who works here. Make it a shopper's account first."
