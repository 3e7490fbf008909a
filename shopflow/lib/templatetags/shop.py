"""How templates write the shop's values: money, dates, countries, pictures."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from babel.units import format_unit
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, to_locale

from shopflow.lib.languages import Reading, readings

register = template.Library()
KILOGRAM = 1000


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """Write an amount as the reader's language does, in the shop's currency unless one is named."""
    if amount is None:
        return ""
    return format_currency(amount, currency or settings.DEFAULT_CURRENCY, locale=_locale())


@register.filter
def day(moment: date) -> str:
    """Write a day with its weekday, short: "Tue, Nov 24"."""
    return format_date(moment, _day_pattern(), locale=_locale())


@register.filter
def label(name: str) -> str:
    """Write the name of an attribute; one that is kept as made-in reads "Made in"."""
    words = name.replace("-", " ").replace("_", " ") if name.islower() else name
    return words[:1].upper() + words[1:]


@register.filter
def said(value: Any) -> str:
    """Write the value of an attribute: several with commas, a truth as a word."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(map(said, value))
    return str(value)


@register.filter
def weight(grams: int) -> str:
    """Write a weight as the reader's language does: 850 g, 2.4 kg."""
    if grams < KILOGRAM:
        return format_unit(grams, "mass-gram", "short", locale=_locale())
    return format_unit(grams / KILOGRAM, "mass-kilogram", "short", "#,##0.##", locale=_locale())


@register.filter
def country(code: str) -> str:
    """Write a country's name in the reader's language; an unknown code stays as it is."""
    return str(Locale.parse(_locale()).territories.get(code, code))


@register.simple_tag
def icon(name: str, css: str = "icon") -> SafeString:
    """Draw an icon of the sprite; it says nothing to screen readers."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("shop/sprite.svg"),
        name,
    )


@register.inclusion_tag("_picture.html")
def picture(image: Any, alt: str = "", css: str = "", *, first: bool = False) -> dict[str, Any]:
    """Show a product picture, or the drawn parcel where there is none.

    `first` is for the one above the fold: it is loaded at once, the others when they come near.
    """
    has_file = bool(image and image.file)
    return {
        "src": image.file.url if has_file else static("shop/no-picture.svg"),
        "width": (has_file and image.width) or 1200,
        "height": (has_file and image.height) or 1500,
        "alt": (has_file and image.alt_text) or alt,
        "css": css,
        "first": first,
    }


@register.simple_tag(takes_context=True)
def languages(context: template.Context) -> list[Reading]:
    """Return the page in every language; nothing on a page that answers no request.

    What an address needs behind its path, a page has as `query`.
    """
    request = context.get("request")
    return readings(request, context.get("query") or "") if request else []


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)


def _day_pattern() -> str:
    return "EEE, d. MMM" if _locale().startswith("de") else "EEE, MMM d"
