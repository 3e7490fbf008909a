"""Who calls the API: whoever's access token it is. Cookies never count."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import access_tokens
from accounts.access_tokens import Caller, TokenExpired, TokenInvalid
from accounts.models import User, UserSession
from shopflow.lib import context
from shopflow.lib.api.problems import REALM

SCHEME = "bearer"


class AccessTokenExpired(AuthenticationFailed):
    default_code = "token_expired"
    default_detail = "This token has expired. Trade the refresh token for a new one."


class AccessTokenInvalid(AuthenticationFailed):
    default_code = "invalid_token"
    default_detail = "This token isn't valid (any more)."


class BearerTokens(BaseAuthentication):
    """Knows callers by `Authorization: Bearer <access token>`; who sends none is a guest.

    `request.auth` is the caller, `request.user` the person.
    """

    def authenticate(self, request: Request | HttpRequest) -> tuple[User, Caller] | None:
        """Raises AccessTokenExpired; AccessTokenInvalid, also for a token of somebody who left."""
        if "Authorization" not in request.headers:
            return None
        caller = _caller(request.headers["Authorization"])
        user = _signed_in(caller)
        if user is None:
            raise AccessTokenInvalid
        context.note(user_id=user.pk)
        return user, caller

    def authenticate_header(self, request: Request | HttpRequest) -> str:
        """Without a token nothing is wrong with it (RFC 6750 section 3)."""
        is_given = "Authorization" in request.headers
        return f'{REALM}, error="invalid_token"' if is_given else REALM


def _caller(header: str) -> Caller:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != SCHEME:
        raise AccessTokenInvalid
    try:
        return access_tokens.read(token.strip())
    except TokenExpired:
        raise AccessTokenExpired from None
    except TokenInvalid:
        raise AccessTokenInvalid from None


def _signed_in(caller: Caller) -> User | None:
    """Return the person if they are still here and the sign-in wasn't revoked: one query."""
    sign_in = UserSession.objects.filter(user=OuterRef("pk"), family=caller.family, revoked_at=None)
    people = User.objects.filter(pk=caller.user_id, is_active=True, deleted_at=None)
    return people.filter(Exists(sign_in)).first()
