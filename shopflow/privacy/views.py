"""The account's pages about one's own data: take it along, or have it erased."""

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import commands as accounts
from accounts.forms import CloseForm
from accounts.views.answers import form_page, owner
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private
from shopflow.lib.limits import TooManyTries
from shopflow.lib.proof import needs_recent_login
from shopflow.privacy import commands
from shopflow.privacy.files import download


@require_safe
@private
@login_required
def data(request: HttpRequest) -> HttpResponse:
    """Say what can be done with one's own data."""
    return render(request, "shopflow/my_data.html")


@require_POST
@private
@login_required
@needs_recent_login
def export(request: HttpRequest) -> HttpResponseBase:
    """Hand out everything the shop knows about whoever asks, who proved just now who they are."""
    user_id = owner(request).pk
    try:
        return download(user_id=user_id, by=user_id)
    except TooManyTries as refusal:
        context = {"sentence": str(refusal)}
        return render(request, "shopflow/my_data.html", context, status=refusal.status)


@sensitive_post_parameters("old")
@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def erase(request: HttpRequest) -> HttpResponse:
    """Say what is erased and what is kept; do it once the password proves whose it is."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    years = settings.TAX_RECORDS_KEPT_YEARS
    if not form.is_valid():
        return form_page(request, "shopflow/erase_me.html", form, years=years)
    user = owner(request)
    try:
        accounts.prove_password(user_id=user.pk, password=form.cleaned_data["old"])
        commands.erase_user(user_id=user.pk)
    except DomainError as refusal:
        return form_page(request, "shopflow/erase_me.html", form, refusal, years=years)
    auth.logout(request)
    messages.success(request, _("Your account and your data are erased. Goodbye, and thank you."))
    return SeeOther(reverse("accounts:login"))
