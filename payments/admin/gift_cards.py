"""Gift cards, as staff see them: given with a reason, corrected, blocked, mailed again."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from payments import commands
from payments.models import GiftCard
from shopflow.lib.admin import Act, ActingAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.money import Money
from shopflow.lib.proof import ask_again, is_recent

CENT = Decimal("0.01")


class GiveForm(forms.Form):
    """A card the shop gives: its code is shown once, and mailed if there is an address."""

    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=CENT)
    reason = forms.CharField(max_length=100, help_text="For the card's history")
    recipient_email = forms.EmailField(label="Mail it to", required=False)
    expires_at = forms.DateTimeField(label="Ends (UTC)", required=False, help_text="Empty: never")


class CorrectForm(forms.Form):
    change = forms.DecimalField(
        max_digits=12, decimal_places=2, help_text="Below 0 takes money off the card"
    )
    reason = forms.CharField(max_length=100)


def correct(card: GiftCard, *, by: UUID | None, change: Decimal, reason: str) -> str:
    row = commands.adjust_card(card_id=card.pk, change=change, reason=reason, by=by)
    return f"There is {Money(row.balance, row.currency)} on the card now."


def block(card: GiftCard, *, by: UUID | None) -> str:
    commands.block_card(card_id=card.pk)
    return "The card pays for nothing more."


def unblock(card: GiftCard, *, by: UUID | None) -> str:
    commands.unblock_card(card_id=card.pk)
    return "The card can be used again."


def resend(card: GiftCard, *, by: UUID | None) -> str:
    commands.resend_card(card_id=card.pk, by=by)
    return "Mailed with a new code; the old one opens nothing any more."


@admin.register(GiftCard)
class GiftCardAdmin(ActingAdmin[GiftCard]):
    acts = (
        Act(name="correct", title="Correct", form=CorrectForm, run=correct, is_grave=True),
        Act(
            name="resend",
            title="Mail again",
            run=resend,
            hint="With a new code. Whoever has the old one can't use it any more.",
            is_possible=lambda card: bool(card.is_active and card.recipient_email),
        ),
        Act(name="block", title="Block", run=block, is_possible=lambda card: card.is_active),
        Act(
            name="unblock",
            title="Unblock",
            run=unblock,
            is_possible=lambda card: not card.is_active,
        ),
    )
    change_list_template = "admin/payments/giftcard/change_list.html"
    shows_personal_data = True
    list_display = ("card", "created_at", "left", "worth", "recipient_email", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code_last_four__exact", "recipient_email__exact")
    search_help_text = "The last four signs of a code, or a whole e-mail"
    ordering = ("-id",)
    sortable_by = ()

    def get_urls(self) -> list[URLPattern]:
        give = self.admin_site.admin_view(self.give_view)
        return [path("give/", give, name="payments_giftcard_give"), *super().get_urls()]

    def give_view(self, request: HttpRequest) -> HttpResponse:
        """Give a gift card, and show its code this once."""
        if not self.has_command_permission(request):
            raise PermissionDenied
        if request.method == "POST" and not is_recent(request):
            return ask_again(request, back=reverse("admin:payments_giftcard_give"))
        form = GiveForm(request.POST if request.method == "POST" else None)
        status = 400 if form.is_bound else 200
        if form.is_valid():
            try:
                card, code = commands.issue_card(by=request.user.pk, **form.cleaned_data)
            except DomainError as refusal:
                status = refusal.status
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, f"Its code, shown this once: {code}", messages.SUCCESS)
                return HttpResponseRedirect(
                    reverse("admin:payments_giftcard_change", args=[card.pk])
                )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Give a gift card",
            "form": form,
        }
        return TemplateResponse(
            request, "admin/payments/giftcard/give.html", context, status=status
        )

    def page_context(self, request: HttpRequest, row: GiftCard) -> dict[str, Any]:
        moves = row.transactions.select_related("created_by", "order").order_by("-id")
        held = row.holds.filter(status="held").select_related("order")
        return {"moves": moves, "held": held}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[GiftCard]":
        return super().get_queryset(request).select_related("order_item__order")

    @admin.display(description="Card")
    def card(self, card: GiftCard) -> str:
        return str(card)

    @admin.display(description="Left")
    def left(self, card: GiftCard) -> str:
        return str(Money(card.balance, card.currency))

    @admin.display(description="Worth at first")
    def worth(self, card: GiftCard) -> str:
        return str(Money(card.initial_amount, card.currency))
