"""Orders that staff write for a customer, on the phone say; the customer pays by a mailed link."""

from dataclasses import fields
from decimal import Decimal
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from carts import commands as carts
from carts.errors import UnknownVariant
from carts.models import Cart, CartItem
from carts.queries import Destination, Quote, answers_of, price_cart, written_by_staff
from catalog.models import ProductVariant
from orders import commands
from orders.models import Order
from shipping.errors import ShippingMethodUnavailable
from shipping.queries import countries
from shopflow.lib.addresses import AddressInvalid, checked_address
from shopflow.lib.admin import Act, ActingAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.money import Money
from shopflow.lib.templatetags.shop import country

PARTS = tuple(field.name for field in fields(commands.Address))
MAY = "orders.draft_order"


class CustomerForm(forms.Form):
    email = forms.EmailField(label="The customer's e-mail", max_length=254)


class LineForm(forms.Form):
    sku = forms.CharField(max_length=100, label="SKU")
    quantity = forms.IntegerField(
        min_value=0,
        max_value=carts.MOST_UNITS,
        initial=1,
        help_text="0 takes it out again.",
    )


class CouponForm(forms.Form):
    code = forms.CharField(max_length=carts.MOST_CODE_LENGTH)
    is_removed = forms.BooleanField(required=False, label="Take it out again")


class DeliveryForm(forms.Form):
    """Where it goes and how; `initial["methods"]` are (id, words) of the ways there."""

    first_name = forms.CharField(max_length=100)
    last_name = forms.CharField(max_length=100)
    company = forms.CharField(max_length=100, required=False)
    address_line_1 = forms.CharField(max_length=255, label="Street and number")
    address_line_2 = forms.CharField(max_length=255, required=False, label="Apartment, floor")
    postal_code = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=100, required=False)
    state = forms.CharField(max_length=100, required=False)
    country_code = forms.ChoiceField(label="Country")
    phone = forms.CharField(max_length=40, required=False)
    shipping_method = forms.ChoiceField(
        required=False, help_text="The ways there are known once the address is saved."
    )
    note = forms.CharField(required=False, max_length=300, label="Note of the customer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields
        named["country_code"].choices = [(code, country(code)) for code in countries()]
        methods = self.initial.get("methods", ())
        named["shipping_method"].choices = [("", "The cheapest"), *methods]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            return {**cleaned, **checked_address({name: cleaned[name] for name in PARTS})}
        except AddressInvalid as error:
            for name, fault in error.faults.items():
                self.add_error(name, fault.sentence)
        return cleaned


class SendForm(forms.Form):
    """What staff and customer agreed on: nothing else is placed."""

    expected_total = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)


def put(draft: Cart, *, by: UUID | None, sku: str, quantity: int) -> str:
    variant = ProductVariant.objects.filter(sku=sku.strip(), deleted_at=None).first()
    if variant is None:
        raise UnknownVariant
    item = CartItem.objects.filter(cart=draft, variant=variant).first()
    if quantity == 0:
        if item is not None:
            carts.remove_line(cart_id=draft.pk, item_id=item.pk)
        return f"{sku} is out."
    if item is None:
        carts.add_line(cart_id=draft.pk, variant_id=variant.pk, quantity=quantity)
    else:
        carts.set_quantity(cart_id=draft.pk, item_id=item.pk, quantity=quantity)
    return f"{quantity} × {sku} it is."


def enter(draft: Cart, *, by: UUID | None, code: str, is_removed: bool) -> str:
    if is_removed:
        carts.remove_coupon(cart_id=draft.pk, code=code)
        return f"{code} is out."
    carts.enter_coupon(cart_id=draft.pk, code=code)
    return f"{code} is in."


def deliver_to(draft: Cart, *, by: UUID | None, **answers: str) -> str:
    carts.note_answers(cart_id=draft.pk, answers=answers)
    return "Saved; the prices below are for this address."


def send(draft: Cart, *, by: UUID, expected_total: Decimal) -> str:
    order = commands.place_draft(cart_id=draft.pk, expected_total=expected_total, by=by)
    if not order.is_payable:
        return f"{order} is placed; there is nothing to pay."
    total = Money(order.total, order.currency)
    return f"{order} is placed, and a link to pay {total} is on its way to {order.customer_email}."


def discard(draft: Cart, *, by: UUID | None) -> str:
    carts.discard_draft(cart_id=draft.pk)
    return "The draft is gone."


def quote_of(draft: Cart) -> Quote:
    """Return what a draft costs now, as far as its destination is known."""
    answers = answers_of(draft.pk)
    code = answers.get("country_code", "")
    there = Destination(code, answers.get("state", ""), answers.get("postal_code", ""))
    method = answers.get("shipping_method")
    price = partial(
        price_cart, cart_id=draft.pk, address=there if code else None, email=draft.email
    )
    try:
        return price(shipping_method_id=UUID(method) if method else None)
    except ShippingMethodUnavailable:  # the address changed: the cheapest way is shown instead
        return price()


def _delivery(draft: Cart) -> dict[str, Any]:
    options = quote_of(draft).shipping_options
    methods = [(str(one.id), f"{one.name}, {Money(one.price, draft.currency)}") for one in options]
    return {**answers_of(draft.pk), "methods": methods}


def _is_ready(draft: Cart) -> bool:
    return _is_open(draft) and bool(answers_of(draft.pk)) and draft.items.exists()


def _is_open(draft: Cart) -> bool:
    return draft.closed_at is None


@admin.register(Cart)
class DraftAdmin(ActingAdmin[Cart]):
    acts = (
        Act(
            name="line",
            title="Add or change a product",
            permission=MAY,
            form=LineForm,
            run=put,
            is_possible=_is_open,
        ),
        Act(
            name="delivery",
            title="Address and delivery",
            permission=MAY,
            form=DeliveryForm,
            initial=_delivery,
            run=deliver_to,
            is_possible=_is_open,
        ),
        Act(
            name="coupon",
            title="Coupon",
            permission=MAY,
            form=CouponForm,
            run=enter,
            is_possible=_is_open,
        ),
        Act(
            name="send",
            title="Send payment link",
            permission=MAY,
            hint="The order is placed at the total shown here and its stock is held for three days."
            " The customer gets a mail with a link to pay.",
            form=SendForm,
            initial=lambda draft: {"expected_total": quote_of(draft).total},
            run=send,
            is_possible=_is_ready,
        ),
        Act(
            name="discard",
            title="Throw the draft away",
            permission=MAY,
            run=discard,
            is_possible=_is_open,
        ),
    )
    shows_personal_data = True
    list_display = ("email", "created_at", "created_by", "state")
    list_select_related = ("created_by",)
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Cart]":
        return written_by_staff().select_related("created_by", "user").order_by("-id")

    def has_view_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return bool(request.user.has_perm(MAY))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY))

    def get_urls(self) -> list[URLPattern]:
        begin = self.admin_site.admin_view(self.begin_view)
        return [path("begin/", begin, name="carts_cart_begin"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": "Orders written for customers"}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Ask whose order it will be, and begin it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = CustomerForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                draft = carts.open_for_customer(by=cast(UUID, request.user.pk), **form.cleaned_data)
            except DomainError as error:
                form.add_error("email", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:carts_cart_change", args=[draft.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Write an order for a customer",
            "form": form,
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "admin/carts/cart/begin.html", context, status=status)

    def page_context(self, request: HttpRequest, row: Cart) -> dict[str, Any]:
        placed = Order.objects.filter(order_number=row.name).first() if row.name else None
        return {
            "quote": quote_of(row) if _is_open(row) else None,
            "answers": answers_of(row.pk),
            "placed": placed,
        }

    @admin.display(description="State")
    def state(self, draft: Cart) -> str:
        return "open" if _is_open(draft) else f"sent as {draft.name}"
