"""Asked again, before something sensitive: the password, or a code."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import commands
from accounts.forms import ProofForm
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private
from shopflow.lib.proof import note_proof, safe_path


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def prove(request: HttpRequest) -> HttpResponse:
    """Take a proof that it is still them, and lead back to where they were."""
    next_url = safe_path(request, request.GET.get("next", ""), default="/")
    form = ProofForm(request.POST or None)
    context = {
        "form": form,
        "is_undone": "undone" in request.GET,
        "has_code": request.user.is_verified(),  # type: ignore[union-attr]  # django-otp's
        "sentence": "",
    }
    status = 200
    if request.method == "POST":
        form.is_valid()
        try:
            commands.prove(user_id=request.user.pk, answer=form.cleaned_data.get("answer", ""))
        except DomainError as refusal:
            context["sentence"], status = str(refusal), refusal.status
        else:
            note_proof(request)
            return SeeOther(next_url)
    return render(request, "accounts/prove.html", context, status=status)
