import csv
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from promotions import commands
from promotions.admin.forms import TERMS, CodesForm, DiscountForm
from promotions.models import Coupon, CouponUsage
from promotions.queries import in_words, with_things, with_uses
from shopflow.lib.admin import CommandAdmin, ReadOnlyAdmin
from shopflow.lib.errors import DomainError


@admin.register(Coupon)
class CouponAdmin(CommandAdmin[Coupon]):
    """Coupons are switched off, never deleted: orders keep pointing at them."""

    form = DiscountForm
    fields = ("code", *TERMS, "used", "summary")
    readonly_fields = ("used", "summary")
    list_display = ("code", "summary", "used", "usage_limit", "is_active")
    list_filter = ("is_active", "discount_type")
    search_fields = ("code__istartswith",)
    search_help_text = "A code, or how it begins"
    ordering = ("-id",)
    history_parts = ("products", "categories")
    actions = ("download", "switch_off")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Coupon]":
        return with_uses(rows=with_things(rows=super().get_queryset(request)))

    def get_urls(self) -> list[URLPattern]:
        codes = self.admin_site.admin_view(self.codes_view)
        mine = path("<uuid:row_id>/codes/", codes, name="promotions_coupon_codes")
        return [mine, *super().get_urls()]

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Coupon:
        return commands.save_coupon(**form.terms, coupon_id=row_id)

    @admin.display(description="Times used")
    def used(self, coupon: Coupon) -> int:
        return getattr(coupon, "uses", 0)

    @admin.display(description="In words")
    def summary(self, coupon: Coupon) -> str:
        return _in_words(coupon)

    @admin.action(description="Download as CSV", permissions=["view"])
    def download(self, request: HttpRequest, coupons: "QuerySet[Coupon]") -> HttpResponse:
        """Hand out the chosen coupons, with how often they were used."""
        rows = [
            (coupon.code, _in_words(coupon), self.used(coupon), coupon.usage_limit or "")
            for coupon in coupons
        ]
        return _csv("coupons.csv", ("code", "in words", "used", "limit"), rows)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, coupons: "QuerySet[Coupon]") -> None:
        """Stop the chosen coupons at once: a list of codes that got into the wrong hands."""
        ids = list(coupons.values_list("pk", flat=True))
        count = commands.switch_off_coupons(coupon_ids=ids)
        self.message_user(request, f"{count} coupons switched off.", messages.SUCCESS)

    def codes_view(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """Make single-use codes on the terms of a coupon, and hand them out as a file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        coupon = self.get_object(request, str(row_id))
        if coupon is None:
            return HttpResponseRedirect(reverse("admin:promotions_coupon_changelist"))
        form = CodesForm(request.POST if request.method == "POST" else None)
        status = 400 if form.is_bound else 200
        if form.is_valid():
            try:
                codes = commands.make_codes(
                    like_id=coupon.pk,
                    count=form.cleaned_data["count"],
                    prefix=form.cleaned_data["beginning"],
                    pattern=form.cleaned_data["pattern"],
                )
            except DomainError as refusal:
                status = refusal.status
                form.add_error(None, str(refusal))
            else:
                return _csv(f"codes-{coupon.code}.csv", ("code",), [(code,) for code in codes])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": coupon,
            "title": f"Codes like {coupon.code}",
            "summary": _in_words(coupon),
            "form": form,
        }
        template = "admin/promotions/coupon/codes.html"
        return TemplateResponse(request, template, context, status=status)


@admin.register(CouponUsage)
class CouponUsageAdmin(ReadOnlyAdmin[CouponUsage]):
    shows_personal_data = True
    list_display = ("coupon", "customer_email", "discount_amount", "created_at", "released_at")
    list_select_related = ("coupon",)
    search_fields = ("coupon__code__iexact", "customer_email__exact")
    search_help_text = "A whole code or e-mail"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("coupon", "order", "customer_email", "discount_amount", "created_at", "released_at")


def _in_words(coupon: Coupon) -> str:
    if coupon._state.adding:
        return ""
    return in_words(rule=coupon, currency=settings.DEFAULT_CURRENCY)


def _csv(name: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    # A coupon's code may be any text: only what is harmless in a header names the file.
    harmless = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-."))
    response["Content-Disposition"] = f'attachment; filename="{harmless}"'
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return response


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@"))
    return f"'{value}" if is_formula else value
