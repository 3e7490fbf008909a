"""What pages with a form answer."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from shopflow.lib.errors import DomainError, InvalidInput, retry_after

# Which field a refusal is about, if the page's form has it.
FIELDS = {
    "email_invalid": "email",
    "email_unchanged": "email",
    "password_refused": "password",
    "password_wrong": "old",
    "phone_invalid": "phone",
}


def form_page(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    refusal: DomainError | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form, and what is wrong with what was sent."""
    status = refusal.status if refusal else InvalidInput.status if form.errors else 200
    field = FIELDS.get(refusal.code) if refusal else None
    if refusal and field in form.fields:
        form.add_error(field, str(refusal))
        refusal_above = ""
    else:
        refusal_above = str(refusal or "")
    context |= {"form": form, "sentence": refusal_above}
    response = render(request, template, context, status=status)
    if refusal and (seconds := retry_after(refusal)):
        response["Retry-After"] = seconds
    return response


def owner(request: HttpRequest) -> User:
    """Return who is logged in; the view has asked for it."""
    return cast(User, request.user)
