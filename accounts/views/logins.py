from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import commands
from accounts.errors import EmailNotVerified
from accounts.forms import LoginForm
from accounts.views.answers import form_page
from accounts.views.entering import go_in, sign_in_of
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private

PAGE = "accounts/login.html"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@private
def login(request: HttpRequest) -> HttpResponse:
    """Let somebody in, and lead them where they were going within the shop."""
    next_url = _next_url(request)
    if request.user.is_authenticated:
        return SeeOther(next_url)
    form = LoginForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, PAGE, form, next=next_url)
    data = form.cleaned_data
    try:
        user = commands.check_login(email=data["username"], password=data["password"])
    except DomainError as refusal:
        is_unverified = isinstance(refusal, EmailNotVerified)
        return form_page(request, PAGE, form, refusal, next=next_url, is_unverified=is_unverified)
    return go_in(request, user, next_url)


@require_POST
@private
def logout(request: HttpRequest) -> HttpResponse:
    """End this browser's sign-in; its session is emptied."""
    family = sign_in_of(request)
    if family is not None:
        commands.sign_out(family=family)
    auth.logout(request)
    return SeeOther(resolve_url(settings.LOGOUT_REDIRECT_URL))


def _next_url(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)
