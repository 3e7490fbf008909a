"""How accounts say no."""

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


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


class UnknownRole(InvalidInput):
    code = "unknown_role"
    message = "There is no such role or group."


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


class EmailInvalid(InvalidInput):
    code = "email_invalid"
    message = "Please enter an e-mail address like name@example.com."


class EmailUnchanged(InvalidInput):
    code = "email_unchanged"
    message = "This is your e-mail address already."


class NameInvalid(InvalidInput):
    code = "name_invalid"
    message = "Please enter names of at most 100 characters, without control characters."


class PhoneInvalid(InvalidInput):
    code = "phone_invalid"
    message = "Please enter a phone number with its country code, like +1 212 555 0100."


class PasswordRefused(InvalidInput):
    """Raised with `reasons`, sentences about the password that was chosen."""

    code = "password_refused"
    message = "Please choose another password."


class PasswordWrong(InvalidInput):
    """Somebody who is signed in didn't prove it once more."""

    code = "password_wrong"
    message = "This isn't your password. Please try again."


class LoginRefused(DomainError):
    """The same for a wrong password, an unknown e-mail and a closed account."""

    code = "login_refused"
    status = 401
    message = "E-mail and password don't match. Please try again."


class EmailNotVerified(DomainError):
    """Raised only after the right password."""

    code = "email_not_verified"
    status = 403
    message = "Please confirm your e-mail address first: we sent you a link when you registered."


class LinkInvalid(InvalidInput):
    """A mailed link that is used, expired, superseded or made up: all read the same."""

    code = "link_invalid"
    message = "This link doesn't work any more. Please ask for a new one."


class AddressNotFound(NotFound):
    """None of this person's addresses, whoever else's it may be."""

    code = "address_not_found"
    message = "We can't find this address."


class AddressBookFull(DomainError):
    code = "address_book_full"
    status = 409
    message = "Your address book is full. Please remove an address that you don't need any more."
