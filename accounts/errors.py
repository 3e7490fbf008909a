"""How accounts say no."""

from shopflow.lib.errors import DomainError, NotFound


class EmailTaken(DomainError):
    code = "email_taken"
    status = 409
    message = "There is an account with this e-mail already."


class UserNotFound(NotFound):
    code = "user_not_found"
    message = "There is no such account."
