"""Which word is meant by one that nobody knows."""

from collections.abc import Iterable

from catalog.models.words import folded

MOST_MEANINGS = 3  # words as near as each other
# The first letter is the one people get right.
OTHER_FIRST_LETTER = 0.5


def likeliest(word: str, known: Iterable[tuple[str, int]]) -> tuple[list[str], float]:
    """Return the nearest of some known words, and how many mistakes the word has then.

    Each comes with how many products have it: of those equally near, the most common is first.
    Nothing when none is near enough.
    """
    plain = folded(word)
    scored = [(_mistakes(plain, folded(other)), -count, other) for other, count in known]
    near = sorted(row for row in scored if row[0] <= _allowed(plain))
    if not near:
        return [], float("inf")
    best = near[0][0]
    return list(dict.fromkeys(other for score, _, other in near if score == best))[
        :MOST_MEANINGS
    ], best


def distance(one: str, other: str) -> int:
    """Count the mistakes between two words: a letter wrong, missing, too many, or two swapped.

    The optimal string alignment distance: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance
    """
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, its in enumerate(other, start=1):
            cost = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == its:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]


def _mistakes(plain: str, other: str) -> float:
    return distance(plain, other) + (0 if plain[:1] == other[:1] else OTHER_FIRST_LETTER)


def _allowed(plain: str) -> float:
    """Short words have many neighbours, so fewer mistakes are forgiven in them."""
    if len(plain) < 5:
        return 1 + OTHER_FIRST_LETTER
    return 2 + OTHER_FIRST_LETTER if len(plain) < 9 else 3 + OTHER_FIRST_LETTER
