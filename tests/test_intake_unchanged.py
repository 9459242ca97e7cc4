"""A cell that is told to be plain is one that the cleaning of a free column gives back as it is."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eit_analysis.intake.cells.columns import plain_texts
from eit_analysis.intake.cells.privacy import PRIVATE
from eit_analysis.intake.sheets.headers import form_spec

PARTS = st.sampled_from(
    ["lot", "été", "Mme", "M.", "Mr", "né", "Née", "le", "12", "03 89 11 11 11", "0389111111", "+33", "#REF!",
     "Err:502", "a@b.fr", "#", "[", "n°", "3", "19700112345678901", "12/03/1970", "Untel", "É", "œ", "\u200b",
     "\u00a0", "\n", "\t", "٣", "ß", "…", "(sec)", "Total"]
)  # fmt: skip
TEXTS = st.lists(PARTS | st.text(max_size=3), max_size=5).map(" ".join) | st.lists(PARTS, max_size=5).map(
    "".join
)


@settings(max_examples=200)
@given(st.lists(TEXTS, min_size=1, max_size=20))
@example([PRIVATE])
@example(["", " a", "a ", "a  b"])
def test_a_plain_text_is_cleaned_to_itself(texts):
    clean = form_spec("flows").columns["description"].read
    for text, plain in zip(texts, plain_texts(texts), strict=True):
        assert not plain or clean(text) == (text, "", None)


@pytest.mark.parametrize(
    "text", ["bois lot 99999", "Déchets d'emballages (propres), 3 t", "fûts n° 12 ; huile", "l'œuvre à 5 %"]
)
def test_ordinary_texts_are_plain(text):
    assert plain_texts([text]).tolist() == [True]


@pytest.mark.parametrize("odd", ["a\nb", "", " a", "a ", "a  b", "Mme Untel", "12345678", None, 3])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_plain_texts_are_told_alike_with_or_without_an_odd_one(odd, place):
    cells = ["bois", "bois lot 2", "été"]
    assert plain_texts(cells).tolist() == [True] * 3
    cells[place] = odd
    assert plain_texts(cells).tolist() == [number != place for number in range(3)]


def test_what_is_no_text_or_personal_is_not_plain():
    cells = [
        None,
        12,
        1.5,
        True,
        "",
        PRIVATE,
        "Mme Untel",
        "03 89 11 11 11",
        "a@b.fr",
        "née le 2 mai",
        "#N/A",
    ]
    assert not plain_texts(cells).any()
    assert plain_texts([]).tolist() == []
