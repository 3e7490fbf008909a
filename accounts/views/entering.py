"""The one way in: whoever has proved who they are goes through here."""

from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from accounts import commands
from accounts.models import User
from shopflow.lib import context
from shopflow.lib.http import SeeOther, shopper_of

# Under which name the session says which sign-in of the account it is.
SIGN_IN = "sign_in"


def go_in(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    """Let somebody in whose password was right, and lead them on."""
    enter(request, user)
    return SeeOther(next_url)


def enter(request: HttpRequest, user: User) -> None:
    """Sign a browser in: its session gets a new key, the account a new sign-in, its cart the
    guest's."""
    cart_token = shopper_of(request).token
    auth.login(request, user)
    signed_in = commands.sign_in(
        user_id=user.pk,
        device=request.headers.get("User-Agent", ""),
        ip=context.current().inet,
        is_browser=True,
    )
    request.session[SIGN_IN] = str(signed_in.family)
    commands.announce_login(user_id=user.pk, cart_token=cart_token)


def sign_in_of(request: HttpRequest) -> UUID | None:
    """Return which sign-in of the account this browser is."""
    family = request.session.get(SIGN_IN)
    return UUID(family) if family else None
