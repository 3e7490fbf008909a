"""How accounts say no."""

from shopflow.lib.errors import DomainError, NotFound


class EmailTaken(DomainError):
    code = "email_taken"
    status = 409
    message = "There is an account with this e-mail already."


class UserNotFound(NotFound):
    code = "user_not_found"
    message = "There is no such account."


class SignInOver(DomainError):
    """A refresh token that is unknown, used, revoked or too old: all read the same."""

    code = "sign_in_over"
    status = 401
    message = "Please sign in again."


class SignInNotFound(NotFound):
    code = "sign_in_not_found"
    message = "This device isn't signed in (any more)."


class SecondFactorNeeded(DomainError):
    """The password was right; somebody with a second factor also sends a code of it."""

    code = "second_factor_needed"
    status = 403
    message = "Please also send the code of your authenticator app, or a recovery code."
