"""What a page carries that a strict content security policy would stop."""

from collections.abc import Iterator
from html.parser import HTMLParser

# Data that browsers don't run: https://html.spec.whatwg.org/#data-block
DATA = {"application/ld+json", "application/json", "speculationrules"}


def inline(page: str) -> list[str]:
    """Return each inline script, style, event handler and javascript: address, as it stands."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += (f"<{tag} {fault}>" for fault in _faults(attrs))
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in given and given.get("type") not in DATA:
            self.found.append("<script> without src")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def _faults(attrs: list[tuple[str, str | None]]) -> Iterator[str]:
    for name, value in attrs:
        said = "".join((value or "").split()).lower()
        if name == "style" or name.startswith("on") or said.startswith("javascript:"):
            yield f'{name}="{value}"'
        if name == "nonce":
            yield "nonce"
