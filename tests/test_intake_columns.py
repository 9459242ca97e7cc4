"""Rows and columns that hold each distinct cell once read like lists of lists, and repeat as these do."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eit_analysis.intake.cells.columns import Cells, Rows, jointly, repeated
from eit_analysis.intake.sheets import asides

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=1, max_size=8)
PLACES = st.lists(st.integers(0, 7), max_size=12)
TABLE = st.lists(st.tuples(*[st.sampled_from(["", "a", "A ", "b", 1.0, None])] * 3), max_size=12)


@given(TEXTS, PLACES)
def test_rows_and_columns_are_those_of_the_list(texts, places):
    numbers = np.array([place % len(texts) for place in places], dtype=np.uintc)
    rows = Rows(texts, np.stack([numbers, numbers[::-1]], axis=1))
    expected = [[texts[first], texts[second]] for first, second in rows.numbers]
    assert list(rows) == rows[:] == [rows[i] for i in range(len(rows))] == expected
    assert rows[1:3] == expected[1:3]
    column = Cells.among(texts, numbers)
    assert column.column().tolist() == [texts[number] for number in numbers]
    assert len(set(column.codes.tolist())) == len(column.values)  # only those that stand there


@given(TABLE)
def test_a_row_repeats_the_first_that_is_equal_case_and_spaces_aside(rows):
    columns = [Cells.of([row[index] for row in rows]) for index in range(3)]
    keys = [tuple("" if cell is None else str(cell).strip().casefold() for cell in row) for row in rows]
    assert repeated(columns).tolist() == [keys.index(key) for key in keys]
    joint = jointly(columns)
    assert [joint.values[code] for code in joint.codes] == rows


@given(st.from_regex(asides.ODD))
def test_a_quick_look_leaves_out_no_text_that_may_be_a_total(text: str) -> None:
    assert any(word in Rows.of([[text]]).said for word in asides.WITHIN_ODD)


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "", 1.0, None]), min_size=3, max_size=3)), st.integers(0, 9)
)
def test_the_first_rows_are_those_of_the_list(rows: list[list[object]], count: int) -> None:
    assert list(Rows.of(rows).first(count)) == rows[:count]
