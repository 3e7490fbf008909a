import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopflow.catalog_import.formulas import neutralised, restored

FORMULAS = [
    "=1+2",
    "+1",
    "-1",
    "@A1",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    " =1",
    "\t=1",
    "\r=1",
    "\n",
    "'=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_puts_an_apostrophe_before_a_formula(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "1=1", "Tea & toast", "'t was", "4-in-1", "a@b.example"])
def test_leaves_other_texts_alone(text: str) -> None:
    assert neutralised(text) == restored(text) == text


@given(st.text(st.sampled_from("'=+-@＝\t\r\n ab"), max_size=6))
def test_is_undone_by_reading(text: str) -> None:
    written = neutralised(text)

    assert restored(written) == text
    assert not written.strip().startswith(tuple("=+-@＝"))
