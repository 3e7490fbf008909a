"""Text with simple markup that somebody outside of the code wrote, made harmless."""

from html import unescape

import nh3
from django.utils.html import strip_tags

TAGS = set(
    "p br strong b em i u s ul ol li h2 h3 h4 blockquote hr a table thead tbody tr th td".split()
)


def harmless(html: str) -> str:
    """Return the HTML with simple tags and links only: no scripts, pictures or styles."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    ).strip()


def plain(html: str) -> str:
    """Return what a text with markup says, without it."""
    # Words of neighbouring paragraphs stay apart.
    return " ".join(unescape(strip_tags(html.replace("<", " <"))).split())
