"""A question as the shop understands it, and how the database is asked for that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from uuid import UUID

from catalog.models.words import WORD

MOST_WORDS = 12
LONGEST_WORD = 40
FEW = 2000  # products that can be looked at one by one


@dataclass(frozen=True)
class Word:
    """A word of a question, and what it may mean where the catalogue hasn't just this word.

    `beginnings` are words of the catalogue that begin like it, the most common first: of the last
    word though it is one already, as it may go on. `nearest` are those it may be a mistake for,
    `halves` the two it may be run together from. `count` is about how many products have it, or
    one of its beginnings where it is no word; None where nobody knows.
    """

    text: str
    is_known: bool = True
    count: int | None = None
    beginnings: Sequence[str] = ()
    nearest: Sequence[str] = ()
    halves: Sequence[str] = ()

    @property
    def correction(self) -> str:
        """How it ought to be spelt; itself where nothing is wrong with it."""
        return " ".join(self.halves) or next(iter(self.nearest), self.text)

    def alternatives(self, *, corrected: bool = True, begun: bool = False) -> list[str]:
        """Return what stands for the word in a tsquery, any of them.

        `begun`: its beginnings too, though it is a word.
        """
        if self.is_known and not begun:
            return [_quoted(self.text)]
        if self.is_known or self.beginnings:
            return [_quoted(self.text), *map(_quoted, self.beginnings)]
        if corrected and self.nearest:
            return [*map(_quoted, self.nearest)]
        if corrected and self.halves:
            return ["(" + " & ".join(map(_quoted, self.halves)) + ")"]
        return [_quoted(self.text)]


@dataclass(frozen=True)
class Phrase:
    """`length` words of a question from `start` on, and other words for all of them together."""

    start: int
    length: int
    words: str


@dataclass(frozen=True)
class Meaning:
    """What was asked for: its words, other words for some of them, and products by their code.

    `brands` are the names and slugs of those that are called so, `product_count` is about how many
    products the shop has.
    """

    words: Sequence[Word] = ()
    phrases: Sequence[Phrase] = ()
    products: Sequence[UUID] = ()
    brands: Sequence[tuple[str, str]] = ()
    product_count: int = 0

    @property
    def is_narrow(self) -> bool:
        """Whether so few products have all of the words that all of them can be looked at."""
        counts = [word.count for word in self.words if word.count is not None]
        everything = max(self.product_count, 1)
        expected = everything * prod(count / everything for count in counts)
        return bool(counts) and (
            min(counts) <= FEW or (expected <= FEW / 2 and min(counts) <= 10 * FEW)
        )

    @property
    def goes_on(self) -> bool:
        """Whether the last word is one, and the beginning of others too."""
        return any(word.is_known and word.beginnings for word in self.words)

    @property
    def correction(self) -> str:
        """The question with its mistakes corrected; '' when there are none."""
        corrected = " ".join(word.correction for word in self.words)
        return corrected if corrected != " ".join(word.text for word in self.words) else ""

    def plain(self, *, corrected: bool = True) -> str:
        """Return the tsquery of products that hold any of the words themselves."""
        return " | ".join(
            option for word in self.words for option in word.alternatives(corrected=corrected)
        )

    def query(self, *, corrected: bool = True, begun: bool = False, joined: str = " & ") -> str:
        """Return the tsquery of products that hold all of the words, or what stands for them.

        `begun`: those too in which the last word goes on.
        """
        return joined.join(self._groups(corrected, begun))

    def _groups(self, corrected: bool, begun: bool) -> Iterator[str]:
        """Yield an alternative for each word, or for the words of a phrase together."""
        start = 0
        while start < len(self.words):
            here = [phrase for phrase in self.phrases if phrase.start == start]
            length = max((phrase.length for phrase in here), default=1)
            words = self.words[start : start + length]
            options = [word.alternatives(corrected=corrected, begun=begun) for word in words]
            parts = ["(" + " | ".join(either) + ")" for either in options]
            others = [_all_of(phrase.words) for phrase in here if phrase.length == length]
            yield "(" + " | ".join([" & ".join(parts), *filter(None, others)]) + ")"
            start += length


def split(text: str) -> list[str]:
    """Return the words of a text, in small letters; no more than can be looked for."""
    return [word[:LONGEST_WORD] for word in WORD.findall(text.lower())[:MOST_WORDS]]


def _quoted(word: str) -> str:
    # Only letters, digits and points are left, so the quotes can't be broken out of.
    return f"'{word}'"


def _all_of(words: str) -> str:
    return " & ".join(map(_quoted, split(words)))
