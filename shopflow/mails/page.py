"""Mails for staff: how each kind reads, and which of them don't get out."""

from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shopflow.lib import mail
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther
from shopflow.lib.mail.letters import Written, written
from shopflow.mails.frame import framed
from shopflow.mails.samples import SAMPLES

SEE = "lib.view_outboxmessage"
CHANGE = "lib.change_outboxmessage"
MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """List the kinds of mails, and those that wait or were given up; POST lets one try again."""
    _allow(request, SEE)
    if request.method == "POST":
        _allow(request, CHANGE)
        return _try_again(request)
    waiting = list(mail.unsent().order_by("-attempts", "next_try_at")[: MOST + 1])
    context = {
        **admin.site.each_context(request),
        "title": "Mails",
        "samples": SAMPLES.items(),
        "waiting": waiting[:MOST],
        "has_more": len(waiting) > MOST,
        "most_tries": mail.MOST_TRIES,
        "may_change": request.user.has_perm(CHANGE),
    }
    return TemplateResponse(request, "admin/mails.html", context)


@require_safe
def preview(request: HttpRequest, app: str, kind: str) -> HttpResponse:
    """Show a kind with sample facts in one of the shop's languages."""
    _allow(request, SEE)
    name, language = f"{app}/{kind}", _language(request)
    context = {
        **admin.site.each_context(request),
        "title": name,
        "app": app,
        "kind": kind,
        "language": language,
        "languages": settings.LANGUAGES,
        "mail": _sample(name, language),
        "when": SAMPLES[name].when,
    }
    return TemplateResponse(request, "admin/mail.html", context)


@require_safe
@framed
def preview_html(request: HttpRequest, app: str, kind: str) -> str:
    _allow(request, SEE)
    return _sample(f"{app}/{kind}", _language(request)).html


def _allow(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _try_again(request: HttpRequest) -> HttpResponse:
    try:
        mail.try_again(message_id=UUID(request.POST.get("mail", "")))
    except (ValueError, DomainError):
        messages.error(request, "This mail is out already, or was never written.")
    else:
        messages.success(request, "The worker tries it again within seconds.")
    return SeeOther(reverse("mails"))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _sample(name: str, language: str) -> Written:
    if name not in SAMPLES:
        raise Http404
    return written(kind=name, language=language, facts=SAMPLES[name].facts)
