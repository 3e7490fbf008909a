"""Asked again, before something sensitive: the password, or a code."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import commands
from accounts.forms import ProofForm
from accounts.views.answers import form_page, owner
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private
from shopflow.lib.proof import note_proof, safe_path

PAGE = "accounts/prove.html"


@sensitive_post_parameters("answer")
@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def prove(request: HttpRequest) -> HttpResponse:
    """Take a proof that it is still them, and lead back to where they were."""
    next_url = safe_path(request, request.GET.get("next", ""), default="/")
    is_undone = "undone" in request.GET
    form = ProofForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return form_page(request, PAGE, form, is_undone=is_undone)
    try:
        commands.prove(user_id=owner(request).pk, answer=form.cleaned_data["answer"])
    except DomainError as refusal:
        return form_page(request, PAGE, form, refusal, is_undone=is_undone)
    note_proof(request)
    return SeeOther(next_url)
