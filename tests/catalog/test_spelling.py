import pytest

from catalog.models.words import clippings, folded
from catalog.queries.spelling import distance, likeliest


@pytest.mark.parametrize(
    ("one", "other", "mistakes"),
    [
        ("", "", 0),
        ("sofa", "sofa", 0),
        ("soffa", "sofa", 1),
        ("sfa", "sofa", 1),
        ("sofo", "sofa", 1),
        ("osfa", "sofa", 1),
        ("", "abc", 3),
        ("headfones", "headphones", 2),
        ("ca", "abc", 3),  # a pair is swapped before anything comes between
    ],
)
def test_distance_counts_mistakes(one: str, other: str, mistakes: int) -> None:
    assert distance(one, other) == mistakes
    assert distance(other, one) == mistakes


@pytest.mark.parametrize(
    ("word", "known", "nearest"),
    [
        ("scraf", [("scarf", 1), ("scrap", 9)], ["scrap", "scarf"]),
        ("lmap", [("lamp", 3), ("map", 90)], ["lamp"]),  # the first letter is right
        ("tee", [("bee", 5)], ["bee"]),
        ("tee", [("trees", 5)], []),
        ("kafe", [("café", 2)], ["café"]),
        ("orkid", [("orchid", 2)], ["orchid"]),
        ("umbrellla", [("umbrella", 2)], ["umbrella"]),
        ("xyzzy", [("scarf", 2)], []),
        ("anything", [], []),
    ],
)
def test_likeliest_is_the_nearest_then_the_most_common(
    word: str, known: list[tuple[str, int]], nearest: list[str]
) -> None:
    assert likeliest(word, known)[0] == nearest


def test_clippings_leave_out_each_letter_once() -> None:
    assert clippings("Tée") == ["ee", "te", "tee"]


def test_folded_has_small_letters_without_accents() -> None:
    assert folded("Crème BRÛLÉE") == "creme brulee"
