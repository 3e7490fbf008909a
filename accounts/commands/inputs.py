"""What people type when they say who they are, and what of it can't be taken."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.errors import EmailInvalid, NameInvalid, PasswordRefused, PhoneInvalid
from accounts.models import User, composed, folded
from shopflow.lib.addresses import NoPhone, e164

LONGEST_EMAIL = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
LONGEST_PASSWORD = 1000
LONGEST_NAME = 100


def email_of(typed: str) -> str:
    """Return an e-mail as it is stored. Raises EmailInvalid."""
    email = folded(typed)
    try:
        validate_email(email)
    except ValidationError:
        raise EmailInvalid from None
    if len(email) > LONGEST_EMAIL:
        raise EmailInvalid
    return email


def name_of(typed: str) -> str:
    """Return a name without blanks around it. Raises NameInvalid."""
    name = " ".join(typed.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise NameInvalid
    return name


def phone_of(typed: str) -> str:
    """Return a phone number as E.164, or '' for none. Raises PhoneInvalid."""
    try:
        return e164(typed)
    except NoPhone:
        raise PhoneInvalid from None


def check_new_password(password: str, user: User) -> None:
    """Raise PasswordRefused with the reasons unless somebody may choose this password."""
    if is_odd(password):
        raise PasswordRefused(reasons=["Please choose a password of at most 1,000 characters."])
    try:
        validate_password(composed(password), user)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages), reasons=error.messages) from None


def is_odd(password: str) -> bool:
    """Whether a password is none that anybody could have."""
    return len(password) > LONGEST_PASSWORD or "\0" in password
