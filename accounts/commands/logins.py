"""Who somebody is, and how often that may be guessed."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate

from accounts.commands.inputs import LONGEST_EMAIL, is_odd
from accounts.errors import EmailNotVerified, LoginRefused, PasswordWrong, UserNotFound
from accounts.models import User, folded
from accounts.signals import logged_in
from shopflow.lib import context
from shopflow.lib.limits import Limit, TooManyTries, give_back, only_failures, take_all

# Only failures count. The account's limit would let anybody lock its owner out from afar, so
# whoever fails for the first time at an address in 15 minutes isn't held against it: the owner
# has a try left, wherever the guesses come from (ASVS 6.3.1).
HERE = Limit(name="login-here", tries=10, per=timedelta(minutes=15), is_strict=True)
FIRST = Limit(name="login-first", tries=1, per=timedelta(minutes=15), is_strict=True)
ACCOUNT = Limit(name="login-account", tries=10, per=timedelta(hours=1), is_strict=True)
NETWORK = Limit(name="login-network", tries=100, per=timedelta(hours=1), is_strict=True)
PROOF = Limit(name="prove-password", tries=10, per=timedelta(minutes=15), is_strict=True)


def check_login(*, email: str, password: str) -> User:
    """Return whose e-mail and password these are.

    Costs one hash and the same statements whether or not there is such an account. Raises
    LoginRefused; EmailNotVerified when only the proof of the address is missing; TooManyTries;
    CantCount while Redis is away.
    """
    if len(email) > LONGEST_EMAIL or "\0" in email or is_odd(password):
        raise LoginRefused
    tries = _counted(folded(email))
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise LoginRefused
    give_back(*tries)
    if settings.LOGIN_NEEDS_VERIFIED_EMAIL and not user.email_verified:
        raise EmailNotVerified
    return user


def prove_password(*, user_id: UUID, password: str) -> User:
    """Return the signed-in person again if this is their password.

    Raises PasswordWrong, UserNotFound, TooManyTries, CantCount.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UserNotFound
    with only_failures((PROOF, str(user_id))):
        if is_odd(password) or not user.check_password(password):
            raise PasswordWrong
    return user


def announce_login(*, user_id: UUID, cart_token: str | None) -> None:
    """Tell at once that somebody came in, and which guest's cart they bring.

    Listeners have worked when this returns: the next page shows the cart of both. What fails there
    is logged and keeps nobody out.
    """
    logged_in.send_robust(sender=None, user_id=user_id, cart_token=cart_token)


def _counted(email: str) -> tuple[tuple[Limit, str], ...]:
    """Count a try, under the limits that hold for it."""
    network = context.current().network
    here = f"{email} {network}"
    always = (HERE, here), (NETWORK, network)
    first, counted = (*always, (FIRST, here)), (*always, (ACCOUNT, email))
    try:
        take_all(*first)
    except TooManyTries:
        take_all(*counted)
        return counted
    return first
