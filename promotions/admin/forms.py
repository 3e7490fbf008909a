"""What staff write about coupons and promotions."""

from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import Category, Product
from promotions.models import Coupon, Promotion
from shopflow.lib.admin import CommandForm

R = TypeVar("R", Coupon, Promotion)
TERMS = (
    "discount_type",
    "discount_value",
    "tier_by",
    "tiers",
    "buy_quantity",
    "get_quantity",
    "scope",
    "style_codes",
    "category_ids",
    "min_order_amount",
    "max_discount_amount",
    "usage_limit",
    "usage_limit_per_user",
    "starts_at",
    "expires_at",
    "stackable",
    "priority",
    "is_active",
    "description",
)
HELP = {
    "discount_value": "Percent or amount off; 0 for free shipping, and for steps",
    "tier_by": "For “spend 50, get 5 %; spend 100, get 10 %” or “from 3 items on”",
    "buy_quantity": "Only for “buy x, get y”",
    "get_quantity": "Only for “buy x, get y”: so many of the cheapest",
    "min_order_amount": "Of the whole order, before discounts",
    "max_discount_amount": "Empty: no upper limit",
    "usage_limit": "In all. Empty: any number of times",
    "usage_limit_per_user": "Per account or e-mail. Empty: any number of times",
    "starts_at": "UTC. Empty: at once",
    "expires_at": "UTC. Empty: never",
    "description": "What shoppers read. Empty: what it takes off",
}


class DiscountForm(CommandForm[R]):
    """The terms of a discount. Whether they make sense is the command's to say, in its words."""

    tiers = forms.CharField(
        label="Steps",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One per line: where it begins, a colon, what it takes off. For example 50: 5",
    )
    style_codes = forms.CharField(
        label="Products",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Their style codes, one per line; for the scope “products”",
    )
    category_ids = forms.MultipleChoiceField(
        label="Categories",
        required=False,
        help_text="With all below them; for the scope “categories”",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text
        if "category_ids" in self.fields:
            self.fields["category_ids"].choices = _trails()  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            rule: Any = self.instance
            self.initial["tiers"] = "\n".join(
                f"{start.normalize():f}: {value.normalize():f}"
                for start, value in zip(rule.tier_from, rule.tier_value, strict=True)
            )
            codes = rule.products.order_by("id").values_list("product__sku", flat=True)
            self.initial["style_codes"] = "\n".join(codes)
            categories = rule.categories.values_list("category", flat=True)
            self.initial["category_ids"] = [str(pk) for pk in categories]

    def clean_tiers(self) -> list[tuple[Decimal, Decimal]]:
        lines = [line for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        try:
            found = [tuple(Decimal(part.strip()) for part in line.split(":")) for line in lines]
        except InvalidOperation:
            found = [()]
        if not all(len(pair) == 2 and all(n.is_finite() for n in pair) for pair in found):
            raise ValidationError("Write each step like this: 50: 5")
        return [(start, value) for start, value in found]

    def clean_style_codes(self) -> list[UUID]:
        codes = {line.strip() for line in self.cleaned_data["style_codes"].splitlines()} - {""}
        known = dict(Product.objects.filter(sku__in=codes).values_list("sku", "pk"))
        if unknown := sorted(codes - known.keys()):
            raise ValidationError(f"There is no product with this style code: {unknown[0]}")
        return list(known.values())

    def clean_category_ids(self) -> list[UUID]:
        return [UUID(pk) for pk in self.cleaned_data["category_ids"]]

    @property
    def terms(self) -> dict[str, Any]:
        """What the form says, as the commands take it."""
        said = dict(self.cleaned_data)
        tiers = said.pop("tiers")
        return {
            "tier_from": [start for start, _ in tiers],
            "tier_value": [value for _, value in tiers],
            "product_ids": said.pop("style_codes"),
            "category_ids": said.pop("category_ids"),
            **said,
        }

    def _get_validation_exclusions(self) -> set[str]:
        # The fields are checked one by one; a CHECK of the table says its name, the command why.
        return {field.name for field in self.instance._meta.fields}


class CodesForm(forms.Form):
    """How many codes, and how they look."""

    count = forms.IntegerField(label="How many", min_value=1, max_value=10_000, initial=100)
    beginning = forms.CharField(required=False, max_length=20, help_text="For example SPRING-")
    pattern = forms.CharField(
        initial="XXXX-XXXX",
        max_length=40,
        help_text="Each X becomes a letter or digit that nobody takes for another",
    )


def _trails() -> list[tuple[str, str]]:
    """Return categories as “Clothes › Shirts”, in the order of the tree."""
    rows = {category.pk.hex: category for category in Category.objects.all()}
    named = [
        (str(row.pk), " › ".join(rows[label].name for label in row.ancestor_ids))
        for row in rows.values()
    ]
    return sorted(named, key=lambda pair: pair[1])
