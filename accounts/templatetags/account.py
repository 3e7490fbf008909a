"""The pages of an account, for the navigation beside each of them."""

from typing import Any, NamedTuple

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()
PAGES = (
    ("accounts:account", _("Overview")),
    ("orders:mine", _("Your orders")),
    ("accounts:profile", _("Name and phone")),
    ("accounts:addresses", _("Addresses")),
    ("payments:cards", _("Saved cards")),
    ("payments:gift-cards", _("Gift cards")),
    ("accounts:email", _("E-mail address")),
    ("accounts:password", _("Password")),
    ("accounts:factors", _("Second factor")),
    ("accounts:devices", _("Devices")),
    ("privacy:data", _("Your data")),
    ("accounts:close", _("Close the account")),
)


class Entry(NamedTuple):
    url: str
    label: str
    is_here: bool


@register.simple_tag(takes_context=True)
def account_pages(context: dict[str, Any]) -> list[Entry]:
    """Return the pages there are; which of them is shown now says `is_here`."""
    match = context["request"].resolver_match
    here = match.view_name if match else ""
    return [
        Entry(url, str(label), name == here)
        for name, label in PAGES
        if (url := _url(name)) is not None
    ]


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
