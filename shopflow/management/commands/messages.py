"""`manage.py messages`: what the shop says, collected for its translators."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

# What each function of Django's is called with; 1, 2: singular and plural, (1, "c"): a context.
KEYWORDS: dict[str, Any] = {
    name + ending: arguments
    for ending in ("", "_lazy")
    for name, arguments in {
        "_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
}
CALL = re.compile(r"\b(?:n?p?gettext|_)\(")
DAY = datetime(2026, 11, 21, tzinfo=UTC)  # the files change with what is said alone
Said = tuple[str | None, str | tuple[str, str]]


class Command(BaseCommand):
    """Collects and compiles; GNU gettext, which Django's own commands want, isn't needed."""

    help = (
        "Collect every sentence of code and templates into locale/<language>/LC_MESSAGES/django.po,"
        " keep what is translated already, and compile it. Exit 1 with --check when a sentence has"
        " no translation, or the files aren't what this would write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        said = sorted(set(sentences(settings.BASE_DIR)), key=str)
        wrong = []
        for language, _name in settings.LANGUAGES:
            if language != settings.LANGUAGE_CODE:
                wrong += _language(language, said, write=not check)
        if check and wrong:
            raise CommandError("\n".join(wrong))
        for line in wrong:
            self.stdout.write(line)


def sentences(root: Path) -> Iterator[Said]:
    """Yield context and words (singular and plural where there are two) of all there is to say."""
    apps = [path.parent for path in root.glob("*/__init__.py") if path.parent.name != "tests"]
    for path in sorted(path for app in apps for path in app.rglob("*.py")):
        with path.open("rb") as source:
            for _line, words, _comments, context in extract("python", source, KEYWORDS):
                yield context, words if isinstance(words, str) else (words[0], words[1])
    for path in sorted((root / "templates").rglob("*.*")):
        yield from _of_template(templatize(path.read_text(encoding="utf-8")))


def _of_template(code: str) -> Iterator[Said]:
    """Yield what Django's translation of a template into calls says; between them stand Xs."""
    for found in CALL.finditer(code):
        function, *words = _call(code[found.start() :])
        context = words.pop(0) if "pgettext" in function else None
        if words:  # else it is said by a variable
            yield context, (words[0], words[1]) if function.startswith("n") else words[0]


def _call(code: str) -> list[str]:
    """Return the name and the words of the call that a text begins with."""
    for end in (found.end() for found in re.finditer(r"\)", code)):
        try:
            call = ast.parse(code[:end], mode="eval").body
        except SyntaxError:
            continue
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            texts = [part.value for part in call.args if isinstance(part, ast.Constant)]
            return [call.func.id, *(text for text in texts if isinstance(text, str))]
    raise CommandError(f"This call of a template never ends: {code[:80]}")


def _language(language: str, said: list[Said], *, write: bool) -> list[str]:
    """Bring a language's files up to date, or only say what is wrong with them."""
    folder = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES"
    po, mo = folder / "django.po", folder / "django.mo"
    catalog = _catalog(language, said, po.read_bytes() if po.exists() else b"")
    files = {po: BytesIO(), mo: BytesIO()}
    write_po(files[po], catalog, width=100, sort_output=True)
    write_mo(files[mo], catalog)
    wrong = [f"{language}: no translation of {one.id!r}" for one in catalog if not _is_whole(one)]
    wrong += [
        f"{language}: {error} ({one.id!r})" for one, errors in catalog.check() for error in errors
    ]
    for path, content in files.items():
        if write:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.getvalue())
        elif not path.exists() or path.read_bytes() != content.getvalue():
            wrong.append(f"{language}: {path.name} isn't fresh: run `make messages`.")
    return wrong


def _catalog(language: str, said: list[Said], written: bytes) -> Catalog:
    """Return all that is said, with the translations there are; what isn't said any more goes."""
    known = read_po(BytesIO(written), locale=language)
    catalog = Catalog(
        locale=language,
        project="ShopFlow",
        fuzzy=False,
        header_comment="# What the shop says. Written by `make messages`; fill in msgstr.",
        creation_date=DAY,
        revision_date=DAY,
    )
    for context, words in said:
        old = known.get(words, context)
        fits = old is not None and isinstance(old.string, str) == isinstance(words, str)
        catalog.add(words, old.string if old and fits else "", context=context)
    return catalog


def _is_whole(message: Message) -> bool:
    said = message.string or ""
    return not message.id or all([said] if isinstance(said, str) else said)
