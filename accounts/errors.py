"""How accounts say no."""

from shopflow.lib.errors import DomainError, NotFound


class EmailTaken(DomainError):
    code = "email_taken"
    status = 409
    message = "There is an account with this e-mail already."


class UserNotFound(NotFound):
    code = "user_not_found"
    message = "There is no such account."


class CodeRefused(DomainError):
    code = "code_refused"
    status = 401
    message = "This code isn't right, or was used already. Please try the next one."


class PasskeyRefused(DomainError):
    code = "passkey_refused"
    status = 401
    message = "This passkey couldn't be checked. Please try again, or use another way."


class EnrolmentOver(DomainError):
    code = "enrolment_over"
    message = "This took too long. Please start again and scan the new code."


class PasskeyKnown(DomainError):
    code = "passkey_known"
    message = "This passkey is in use already."


class FactorNotFound(NotFound):
    code = "factor_not_found"
    message = "There is no such second factor in your account."


class LastFactor(DomainError):
    code = "last_factor"
    message = "Who works here needs a second factor. Please add another one before you remove this."


class OwnersOnly(DomainError):
    code = "owners_only"
    status = 403
    message = "Only an owner of the shop can do this."


class OwnRole(DomainError):
    code = "own_role"
    message = "Nobody changes their own role. Please ask another owner."


class LastOwner(DomainError):
    code = "last_owner"
    message = "This is the shop's last owner. Make somebody else an owner first."


class UnknownGroup(DomainError):
    code = "unknown_group"
    status = 400
    message = "There is no such role or group."
