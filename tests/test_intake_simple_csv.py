"""What is read at once is exactly what the careful reader reads, and what it would refuse is left to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.intake.reading import child, simple_csv
from eit_analysis.intake.sheets import workbook
from eit_analysis.intake.sheets.workbook import read_files

CELLS = st.text(st.sampled_from('ab;,"\n\r\t |éÃ©\x00'), max_size=4) | st.sampled_from(
    ["", "a", "12,5", '"a"', '"a;b"', '""', '"a""b"', 'a"b', '"a"b', ' "a"', '"', "\u00a0", "\ufeff"]
)
ENCODINGS = ("utf-8", "utf-8", "utf-16", "cp1252")


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Bytes of a text file; most are well formed enough to be cut, few so well that pyarrow may."""
    separator, end = draw(st.sampled_from(";;,\t|")), draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5))
    last = draw(st.sampled_from(["", end, end * 2, end + separator * (width - 1) + end]))
    text = draw(st.sampled_from(["", "", "\ufeff", "sep=;\n"])) + end.join(map(separator.join, rows)) + last
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


def agree(path: Path) -> bool:
    """Whether a file is read at once; what it holds is then held to what the careful reader finds."""
    quick = simple_csv.read(path)
    if quick is None:
        return False
    careful = child.read_content(path, path.read_bytes())  # raises where it refuses
    for answer in (quick, careful):
        answer["sheets"] = [workbook._raw_sheet(sheet) for sheet in answer["sheets"]]
        answer["sheets"] = [(s.name, list(s.rows), s.notes) for s in answer["sheets"]]
    assert {name: quick[name] for name in careful} == careful
    return True


@settings(max_examples=400)
@given(files())
def test_what_is_read_at_once_is_what_the_careful_reader_reads(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "E07_Flux.csv"
    path.write_bytes(content)
    agree(path)


ROWS = 'Identifiant;Désignation\nE01;"lot 1 ; été"\nE02;12,5\n;\n'
PLAIN = {
    "utf-8": ROWS.encode(),
    "byte order mark": ROWS.encode("utf-8-sig"),
    "cp1252": ROWS.encode("cp1252"),
    "utf-16": ROWS.encode("utf-16"),
    "Windows line ends": ROWS.replace("\n", "\r\n").encode(),
    "no last line end": b"a;b\nc;d",
}
CAREFUL = {
    "ragged": b"a;b\nc\n",
    "line break in a cell": b'a;b\n"c\nd";e\n',
    "quote at the end": b'a;b\nc;"d',
    "quote that swallows the last line end": b'a;b\nc;"d\n',
    "old Macintosh line ends": b"a;b\rc;d\r",
    "one column": b"a\nb\n",
    "blank": b";\n;\n",
    "empty": b"",
    "wrong encoding": "a;b\nDÃ©chets;c\n".encode(),
    "stated separator": b"sep=,\na,b\n",
    "uncalculated formula": b"a;b\nc;#FORMULE!\n",
    "workbook": b"PK\x03\x04;\n",
    "web page": b"<html>;a\n",
    "wide": b";" * 16_384 + b"\n",
}


@pytest.mark.parametrize("name", PLAIN)
def test_ordinary_text_is_read_at_once(tmp_path, name):
    path = tmp_path / "E07_Flux.csv"
    path.write_bytes(PLAIN[name])
    assert agree(path)


@pytest.mark.parametrize("name", CAREFUL)
def test_any_other_text_is_left_to_the_careful_reader(tmp_path, name):
    path = tmp_path / "E07_Flux.csv"
    path.write_bytes(CAREFUL[name])
    assert simple_csv.read(path) is None


def test_a_large_or_absent_file_and_a_workbook_are_left_to_it(tmp_path, monkeypatch):
    path = tmp_path / "E07_Flux.csv"
    path.write_bytes(PLAIN["utf-8"])
    assert simple_csv.read(path.rename(tmp_path / "E07.xlsx")) is None
    assert simple_csv.read(path) is None
    path.write_bytes(PLAIN["utf-8"])
    monkeypatch.setattr(simple_csv.limits, "READ_ANYWAY_BYTES", 10)
    assert simple_csv.read(path) is None


def test_files_come_in_the_order_asked_whoever_reads_them(tmp_path):
    contents = [PLAIN["utf-8"], CAREFUL["ragged"], PLAIN["cp1252"], CAREFUL["empty"], PLAIN["utf-16"]]
    paths = [tmp_path / f"E{number:02d}_Flux.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    read = list(read_files(paths, tmp_path))
    assert [file.name for file in read] == [path.name for path in paths]
    assert [bool(file.problem) for file in read] == [False, False, False, True, False]
