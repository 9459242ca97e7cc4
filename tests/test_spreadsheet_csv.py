"""CSV for people: opened right in French, read back whole, and nothing in it runs."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.spreadsheets import differing, live_cells
from eit_analysis.spreadsheet_csv import to_bytes, write_csv


def written(frame: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    write_csv(pa.Table.from_pandas(frame, preserve_index=False), sink)
    return sink.getvalue()


def test_semicolons_decimal_commas_and_the_mark_of_utf8() -> None:
    frame = pd.DataFrame(
        {
            "nom": ["Thann, centre", None, 'dit "le Vieux"'],
            "masse": [310.0, -0.5, None],
            "rang": pd.array([1, None, -3], "Int64"),
            "vrai": [True, False, True],
        }
    )
    lines = written(frame).decode("utf-8").splitlines()
    assert lines == [
        '\ufeff"nom";"masse";"rang";"vrai"', '"Thann, centre";310;1;true', '"";-0,5;;false',
        '"dit ""le Vieux""";;-3;true',
    ]  # fmt: skip
    assert to_bytes(frame.astype(object)) == written(frame)
    assert written(frame[:0]).decode("utf-8-sig") == '"nom";"masse";"rang";"vrai"\n'


def test_a_table_may_mix_numbers_and_texts() -> None:
    frame = pd.DataFrame({"famille": ["bois", "verre"], "t": ["s", -2.5], "t_": [1.0, 2.25]})
    frame.columns = ["famille", "t", "t"]
    assert to_bytes(frame).decode("utf-8-sig") == '"famille";"t";"t"\n"bois";"s";1\n"verre";"-2,5";2,25\n'


@pytest.mark.parametrize(
    ("text", "disarmed"),
    [
        ("=1+1", "'=1+1"), ("@x", "'@x"), ("+33 3", "'+33 3"), ("-5 %", "'-5 %"), ("Thann", "Thann"),
        ("-5", "-5"), ("-5,25", "-5,25"), ("-1.5e-07", "-1.5e-07"), ("-1E-400", None),
        ("-1-cmd|' /C calc'!A0", None),
        ("a,=1+1", "a,'=1+1"), ("a;=1+1", "a;'=1+1"), ('a",=1', 'a",\'=1'), ('a;"=1', 'a;"\'=1'),
        (" =1", " '=1"), ("\u200b=1", "\u200b'=1"), ("\uff1d1+1", "'\uff1d1+1"),
        ("a,\u00a0\uff20x", "a,\u00a0'\uff20x"),
        ("a\n=1+1", "a =1+1"), ("\t=1", " '=1"), ("a\x1b[31m", "a [31m"), ("a\u2028@b", "a @b"),
        ("E01-F02, 12-15", "E01-F02, 12-15"), ("'=1", "'=1"), (",,==;-", ",,'==;'-"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str, disarmed: str | None) -> None:
    data = written(pd.DataFrame({"n": [1], text: [text]}))
    assert not live_cells(data)
    if disarmed is not None:
        assert data.decode().split("\n")[1] == '1;"' + disarmed.replace('"', '""') + '"'


def test_no_line_begins_with_the_sign_of_a_number() -> None:
    """Split at commas, the first cell is all up to the first comma: « -5;"A1" » is no number."""
    data = written(pd.DataFrame({"a": ["-5"], "b": ["A1,x"]}))
    assert data.decode("utf-8-sig") == '"a";"b"\n"\'-5";"A1,x"\n'


RISKY = st.text(st.sampled_from("=+-@,;\"'\t\r\n 5ax.\uff1d\uff20\u200b\u00a0\u2028|!"), max_size=9)


@given(st.lists(st.tuples(RISKY | st.text(max_size=5), RISKY), max_size=4))
def test_no_reader_finds_a_formula_and_the_values_read_back(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame([(one, -1.5, two) for one, two in rows], columns=["a", "n", "b,=c"])
    frame = frame.astype({"a": "str", "n": float, "b,=c": "str"})
    data = written(frame)
    assert not live_cells(data)
    assert not differing(data, frame) and data.count(b"\n") == len(rows) + 1


@given(RISKY | st.text(max_size=8))
def test_a_text_is_written_alike_alone_and_beside_one_that_is_risky(text: str) -> None:
    alone, beside = (to_bytes(pd.DataFrame({"nom": cells})) for cells in ([text], [text, "="]))
    assert beside == alone + b'"\'="\n'
