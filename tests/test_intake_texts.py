"""Texts kept by Arrow are told from a list of the same texts by nothing but their speed."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.texts import Texts, pick, plain_texts, put, texts_of, with_blank

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=1, max_size=8)
PLACES = st.lists(st.integers(0, 7), max_size=12)
CELLS = st.sampled_from(["", "été", None, 2.5])


def kept(texts: list[str]) -> Texts:
    """In the middle of others, as the cells of one column are."""
    return Texts(pa.array(["avant", *texts, "après"], pa.string())[1:-1])


@given(TEXTS, PLACES)
def test_they_read_like_a_list(texts, places):
    numbers = np.array([place % len(texts) for place in places], dtype=np.int32)
    own = kept(texts)
    assert list(own) == texts and len(own) == len(texts)
    assert [own[number] for number in numbers] == [texts[number] for number in numbers]
    assert list(own[1:]) == texts[1:]
    assert list(pick(own, numbers)) == list(pick(texts, numbers)) == [texts[number] for number in numbers]
    assert list(with_blank(own)) == list(with_blank(texts)) == ["", *texts]
    assert texts_of(own).equals(texts_of(texts))
    assert plain_texts(own).tolist() == plain_texts(texts).tolist()


@given(TEXTS, PLACES, st.lists(CELLS, min_size=8, max_size=8))
def test_others_are_put_in_their_place_whatever_these_are(texts, places, others):
    numbers = np.unique(np.array([place % len(texts) for place in places], dtype=np.int32))
    new = others[: len(numbers)]
    expected = list(texts)
    for number, value in zip(numbers, new, strict=True):
        expected[number] = value
    assert list(put(kept(texts), numbers, new)) == list(put(texts, numbers, new)) == expected


@given(TEXTS, PLACES)
def test_rows_and_columns_of_them_are_those_of_the_list(texts, places):
    numbers = np.array([place % len(texts) for place in places], dtype=np.uintc)
    table = np.stack([numbers, numbers[::-1]], axis=1)
    expected = [[texts[first], texts[second]] for first, second in table]
    for rows in (Rows(kept(texts), table), Rows(texts, table)):
        assert list(rows) == rows[:] == [rows[i] for i in range(len(rows))] == expected
        assert rows[1:3] == expected[1:3]
        column = Cells.among(rows.values, numbers)
        assert column.column().tolist() == [texts[number] for number in numbers]
        assert len(set(column.codes.tolist())) == len(column.values)  # only those that stand there
