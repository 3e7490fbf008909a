"""What a page says about itself to search engines and to whoever shares it."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import translate_url
from django.utils.html import strip_tags
from django.utils.text import Truncator

LONGEST_DESCRIPTION = 160  # characters; search engines show no more


@dataclass(frozen=True, kw_only=True)
class Meta:
    """`address` is the one path under which the page wants to be known, in this language.

    `image` is a path too. A page that isn't indexed has no such address.
    """

    title: str
    address: str
    description: str = ""
    image: str = ""
    kind: str = "website"
    is_indexed: bool = True

    @property
    def canonical(self) -> str:
        return f"{settings.SITE_URL}{self.address}"

    @property
    def picture(self) -> str:
        return absolute(self.image) if self.image else ""

    @property
    def summary(self) -> str:
        """The description as plain text, cut at a word."""
        text = " ".join(strip_tags(self.description).split())
        return Truncator(text).chars(LONGEST_DESCRIPTION)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The page's address in each language; the shop's own stands for all others."""
        found = [
            (code, f"{settings.SITE_URL}{translate_url(self.address, code)}")
            for code, _ in settings.LANGUAGES
        ]
        own = dict(found)[settings.LANGUAGE_CODE.partition("-")[0]]
        return [*found, ("x-default", own)]


def absolute(path: str) -> str:
    """Return a path of this shop as a whole address; an address stays as it is."""
    return path if path.startswith(("https://", "http://")) else f"{settings.SITE_URL}{path}"
