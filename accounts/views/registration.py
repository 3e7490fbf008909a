from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import commands
from accounts.errors import LinkInvalid
from accounts.forms import EmailForm, RegisterForm
from accounts.views.answers import form_page
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@private
def register(request: HttpRequest) -> HttpResponse:
    """Make an account; a known address is answered the same."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/register.html", form)
    try:
        commands.register(**form.cleaned_data)
    except DomainError as refusal:
        return form_page(request, "accounts/register.html", form, refusal)
    return SeeOther(reverse("accounts:sent"))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def resend(request: HttpRequest) -> HttpResponse:
    """Send the link that verifies an address once more; whether it is needed isn't told here."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/resend.html", form)
    try:
        commands.resend_verification(**form.cleaned_data)
    except DomainError as refusal:
        return form_page(request, "accounts/resend.html", form, refusal)
    return SeeOther(reverse("accounts:sent"))


@require_safe
@private
def sent(request: HttpRequest) -> HttpResponse:
    """Say that there is a mail on its way, to whomever."""
    return render(request, "accounts/sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Verify an address at the press of a button: programs that scan mails follow links too."""
    if request.method != "POST":
        return render(request, "accounts/verify.html")
    try:
        commands.verify_email(token=token)
    except LinkInvalid as refusal:
        return render(
            request, "accounts/verify.html", {"sentence": str(refusal)}, status=refusal.status
        )
    messages.success(request, _("Your e-mail address is confirmed. You can log in now."))
    return SeeOther(reverse("accounts:login"))
