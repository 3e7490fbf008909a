from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import commands
from accounts.errors import AddressNotFound
from accounts.models import UserAddress
from accounts.queries import address_of, addresses_of
from accounts.views.answers import form_page, owner
from shopflow.lib.addresses import Country, country_of, known_countries
from shopflow.lib.addresses.form import AddressForm
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private
from shopflow.lib.templatetags.shop import country as name_of
from shopflow.lib.transactions import acting_as, reading_as

Type = UserAddress.Type
TYPES = (
    (Type.SHIPPING, gettext_lazy("For parcels")),
    (Type.BILLING, gettext_lazy("For invoices")),
    (Type.RETURN, gettext_lazy("For what comes back")),
)


# Fields that stand beside each other.
HALVES = ("first_name", "last_name")


class BookForm(AddressForm):
    """An address with what it is for."""

    address_type = forms.ChoiceField(
        label=gettext_lazy("What it is for"),
        choices=TYPES,
        widget=forms.Select(attrs={"class": "select"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def addresses(request: HttpRequest) -> HttpResponse:
    """List the address book; POST removes an address or makes it the default of its type."""
    user_id = owner(request).pk
    if request.method == "POST":
        return _act(request, user_id)
    with reading_as(user_id=user_id):
        rows = addresses_of(user_id).order_by("address_type", "-is_default", "-id")
        return render(request, "accounts/addresses.html", {"rows": rows, "types": dict(TYPES)})


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def new_address(request: HttpRequest) -> HttpResponse:
    """Ask for the country first, then for what an address there needs."""
    country = _country(request.GET.get("country", ""))
    if country is None:
        return render(request, "accounts/address_country.html", {"countries": _countries()})
    form = BookForm(request.POST if request.method == "POST" else None, country=country)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    user_id = owner(request).pk
    try:
        with acting_as(user_id):
            commands.add_address(user_id=user_id, **_given(form))
    except DomainError as refusal:
        return _page(request, form, refusal)
    messages.success(request, _("Saved."))
    return SeeOther(reverse("accounts:addresses"))


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def address(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Change an address; its country too, which brings that country's fields."""
    user_id = owner(request).pk
    with reading_as(user_id=user_id):
        row = address_of(user_id=user_id, address_id=address_id)
    country = _country(request.GET.get("country", "")) or country_of(row.country_code)
    written = {name: getattr(row, name) for name in (*commands.PARTS, "address_type")}
    form = BookForm(
        request.POST if request.method == "POST" else None, initial=written, country=country
    )
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, row=row)
    given = _given(form)
    with acting_as(user_id):
        commands.change_address(
            user_id=user_id,
            address_id=address_id,
            changes=given["address"],
            address_type=given["address_type"],
        )
    messages.success(request, _("Saved."))
    return SeeOther(reverse("accounts:addresses"))


def _act(request: HttpRequest, user_id: UUID) -> HttpResponse:
    try:
        address_id = UUID(request.POST.get("address", ""))
    except ValueError:
        raise AddressNotFound from None
    with acting_as(user_id):
        if request.POST.get("action") == "remove":
            commands.remove_address(user_id=user_id, address_id=address_id)
            messages.success(request, _("The address is removed."))
        else:
            commands.make_default(user_id=user_id, address_id=address_id)
            messages.success(request, _("This is your first choice from now on."))
    return SeeOther(reverse("accounts:addresses"))


def _page(
    request: HttpRequest, form: BookForm, refusal: DomainError | None = None, **context: Any
) -> HttpResponse:
    context |= {"countries": _countries(), "chosen": form.country.code, "halves": HALVES}
    return form_page(request, "accounts/address.html", form, refusal, **context)


def _given(form: BookForm) -> dict[str, Any]:
    return {"address": form.address, "address_type": form.cleaned_data["address_type"]}


def _country(code: str) -> Country | None:
    try:
        return country_of(code)
    except LookupError:
        return None


def _countries() -> list[tuple[str, str]]:
    """Return all countries by their name in the reader's language."""
    return sorted(((code, name_of(code)) for code in known_countries()), key=lambda pair: pair[1])
