"""Staff answer a person's request: hand out what the shop knows of them, or erase it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import UserNotFound
from accounts.models import User
from accounts.views.answers import owner
from shopflow.lib import audit
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther
from shopflow.lib.limits import TooManyTries
from shopflow.lib.models import AuditLog
from shopflow.lib.proof import needs_recent_login
from shopflow.privacy import commands
from shopflow.privacy.files import download

EXPORT, ERASE = "accounts.export_user", "accounts.erase_user"
View = Callable[..., HttpResponseBase]


def allowed(*permissions: str) -> Callable[[View], View]:
    """Let only those in who have one of the permissions."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


@require_safe
@allowed(EXPORT, ERASE)
def page(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Show what can be done, and what it comes to."""
    return _page(request, row_id)


@require_POST
@csrf_protect
@allowed(EXPORT)
@needs_recent_login
def export(request: HttpRequest, row_id: UUID) -> HttpResponseBase:
    """Hand out everything about a person; the audit log says to whom."""
    try:
        return download(user_id=row_id, by=owner(request).pk)
    except UserNotFound as refusal:
        raise Http404 from refusal
    except TooManyTries as refusal:
        return _page(request, row_id, sentence=str(refusal), status=refusal.status)


@require_POST
@csrf_protect
@allowed(ERASE)
@needs_recent_login
def erase(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Erase a person, or show the page again with the reason why not."""
    try:
        commands.erase_user(user_id=row_id, by=owner(request).pk)
    except UserNotFound as refusal:
        raise Http404 from refusal
    except DomainError as refusal:
        return _page(request, row_id, sentence=str(refusal), status=refusal.status)
    messages.success(
        request, "The person is erased. What tax law keeps goes when its term is over."
    )
    return SeeOther(reverse("admin:accounts_user_change", args=[row_id]))


def _page(
    request: HttpRequest, user_id: UUID, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    person = User.objects.filter(pk=user_id).first()
    if person is None:
        raise Http404
    audit.record(action=AuditLog.Action.VIEW, entity_type="user", entity_id=user_id)
    context = {
        **admin.site.each_context(request),
        "title": "A person's data",
        "original": person,
        "sentence": sentence,
        "can_export": request.user.has_perm(EXPORT),
        "can_erase": request.user.has_perm(ERASE),
    }
    return TemplateResponse(request, "admin/privacy/person.html", context, status=status)


def _staff(view: View) -> View:
    wrapped: View = admin.site.admin_view(view)
    return wrapped


urlpatterns = [
    path("<uuid:row_id>/data/", _staff(page), name="person"),
    path("<uuid:row_id>/data/export/", _staff(export), name="person-export"),
    path("<uuid:row_id>/data/erase/", _staff(erase), name="person-erase"),
]
