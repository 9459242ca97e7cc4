"""The one reader of registers: what a published cell means, and no row lost whatever is done to the file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.errors import InputError, UsageError
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.identifiers import CellError
from eit_analysis.intake.registers.files import REGISTERS, read_register, recognised
from eit_analysis.intake.registers.kinds import official_number, read_cell
from eit_analysis.intake.registers.table_reader import read_sheet
from eit_analysis.intake.sheets.spec import find_layout
from eit_analysis.intake.sheets.workbook import RawSheet, read_file
from eit_analysis.reference.findings import labels

NUMBERS = [
    ("10.847", 10.847),  # a point is decimal in a published file, even before three digits
    ("10,847", 10.847),
    ("1 234,5", 1234.5),
    ("1\u202f234\u00a0567", 1234567.0),
    ("1.234.567,8", 1234567.8),
    ("1,234,567.8", 1234567.8),
    ("1.234.567", 1234567.0),
    ("-0.06", -0.06),
    ("−3", -3.0),
    (".5", 0.5),
    ("1e-05", 1e-5),
    ("12 5", None),
    ("12a", None),
    ("1.2.3", None),
    ("", None),
    ("inf", None),
    ("9e999", None),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_published_numbers(text, value):
    assert official_number(text) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_a_program_writes_comes_back(value):
    assert official_number(repr(value)) == value
    assert official_number(repr(value).replace(".", ",")) == value


CELLS = [
    ("positive", "*", None, True),
    ("positive", "S", None, True),
    ("positive", "nd", None, True),
    ("positive", "secret", None, True),
    ("text", "[ND]", None, True),
    ("text", "S", "S", False),  # an occupation family of the FAP, not a mask
    ("number", "NA", None, False),
    ("number", "", None, False),
    ("code", 1004.0, "01004", False),
    ("code", "01004", "01004", False),
    ("code", "2A004", "2A004", False),
    ("year", 2023.0, 2023, False),
    ("date", dt.date(2024, 5, 17), "2024-05-17", False),
    ("date", "17/05/2024", "2024-05-17", False),
    ("date", "2024-05-17T08:30:00.000Z", "2024-05-17", False),
    ("waste_code", "15 01 10*", "150110", False),
    ("flag", "O", True, False),
    ("flag", "False", False, False),
    ("mass_unit", "tonnes/an", 1.0, False),
    ("mass_unit", "kg/an", 0.001, False),
    ("outlet_kind", "Méthaniseur", "digester", False),
    ("outlet_kind", "Incinération sans valorisation énergétique", "incinerator", False),
    ("accepted", "Bois, 15 01 03* et cartons ; D3E, bois", "wood 150103 cardboard weee", False),
    ("commune", "68800 Thann", "68334", False),
    ("commune", "68063", "68063", False),
    ("naf", "38.32Z", "3832Z", False),
]


@pytest.mark.parametrize(("kind", "cell", "value", "masked"), CELLS)
def test_cells(kind, cell, value, masked):
    assert read_cell(kind, 5 if kind == "code" else 0, cell) == (value, masked)


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        ("number", "douze", "not_a_number"),
        ("integer", "1.5", "not_a_number"),
        ("positive", "-1", "negative_value"),
        ("year", "23", "bad_code"),
        ("year", "15 01 01", "bad_code"),
        ("date", "31/02/2024", "not_a_date"),
        ("waste_code", "990000", "unknown_waste_code"),
        ("siret", "12345678901234", "bad_siret"),
        ("flag", "peut-être", "unknown_value"),
        ("mass_unit", "m3", "unknown_unit"),
        ("outlet_kind", "fusion", "unknown_value"),
        ("accepted", "bois, licornes", "unknown_value"),
        ("accepted", "bois, 99 99 99", "unknown_value"),
        ("commune", "Atlantide", "unknown_commune"),
        ("commune", "Saint-Martin", "unknown_commune"),
        ("text", "#REF!", "excel_error"),
    ],
)
def test_a_cell_that_is_not_of_its_kind_says_why(kind, cell, reason):
    with pytest.raises(CellError) as raised:
        read_cell(kind, 0, cell)
    found = raised.value.finding
    assert found.logged == reason
    assert "\u00a0; " in found.message and not found.message.endswith(".")


HEADER = ["Fap", "Secteur", "Label_secteur", "Milliers", "Pourcentage"]
LINES = [["S0Z", "IZ", "Hébergement", "12.500", "40,5"], ["S0Z", "AU", "Autres", "NA", "*"]]


def written(path, header=HEADER, lines=LINES, encoding="utf-8", separator=";", end="\n"):
    path.write_bytes((end.join(separator.join(line) for line in [header, *lines]) + end).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_encoding_and_separator_are_found_and_stated(tmp_path, encoding, separator):
    lines = [[cell.replace(",", ".") for cell in line] for line in LINES]
    read = read_register("dares", written(tmp_path / "x.csv", HEADER, lines, encoding, separator))
    assert read.table == "dares_sectors"
    assert read.frame["sector"].tolist() == ["Hébergement", "Autres"]
    assert read.frame["employment_thousands"].tolist()[0] == 12.5
    assert read.frame["masked"].tolist() == [False, True]
    assert read.frame["fap_code"].tolist() == ["S0Z", "S0Z"]
    assert read.frame["source_row"].tolist() == [2, 3]
    assert (read.manifest["encoding"], read.manifest["separator"]) == (encoding, separator)


def test_headers_in_any_order_case_accent_and_below_a_title(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Extraction du 1er mars"])
    book.create_sheet("Données")
    for row in (
        ["Portrait statistique"],
        [],
        ["POURCENTAGES", "milliers", "label secteur", "SECTEUR", "fap", "Note"],
        [40.5, 12.5, "Hébergement", "IZ", "S0Z", "vu"],
    ):
        book["Données"].append(row)
    book.save(tmp_path / "x.xlsx")
    read = read_register("dares", tmp_path / "x.xlsx")
    assert read.frame[["fap_code", "share_percent", "source_sheet", "source_row"]].values.tolist() == [
        ["S0Z", 40.5, "Données", 4]
    ]
    assert read.manifest["sheets_ignored"] == ["Sheet"]
    assert read.manifest["sheets"][0]["columns_unused"] == ["Note"]


def test_a_year_at_the_end_of_a_header_does_not_matter_unless_it_is_the_declared_one():
    layouts = {layout.name: layout for layout in REGISTERS["bmo"].layouts}
    header = ["annee", "Code métier BMO", "Nom métier BMO", "Dept", "BE31", "NOMBE31", "met", "xmet", "smet"]
    assert find_layout(layouts["bmo"], [header]).whole
    of_2020 = ["fap", "tr_age", "annee_2018_2020"]
    assert not any(
        (match := find_layout(layout, [of_2020])) and match.whole for layout in REGISTERS["dares_age"].layouts
    )


DAMAGES = {
    "letters in a number": (
        [HEADER, ["S0Z", "IZ", "Hébergement", "douze", "40"]],
        "not_a_number",
        "Milliers",
    ),
    "a shifted row": ([HEADER, ["S0Z", "IZ", "Hébergement", "", "12.5", "40"]], "shifted_row", ""),
    "a cut row": ([HEADER, ["S0Z"]], "missing_value", "Secteur"),
    "a blank code": ([HEADER, ["", "IZ", "Hébergement", "12", "40"]], "missing_value", "Fap"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_row_is_refused_and_listed(tmp_path, damage):
    (header, bad), reason, column = DAMAGES[damage]
    read = read_register("dares", written(tmp_path / "x.csv", header, [*LINES, bad]))
    assert read.manifest["rows_refused"] == 1 and read.manifest["rows_kept"] == 2
    first = read.refused.iloc[0]
    assert (first["source_row"], first["column"], first["reason_code"]) == (4, column, reason)


def test_a_missing_column_is_named_and_a_wrong_register_is_told(tmp_path):
    file = written(tmp_path / "x.csv", HEADER[:-1], [line[:-1] for line in LINES])
    with pytest.raises(InputError, match=r"x\.csv.*«\u00a0Pourcentage\u00a0»"):
        read_register("dares", file)
    assert recognised(read_file(file).sheets) is None
    right = written(tmp_path / "y.csv")
    assert recognised(read_file(right).sheets) == "dares"
    with pytest.raises(InputError, match="celles de «\u00a0dares\u00a0»"):
        read_register("rome", right)
    with pytest.raises(UsageError, match="sirene, trackdechets"):
        read_register("insee", right)


def test_a_file_cut_inside_a_row_says_so(tmp_path):
    file = written(tmp_path / "x.csv")
    file.write_bytes(file.read_bytes()[:-3].rstrip(b"\n*") + b"")
    read = read_register("dares", file)
    assert read.manifest["ends_inside_row"] is True
    assert "ends_inside_row" not in read_register("dares", written(tmp_path / "y.csv")).manifest


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"<html><body>404</body></html>", b"\xff\xfea"]
)
def test_an_unreadable_file_is_one_sentence(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.csv"):
        read_register("sirene", tmp_path / "x.csv")


def test_every_reason_to_ignore_a_row_has_its_french_words_and_every_register_its_page():
    layouts = [layout for register in REGISTERS.values() for layout in register.layouts]
    reasons = {reason for layout in layouts for words in layout.ignore.values() for reason in words.values()}
    reasons |= {"blank_row", "header_row", "repeated_row", "outside_territory"}
    assert reasons == set(labels()["ignored"])
    page = (Path(__file__).resolve().parents[1] / "docs" / "registers.md").read_text(encoding="utf-8")
    for name in [*REGISTERS, *(layout.name for layout in layouts)]:
        assert f"`{name}`" in page


CELL = st.one_of(
    st.sampled_from(["", "*", "S0Z", "12.5", "1 200", "NA", "douze", "#REF!", *HEADER]),
    st.floats(allow_nan=True),
    st.integers(-5, 2030),
    st.dates(),
    st.booleans(),
    st.text(max_size=5),
)


@settings(max_examples=150)
@given(st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=12), st.booleans())
def test_rows_read_are_kept_ignored_or_refused(rows, is_text):
    layout = next(lay for lay in REGISTERS["dares"].layouts if lay.name == "dares_sectors")
    match = find_layout(layout, [HEADER])
    read = read_sheet("x.csv", RawSheet("x", Rows.of([HEADER, *rows])), match, is_text)
    gone = read.rows_kept + sum(read.ignored.values()) + read.rows_refused
    assert read.account["rows_read"] == len(rows) == gone
    assert len(read.frame) == read.rows_kept
    assert read.refused["source_row"].nunique() == read.rows_refused
    assert not set(read.frame["source_row"]) & set(read.refused["source_row"])


def test_every_file_of_a_table_gives_the_same_columns_in_the_same_order():
    """So that whatever was imported first, the table that they share has one shape."""
    columns: dict[str, set[tuple]] = {}
    for register in REGISTERS.values():
        for layout in register.layouts:
            header = [column.header for column in layout.columns.values()]
            header += ["A0Z"] if layout.wide else []
            match = find_layout(layout, [header])
            assert match is not None and match.whole
            frame = read_sheet("x", RawSheet("x", Rows.of([header])), match, True).frame
            columns.setdefault(layout.name, set()).add(tuple(zip(frame, map(str, frame.dtypes), strict=True)))
    assert {table: len(shapes) for table, shapes in columns.items()} == dict.fromkeys(columns, 1)
