from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import commands
from accounts.errors import SignInNotFound
from accounts.queries import live_sign_ins
from accounts.views.answers import owner
from accounts.views.entering import sign_in_of
from shopflow.lib.http import SeeOther, private

OTHERS = "others"


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """List where somebody is signed in, and sign one of them or all others out."""
    user, this = owner(request), sign_in_of(request)
    if request.method != "POST":
        context = {"sign_ins": live_sign_ins(user.pk), "this": this, "others": OTHERS}
        return render(request, "accounts/devices.html", context)
    chosen = request.POST.get("sign_in", "")
    if chosen == OTHERS:
        commands.revoke_others(user_id=user.pk, keep=this)
        messages.success(request, _("Every other device is signed out."))
    else:
        commands.revoke_family(user_id=user.pk, family=_family(chosen), by=user.pk)
        messages.success(request, _("This device is signed out."))
    return SeeOther(reverse("accounts:devices"))


def _family(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise SignInNotFound from None
