from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import commands
from accounts.errors import LinkInvalid
from accounts.forms import EmailChangeForm
from accounts.views.answers import form_page, owner
from accounts.views.entering import sign_in_of
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private


@sensitive_post_parameters("old")
@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def email(request: HttpRequest) -> HttpResponse:
    """Ask for another e-mail; it holds once its owner has followed the link sent to it."""
    form = EmailChangeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, "accounts/email.html", form)
    try:
        commands.ask_for_email_change(
            user_id=owner(request).pk,
            password=form.cleaned_data["old"],
            email=form.cleaned_data["email"],
        )
    except DomainError as refusal:
        return form_page(request, "accounts/email.html", form, refusal)
    messages.success(request, _("We sent a mail to the new address. Please follow its link."))
    return SeeOther(reverse("accounts:email"))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Change the e-mail at the press of a button, as the link at the new address says."""
    if request.method != "POST":
        return render(request, "accounts/confirm_email.html")
    # Asked before: the change ends the session by which it is known.
    was = request.user.pk
    try:
        user = commands.confirm_email_change(token=token, keep=sign_in_of(request))
    except LinkInvalid as refusal:
        words = {"sentence": str(refusal)}
        return render(request, "accounts/confirm_email.html", words, status=refusal.status)
    messages.success(request, _("Your e-mail address is changed. Please log in with it."))
    if user.pk == was:
        update_session_auth_hash(request, user)
        return SeeOther(reverse("accounts:email"))
    return SeeOther(reverse("accounts:login"))
