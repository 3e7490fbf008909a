"""The account page of second factors: add an app or a passkey, make recovery codes, remove."""

from collections.abc import Callable
from functools import partial, wraps
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import commands
from accounts.commands import Enrolled
from accounts.forms import CodeForm, PasskeyForm
from accounts.models import User
from accounts.queries import app_in_waiting, creation_options, factors_of, has_factor
from accounts.views.answers import form_page
from accounts.views.entering import enter, halfway, verify
from accounts.views.passkeys import answer_of, challenge_of, json_answer, keep_challenge
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private
from shopflow.lib.proof import ask_again, is_recent

PAGE = "accounts/factors.html"
View = Callable[[HttpRequest, User], HttpResponse]


def of_a_person(view: View) -> Callable[[HttpRequest], HttpResponseBase]:
    """Show a page to whom its factors are, and to staff who have yet to enrol before they get in.

    Whoever has a factor must have used it, and changes need a recent proof: a stolen password or
    session alone adds and removes nothing.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            waiting = halfway(request)
            if waiting is None or has_factor(waiting.user):
                return SeeOther(resolve_url(settings.LOGIN_URL))
            return view(request, waiting.user)
        if has_factor(user) and not user.is_verified():  # type: ignore[attr-defined]  # django-otp's
            return SeeOther(f"{reverse('accounts:code')}?next={reverse('accounts:factors')}")
        if request.method == "POST" and not is_recent(request):
            return ask_again(request, back=reverse("accounts:factors"))
        return view(request, user)

    return private(guarded)


@require_safe
@of_a_person
def factors(request: HttpRequest, user: User) -> HttpResponse:
    """Show what somebody has besides the password, and what they could add."""
    return _page(request, user)


@require_POST
@of_a_person
def begin_app(request: HttpRequest, user: User) -> HttpResponse:
    """Make a key for an authenticator app."""
    commands.begin_totp(user_id=user.pk)
    return SeeOther(reverse("accounts:app"))


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_person
def app(request: HttpRequest, user: User) -> HttpResponse:
    """Show the key to scan, and take its first code."""
    device = app_in_waiting(user.pk)
    if device is None:
        return SeeOther(reverse("accounts:factors"))
    picture = segno.make(device.uri, error="m").svg_data_uri(scale=5, border=2)
    page = partial(form_page, request, "accounts/app.html", device=device, picture=picture)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return page(form)
    try:
        made = commands.confirm_totp(user_id=user.pk, code=form.cleaned_data["code"])
    except DomainError as refusal:
        return page(form, refusal)
    return _enrolled(request, user, made)


@require_POST
@of_a_person
def passkey_options(request: HttpRequest, user: User) -> HttpResponse:
    """Tell the browser how to make a passkey for this shop."""
    options = creation_options(user.pk)
    keep_challenge(request, options, purpose="new")
    return json_answer(options)


@require_POST
@of_a_person
def add_passkey(request: HttpRequest, user: User) -> HttpResponse:
    """Keep the passkey the browser made."""
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form)
    try:
        made = commands.add_passkey(
            user_id=user.pk,
            name=form.cleaned_data["name"],
            credential=answer_of(request),
            challenge=challenge_of(request, purpose="new"),
        )
    except DomainError as refusal:
        return _page(request, user, form, refusal)
    return _enrolled(request, user, made)


@require_POST
@of_a_person
def make_codes(request: HttpRequest, user: User) -> HttpResponse:
    """Make new recovery codes and show them, this once."""
    return _codes(request, commands.make_recovery_codes(user_id=user.pk))


@require_POST
@of_a_person
def remove(request: HttpRequest, user: User) -> HttpResponse:
    """Remove the factor the form names."""
    try:
        factor_id = UUID(request.POST.get("factor", ""))
    except ValueError:
        raise Http404 from None
    try:
        commands.remove_factor(user_id=user.pk, factor_id=factor_id)
    except DomainError as refusal:
        return _page(request, user, refusal=refusal)
    messages.success(request, _("It is removed. We have sent you a mail about it."))
    return SeeOther(reverse("accounts:factors"))


def _enrolled(request: HttpRequest, user: User, made: Enrolled) -> HttpResponse:
    """Go on as somebody who has just used the new factor; who was on the way in is in now."""
    waiting = halfway(request)
    if request.user.is_authenticated:
        verify(request, made.factor)
    elif waiting:
        enter(request, user, made.factor)
    next_url = waiting.next_url if waiting else reverse("accounts:factors")
    if made.codes:
        return _codes(request, made.codes, next_url)
    messages.success(request, _("It works. From now on we ask for it when you log in."))
    return SeeOther(next_url)


def _codes(request: HttpRequest, codes: list[str], next_url: str = "") -> HttpResponse:
    context = {"codes": codes, "next_url": next_url or reverse("accounts:factors")}
    return render(request, "accounts/recovery_codes.html", context)


def _page(
    request: HttpRequest,
    user: User,
    form: PasskeyForm | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    mine = factors_of(user.pk)
    form = form or PasskeyForm()
    return form_page(request, PAGE, form, refusal, factors=mine, person=user)
