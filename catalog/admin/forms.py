"""What staff write about products, read as values."""

import json
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.images import get_image_dimensions
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.forms.models import BaseInlineFormSet

from catalog.models import Category, Product, ProductImage, ProductVariant
from shopflow.lib.admin import CommandForm
from shopflow.lib.html import harmless

LARGEST_PICTURE = 10 * 1024 * 1024
# A small file can hold a picture that takes gigabytes once it is opened.
MOST_PIXELS = 50_000_000
PICTURES = ("jpg", "jpeg", "png", "webp", "gif")
CHANGED_MEANWHILE = (
    "Somebody added or removed some of these since you opened the page. Nothing was saved: please "
    "open the page again and repeat your change."
)


class OptionsField(forms.CharField):
    """Option values, one per line: `Size: M`. What lines can't say is written as JSON."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "cols": 18})
        super().__init__(**{"required": False, "widget": widget, "initial": dict, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        lines = "\n".join(f"{name}: {option}" for name, option in value.items())
        try:
            is_same = self.to_python(lines) == value
        except ValidationError:
            is_same = False
        return lines if is_same else json.dumps(value, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if text.startswith("{"):
            return _options_of_json(text)
        options: dict[str, str] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            name, colon, option = (part.strip() for part in line.partition(":"))
            if not (name and colon and option) or name in options:
                raise ValidationError("Write one option per line, for example “Size: M”.")
            options[name] = option
        return options


class CategoryForm(CommandForm[Category]):
    """A shelf; the shelves it may stand in are named from the root down."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_trails(self, "parent")


class ProductForm(CommandForm[Product]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_trails(self, "category")
        if "sku" in self.fields:
            self.fields["sku"].required = False
            self.fields["sku"].help_text = "Empty: the address is taken"
        if "tags" in self.fields:
            self.fields["tags"].help_text = "Separated by commas"
        if "published_at" in self.fields:
            self.fields["published_at"].help_text = "UTC. Empty: as soon as it is active"

    def clean_description(self) -> str:
        return harmless(self.cleaned_data["description"])

    def clean_attributes(self) -> dict[str, Any]:
        attributes = self.cleaned_data["attributes"] or {}
        if not isinstance(attributes, dict):
            raise ValidationError('Write names and values, for example {"material": "Wool"}.')
        return attributes

    def clean_published_at(self) -> Any:
        before = self.initial.get("published_at")
        if "published_at" not in self.changed_data:
            return before  # the form shows no microseconds, and they sort products
        if before and not self.cleaned_data["published_at"]:
            raise ValidationError(
                "It was published already. To take it out of the shop, untick “Is active”."
            )
        return self.cleaned_data["published_at"]


class _PartForm(forms.ModelForm[Any]):
    """A row of an inline. Whether the rows fit together is the command's to say, in its words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "sort_order" in self.fields:
            self.fields["sort_order"].required = False
            self.fields["sort_order"].label = "Position"
            if self.instance._state.adding:
                self.initial["sort_order"] = None  # a new row goes to the end

    def _get_validation_exclusions(self) -> set[str]:
        # The fields are checked one by one, the row isn't: two variants may swap their SKUs, and
        # where a constraint of the table says its name, the command says what to do.
        return {field.name for field in self.instance._meta.fields}


class VariantForm(_PartForm):
    option_values = OptionsField(label="Options", help_text="One per line: “Size: M”")

    class Meta:
        labels: ClassVar = {
            "compare_at_price": "Price before",
            "weight_grams": "Grams",
            "backorder_policy": "When sold out",
            "is_active": "Active",
        }


class PictureForm(_PartForm):
    file = forms.ImageField(
        label="Upload",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        validators=[FileExtensionValidator(PICTURES)],
    )
    shown_for = forms.ChoiceField(label="Variant", required=False)

    class Meta:
        labels: ClassVar = {"alt_text": "Described as"}

    def __init__(self, *args: Any, variants: list[ProductVariant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "All"), *((str(variant.pk), variant.name) for variant in variants)]
        if "shown_for" in self.fields:
            self.fields["shown_for"].choices = choices  # type: ignore[attr-defined]  # ChoiceField
        self.initial["shown_for"] = str(self.instance.variant_id or "")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile) and (file.size or 0) > LARGEST_PICTURE:
            raise ValidationError("This picture is larger than 10 MB. Please make it smaller.")
        if isinstance(file, UploadedFile) and _pixels(file) > MOST_PIXELS:
            raise ValidationError("This picture has more than 50 megapixels. Please shrink it.")
        # An imported picture may be known by its address alone.
        if not file and (self.instance._state.adding or not self.instance.source_url):
            raise ValidationError("Choose a picture.")
        return file


def _pixels(file: "UploadedFile[bytes]") -> int:
    # Django opened it already, but for its size only.
    width, height = get_image_dimensions(file)
    return (width or 0) * (height or 0)


class PartFormSet(BaseInlineFormSet[Any, Any, Any]):
    """All variants or pictures of a product: what isn't in it leaves the shop."""

    def clean(self) -> None:
        super().clean()
        shown = {form.instance.pk for form in self.initial_forms}
        if shown != {row.pk for row in self.get_queryset()}:
            raise ValidationError(CHANGED_MEANWHILE)

    @property
    def kept_forms(self) -> list[Any]:
        """The forms of the rows that stay, in the order they are to be shown."""
        kept = [f for f in self.forms if f.cleaned_data and f not in self.deleted_forms]
        return sorted(kept, key=_position)


class PictureFormSet(PartFormSet):
    @cached_property
    def variants(self) -> list[ProductVariant]:
        if self.instance._state.adding:
            return []
        return list(self.instance.variants.filter(deleted_at=None))

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "variants": self.variants}


def _position(form: forms.ModelForm[ProductVariant | ProductImage]) -> tuple[bool, int]:
    position = form.cleaned_data.get("sort_order")
    return position is None, position or 0


def _options_of_json(text: str) -> dict[str, str]:
    try:
        options = json.loads(text)
    except ValueError:
        raise ValidationError("Write one option per line, for example “Size: M”.") from None
    # It begins with a brace, so it is an object.
    if not all(isinstance(option, str) and option for option in options.values()):
        raise ValidationError("Every option needs a value in quotes.")
    return dict(options)


def _offer_trails(form: forms.ModelForm[Any], name: str) -> None:
    """Offer categories as “Clothes › Shirts”, in the order of the tree."""
    if name not in form.fields:
        return
    rows = {category.pk.hex: category for category in Category.objects.all()}
    trails = {
        row.pk: " › ".join(rows[label].name for label in row.ancestor_ids) for row in rows.values()
    }
    choices = sorted(((str(pk), trail) for pk, trail in trails.items()), key=lambda pair: pair[1])
    form.fields[name].choices = [("", "—"), *choices]  # type: ignore[attr-defined]  # ChoiceField
