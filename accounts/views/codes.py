"""Asked after the password: a code of the app, a recovery code, or a passkey."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from accounts import commands
from accounts.forms import CodeForm
from accounts.models import Factor, User
from accounts.queries import factors_of, has_factor, request_options
from accounts.views.answers import form_page
from accounts.views.entering import enter, halfway, verify
from accounts.views.passkeys import answer_of, challenge_of, json_answer, keep_challenge
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private
from shopflow.lib.proof import note_proof, safe_path


@dataclass(frozen=True)
class Asked:
    """Who is asked for the second factor: on their way in, or signed in without it."""

    user: User
    next_url: str
    is_inside: bool


@require_http_methods(["GET", "HEAD", "POST"])
@private
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor; with it whoever proved the password is in."""
    asked = _asked(request)
    if asked is None:
        return SeeOther(resolve_url(settings.LOGIN_URL))
    is_passkey = "credential" in request.POST
    form = CodeForm(request.POST if request.method == "POST" and not is_passkey else None)
    if not is_passkey and not form.is_valid():
        return _page(request, asked, form)
    try:
        factor = _proved_factor(request, asked.user, form)
    except DomainError as refusal:
        return _page(request, asked, form, refusal)
    if asked.is_inside:
        verify(request, factor)
        note_proof(request)
    else:
        enter(request, asked.user, factor)
    return SeeOther(asked.next_url)


@require_POST
@private
def code_options(request: HttpRequest) -> HttpResponse:
    """Tell the browser which passkeys may answer, and what they have to sign."""
    asked = _asked(request)
    if asked is None:
        return json_answer(None)
    options = request_options(asked.user.pk)
    keep_challenge(request, options, purpose="code")
    return json_answer(options)


def _asked(request: HttpRequest) -> Asked | None:
    if (waiting := halfway(request)) and has_factor(waiting.user):
        return Asked(waiting.user, waiting.next_url, is_inside=False)
    user = request.user
    if isinstance(user, User) and has_factor(user):
        target = request.GET.get(REDIRECT_FIELD_NAME, "")
        home = resolve_url(settings.LOGIN_REDIRECT_URL)
        return Asked(user, safe_path(request, target, default=home), is_inside=True)
    return None


def _proved_factor(request: HttpRequest, user: User, form: CodeForm) -> Factor:
    if "credential" in request.POST:
        return commands.check_passkey(
            user_id=user.pk,
            credential=answer_of(request),
            challenge=challenge_of(request, purpose="code"),
        )
    return commands.check_code(user_id=user.pk, code=form.cleaned_data["code"])


def _page(
    request: HttpRequest, asked: Asked, form: CodeForm, refusal: DomainError | None = None
) -> HttpResponse:
    mine = factors_of(asked.user.pk)
    return form_page(request, "accounts/code.html", form, refusal, factors=mine)
