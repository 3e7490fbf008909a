from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import commands
from accounts.forms import CloseForm, ProfileForm
from accounts.views.answers import form_page, owner
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private


@require_safe
@private
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Say whose account it is and what can be done here."""
    return render(request, "accounts/overview.html")


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Change name and phone."""
    user = owner(request)
    if request.method == "POST":
        form = ProfileForm(request.POST)
    else:
        facts = {name: getattr(user, name) for name in ProfileForm.base_fields}
        form = ProfileForm(initial=facts)
    if not form.is_valid():
        return form_page(request, "accounts/profile.html", form)
    try:
        commands.save_profile(user_id=user.pk, **form.cleaned_data)
    except DomainError as refusal:
        return form_page(request, "accounts/profile.html", form, refusal)
    messages.success(request, _("Saved."))
    return SeeOther(reverse("accounts:profile"))


@sensitive_post_parameters("old")
@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def close(request: HttpRequest) -> HttpResponse:
    """Close the account for good, once the password proves whose it is."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/close.html", form)
    user = owner(request)
    try:
        commands.prove_password(user_id=user.pk, password=form.cleaned_data["old"])
        commands.close_account(user_id=user.pk, by=None)
    except DomainError as refusal:
        return form_page(request, "accounts/close.html", form, refusal)
    auth.logout(request)
    messages.success(request, _("Your account is closed. You can still buy and track orders."))
    return SeeOther(reverse("accounts:login"))
