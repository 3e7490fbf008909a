from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_protect

from catalog import commands
from catalog.admin.forms import PartFormSet, PictureForm, PictureFormSet, ProductForm, VariantForm
from catalog.admin.specs import spec_of
from catalog.models import Product, ProductImage, ProductVariant
from catalog.queries import all_words
from shopflow.lib.admin import CommandAdmin


class ShownFilter(admin.SimpleListFilter):
    """Deleted products stay out of the way until somebody asks for them."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("shop", "In the shop"), ("hidden", "Hidden"), ("deleted", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Product]":
        rows: QuerySet[Product] = queryset
        match self.value():
            case "shop":
                return rows.filter(deleted_at=None, is_active=True)
            case "hidden":
                return rows.filter(deleted_at=None, is_active=False)
            case "deleted":
                return rows.exclude(deleted_at=None)
            case _:
                return rows.filter(deleted_at=None)


class PartInline(admin.TabularInline[Any, Product]):
    """A part of a product: whoever may change the product may change it."""

    formset = PartFormSet

    def get_extra(self, request: HttpRequest, obj: Product | None = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0

    def has_view_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return True


class VariantInline(PartInline):
    model = ProductVariant
    form = VariantForm
    fields = (
        "sku", "option_values", "price", "compare_at_price", "stock", "is_active", "sort_order",
        "weight_grams", "backorder_policy", "cost", "barcode",
    )  # fmt: skip
    readonly_fields = ("stock",)

    # Prices are here: whoever writes the texts sees them and doesn't change them.

    def has_add_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return bool(request.user.has_perm("catalog.add_productvariant"))

    def has_change_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return bool(request.user.has_perm("catalog.change_productvariant"))

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return bool(request.user.has_perm("catalog.delete_productvariant"))

    def get_formset(self, request: HttpRequest, obj: Product | None = None, **kwargs: Any) -> Any:
        """A removed variant leaves the shop and its row stays: nothing that names it forbids that.

        Django would ask the database's rules, and every variant has its prices in the history.
        """
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.hand_clean_DELETE = lambda form: None
        return formset

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ProductVariant]":
        return super().get_queryset(request).filter(deleted_at=None).select_related("product")

    @admin.display(description="In stock")
    def stock(self, variant: ProductVariant) -> SafeString | str:
        if variant._state.adding:
            return "—"
        address = reverse("admin:inventory_inventory_changelist")
        return format_html(
            '<a href="{}?{}">{}</a>', address, urlencode({"q": variant.sku}), variant.stock_quantity
        )


class PictureInline(PartInline):
    model = ProductImage
    form = PictureForm
    formset = PictureFormSet
    verbose_name = "picture"
    verbose_name_plural = "pictures"
    fields = ("preview", "file", "alt_text", "shown_for", "sort_order")
    readonly_fields = ("preview",)

    def get_extra(self, request: HttpRequest, obj: Product | None = None, **kwargs: Any) -> int:
        return 0

    @admin.display(description="Picture")
    def preview(self, image: ProductImage) -> SafeString | str:
        if image._state.adding:
            return "—"
        # A form shown again holds the upload, which isn't stored; Django has no public word for it.
        is_stored = image.file and getattr(image.file, "_committed", True)
        return _thumbnail(image) if is_stored else image.source_url or "—"


@admin.register(Product)
class ProductAdmin(CommandAdmin[Product]):
    """A product with its variants and pictures, saved as one by `save_product`."""

    form = ProductForm
    inlines = (VariantInline, PictureInline)
    history_parts = ("variants", "images")
    list_display = ("name", "picture", "brand_name", "price", "stock_quantity", "state")
    list_filter = (ShownFilter, "in_stock", "is_featured")
    ordering = ("-id",)
    sortable_by = ("price",)
    search_fields = ("name",)
    search_help_text = "Beginnings of words, or a whole SKU"
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 - Django's own attribute
    fieldsets = (
        (None, {"fields": ("name", "slug", "brand", "category", "description")}),
        ("In the shop", {"fields": ("is_active", "is_featured", "published_at", "tags")}),
        (
            "More",
            {
                "classes": ("collapse",),
                "fields": (
                    "sku",
                    "tax_class",
                    "is_gift_card",
                    "attributes",
                    "seo_title",
                    "seo_description",
                ),
            },
        ),
    )

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Product:
        variants, pictures = formsets
        spec = spec_of(form, variants, pictures)
        return commands.save_product(spec=spec, product_id=row_id).product

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Product]":
        rows: QuerySet[Product] = Product.objects.with_card().defer(None).defer("search", "names")
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Product], bool]":
        """Find by words as the shop does, hidden products too, or by a variant's whole SKU."""
        by_sku = ProductVariant.objects.filter(sku=search_term.strip()).values("product")
        found = Q(pk__in=by_sku)
        if (words := all_words(search_term)) is not None:
            found |= Q(search=words)
        return (queryset.filter(found) if search_term else queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return bool(request.user.has_perm("catalog.delete_product"))

    @method_decorator(csrf_protect)
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Django's own, without its transaction: the command opens one.
        response: HttpResponse = self._delete_view(  # type: ignore[attr-defined]  # no public name
            request, object_id, extra_context
        )
        return response

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        commands.delete_product(product_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        for product_id in list(queryset.values_list("pk", flat=True)):
            commands.delete_product(product_id=product_id)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Only the product leaves the shop: nothing that belongs to it is removed."""
        names = [str(product) for product in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []

    @admin.display(description="")
    def picture(self, product: Product) -> SafeString | str:
        image: ProductImage | None = getattr(product, "primary_image", None)
        return _thumbnail(image) if image and image.file else "—"

    @admin.display(description="Shown")
    def state(self, product: Product) -> str:
        if product.deleted_at is not None:
            return "Deleted"
        return "In the shop" if product.is_active else "Hidden"


def _thumbnail(image: ProductImage) -> SafeString:
    return format_html(
        '<img class="thumbnail" src="{}" width="48" height="60" alt="" loading="lazy">',
        image.file.url,
    )
