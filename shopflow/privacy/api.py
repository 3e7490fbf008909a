"""One's own data for mobile clients."""

from typing import cast
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import commands as accounts
from accounts.access_tokens import Caller
from accounts.serializers import Password
from shopflow.lib.api import Body, checked
from shopflow.privacy import commands
from shopflow.privacy.files import download


class ErasureBody(Body):
    """The password once more: this can't be undone."""

    password = Password()


class MyDataViewSet(viewsets.ViewSet):
    """Everything the shop knows about one."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def export(self, request: Request) -> FileResponse:
        """Return all of it as one document, a list of rows for each table."""
        user_id = _user_id(request)
        return download(user_id=user_id, by=user_id)

    @extend_schema(request=ErasureBody, responses={204: None})
    def erasure(self, request: Request) -> Response:
        """Erase it and close the account; what tax law keeps of paid orders goes later.

        Repeating it does nothing more: the tokens are worth nothing then (401). With an order that
        isn't finished: 409, `orders_open`.
        """
        user_id = _user_id(request)
        accounts.prove_password(user_id=user_id, password=checked(ErasureBody, request)["password"])
        commands.erase_user(user_id=user_id)
        return Response(status=204)


def _user_id(request: Request) -> UUID:
    return cast(Caller, request.auth).user_id
