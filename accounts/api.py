"""Coming in, going out and one's own account, for mobile clients."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access_tokens, commands, queries
from accounts.access_tokens import Caller
from accounts.errors import SecondFactorNeeded
from accounts.models import User, UserAddress, UserSession
from accounts.serializers import (
    AddressChangesBody,
    AddressSerializer,
    EmailBody,
    EmailChangeBody,
    LoginBody,
    MailedTokenBody,
    MeSerializer,
    NewAddressBody,
    PasswordChangeBody,
    ProfileBody,
    RefreshBody,
    RegistrationBody,
    ResetBody,
    SentSerializer,
    SignedInDeviceSerializer,
    TokensSerializer,
)
from shopflow.lib import context
from shopflow.lib.api import Body, checked
from shopflow.lib.api.schema import CART_TOKEN
from shopflow.lib.transactions import reading_as


class DoorViewSet(viewsets.ViewSet):
    """Coming in. A token sent along doesn't count, so that an expired one hinders nobody."""

    authentication_classes = ()

    @extend_schema(request=RegistrationBody, responses={202: SentSerializer})
    def register(self, request: Request) -> Response:
        """Make an account; a link in a mail verifies the address. The answer is always the same."""
        commands.register(**checked(RegistrationBody, request))
        return _sent()

    @extend_schema(request=EmailBody, responses={202: SentSerializer})
    def resend(self, request: Request) -> Response:
        """Send the link once more. The answer is always the same."""
        commands.resend_verification(email=checked(EmailBody, request)["email"])
        return _sent()

    @extend_schema(request=MailedTokenBody, responses={204: None})
    def verify(self, request: Request) -> Response:
        """Verify an address by the token that was mailed to it."""
        commands.verify_email(token=checked(MailedTokenBody, request)["token"])
        return Response(status=204)

    @extend_schema(parameters=[CART_TOKEN], request=LoginBody, responses=TokensSerializer)
    def login(self, request: Request) -> Response:
        """Sign a device in. The items of a guest's cart go into the person's own."""
        given = checked(LoginBody, request)
        user = commands.check_login(email=given["email"], password=given["password"])
        _check_factor(user, given.get("code"))
        device = given.get("device") or request.headers.get("User-Agent", "")
        signed_in = commands.sign_in(user_id=user.pk, device=device, ip=context.current().inet)
        commands.announce_login(user_id=user.pk, cart_token=request.headers.get("X-Cart-Token"))
        return _tokens(signed_in)

    @extend_schema(request=RefreshBody, responses=TokensSerializer)
    def refresh(self, request: Request) -> Response:
        """Trade a refresh token for a new pair; it works once.

        Within ten seconds a lost answer is given again. Later, whoever sends a used token signs
        the device out, because one of its two holders is a thief.
        """
        token = checked(RefreshBody, request)["refresh"]
        return _tokens(commands.rotate(refresh_token=token, ip=context.current().inet))

    @extend_schema(request=EmailBody, responses={202: SentSerializer})
    def forgot(self, request: Request) -> Response:
        """Send a link that sets a new password. The answer is always the same."""
        commands.ask_for_reset(email=checked(EmailBody, request)["email"])
        return _sent()

    @extend_schema(request=ResetBody, responses={204: None})
    def reset(self, request: Request) -> Response:
        """Set a new password by the token that was mailed; every device is signed out."""
        commands.reset_password(**checked(ResetBody, request))
        return Response(status=204)


class SignInViewSet(viewsets.GenericViewSet[UserSession]):
    """The devices that are signed in."""

    permission_classes = (IsAuthenticated,)
    queryset = UserSession.objects.none()
    serializer_class = SignedInDeviceSerializer
    page_order = queries.LAST_SEEN

    def get_queryset(self) -> "QuerySet[UserSession]":
        return queries.sign_ins_of(_caller(self.request).user_id)

    def get_serializer_context(self) -> dict[str, Any]:
        return {"family": _caller(self.request).family}

    def list(self, request: Request) -> Response:
        """List them, the last seen first."""
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:
        """Sign a device out."""
        user_id = _caller(request).user_id
        commands.revoke_family(user_id=user_id, family=id, by=user_id)
        return Response(status=204)

    @extend_schema(request=None, responses={204: None})
    def logout(self, request: Request) -> Response:
        """Sign this device out: its tokens are worth nothing from now on."""
        checked(Body, request)
        commands.sign_out(family=_caller(request).family)
        return Response(status=204)


class MeViewSet(viewsets.ViewSet):
    """One's own account."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=MeSerializer)
    def retrieve(self, request: Request) -> Response:
        """Show it."""
        return Response(MeSerializer(cast(User, request.user)).data)

    @extend_schema(request=ProfileBody, responses=MeSerializer)
    def partial_update(self, request: Request) -> Response:
        """Change name or phone."""
        changes = checked(ProfileBody, request)
        user = commands.save_profile(user_id=_caller(request).user_id, **changes)
        return Response(MeSerializer(user).data)

    @extend_schema(request=PasswordChangeBody, responses={204: None})
    def password(self, request: Request) -> Response:
        """Change the password; every other device is signed out."""
        given = checked(PasswordChangeBody, request)
        caller = _caller(request)
        commands.change_password(
            user_id=caller.user_id,
            old=given["old_password"],
            new=given["new_password"],
            keep=caller.family,
        )
        return Response(status=204)

    @extend_schema(request=EmailChangeBody, responses={202: SentSerializer})
    def email(self, request: Request) -> Response:
        """Send a link to a new address; it is the account's once the link is opened."""
        given = checked(EmailChangeBody, request)
        commands.ask_for_email_change(user_id=_caller(request).user_id, **given)
        return _sent()


class AddressViewSet(viewsets.GenericViewSet[UserAddress]):
    """One's own address book."""

    permission_classes = (IsAuthenticated,)
    queryset = UserAddress.objects.none()
    serializer_class = AddressSerializer
    page_order = queries.NEWEST_ADDRESS

    def list(self, request: Request) -> Response:
        """List the addresses, the newest first."""
        user_id = _caller(request).user_id
        with reading_as(user_id=user_id):
            rows = self.paginate_queryset(queries.addresses_of(user_id))
            return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=NewAddressBody, responses={201: AddressSerializer})
    def create(self, request: Request) -> Response:
        """Add one. Its country says what it needs."""
        parts, how = _address_of(checked(NewAddressBody, request))
        row = commands.add_address(user_id=_caller(request).user_id, address=parts, **how)
        return Response(AddressSerializer(row).data, status=201)

    def retrieve(self, request: Request, address_id: UUID) -> Response:
        """Show one."""
        user_id = _caller(request).user_id
        with reading_as(user_id=user_id):
            row = queries.address_of(user_id=user_id, address_id=address_id)
            return Response(AddressSerializer(row).data)

    @extend_schema(request=AddressChangesBody, responses=AddressSerializer)
    def partial_update(self, request: Request, address_id: UUID) -> Response:
        """Change one; orders placed before keep what they were given."""
        parts, how = _address_of(checked(AddressChangesBody, request))
        row = commands.change_address(
            user_id=_caller(request).user_id, address_id=address_id, changes=parts, **how
        )
        return Response(AddressSerializer(row).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, address_id: UUID) -> Response:
        """Remove one."""
        commands.remove_address(user_id=_caller(request).user_id, address_id=address_id)
        return Response(status=204)


def _address_of(given: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Tell the parts of an address from what is said about it."""
    parts = {name: given.pop(name) for name in commands.PARTS if name in given}
    return parts, given


def _caller(request: Request) -> Caller:
    return cast(Caller, request.auth)


def _check_factor(user: User, code: str | None) -> None:
    """Raises SecondFactorNeeded, CodeRefused and TooManyTries. Who works here needs a factor."""
    if not user.is_staff and not queries.has_factor(user):
        return
    if not code:
        raise SecondFactorNeeded
    commands.check_code(user_id=user.pk, code=code)


def _tokens(signed_in: commands.SignIn) -> Response:
    caller = Caller(user_id=signed_in.user_id, family=signed_in.family)
    document = {
        "access": access_tokens.issue(caller),
        "token_type": "Bearer",
        "expires_in": int(settings.ACCESS_TOKEN_LIFE.total_seconds()),
        "refresh": signed_in.refresh_token,
        "refresh_expires_at": signed_in.expires_at,
    }
    return Response(TokensSerializer(document).data)


def _sent() -> Response:
    detail = _("If this address is right, a mail is on its way.")
    return Response(SentSerializer({"detail": detail}).data, status=202)
