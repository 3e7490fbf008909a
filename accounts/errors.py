"""How accounts say no."""

from shopflow.lib.errors import DomainError


class EmailTaken(DomainError):
    code = "email_taken"
    status = 409
    message = "There is an account with this e-mail already."
