from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import commands
from accounts.forms import EmailForm, NewPasswordForm, PasswordForm
from accounts.views.answers import form_page, owner
from accounts.views.entering import sign_in_of
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def forgot(request: HttpRequest) -> HttpResponse:
    """Send a link that sets a new password; an unknown address is answered the same."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/forgot.html", form)
    try:
        commands.ask_for_reset(**form.cleaned_data)
    except DomainError as refusal:
        return form_page(request, "accounts/forgot.html", form, refusal)
    return SeeOther(reverse("accounts:sent"))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@private
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by a mailed link; nobody is logged in by it."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/reset.html", form)
    try:
        commands.reset_password(token=token, password=form.cleaned_data["password"])
    except DomainError as refusal:
        return form_page(request, "accounts/reset.html", form, refusal)
    messages.success(request, _("Your new password is set. Please log in with it."))
    return SeeOther(reverse("accounts:login"))


@sensitive_post_parameters("old", "password")
@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; every other device is signed out."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/password.html", form)
    user = owner(request)
    try:
        commands.change_password(
            user_id=user.pk,
            old=form.cleaned_data["old"],
            new=form.cleaned_data["password"],
            keep=sign_in_of(request),
        )
    except DomainError as refusal:
        return form_page(request, "accounts/password.html", form, refusal)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    messages.success(request, _("Your password is changed. Every other device is signed out."))
    return SeeOther(reverse("accounts:password"))
