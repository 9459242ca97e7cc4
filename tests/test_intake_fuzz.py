"""The fuzzer of ``benchmarks/fuzz_intake.py`` for some seconds, and its laws on files of hypothesis."""

from __future__ import annotations

import csv
import io
import sys
import tempfile
import zipfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz_checks as checks
from benchmarks import fuzz_edits as edits
from benchmarks import fuzz_files as files
from benchmarks import fuzz_intake as fuzz
from benchmarks import fuzz_waves as waves
from benchmarks import fuzz_written as output
from benchmarks.fuzz_recount import filled
from eit_analysis import tables
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.reading import text
from eit_analysis.intake.reading.limits import UnreadableError
from eit_analysis.intake.results import write_cleaned

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the fuzzer watches a Linux process"),
    pytest.mark.usefixtures("reading_process"),
]
SLOW = settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])


def _problems(made: waves.Made) -> list[str]:
    with tempfile.TemporaryDirectory() as place:
        study = waves.new_study(Path(place))
        return waves.clean(study, waves.write(study, [made]), may_be_empty=True)[1]


def test_a_wave_of_edited_files_loses_nothing(capsys):
    """Wave 5: cleaned again through the command, and in another order of files."""
    tally = fuzz.Tally()
    fuzz.wave(20181, 5, 16, tally)
    assert not tally.failures
    parts = ("clean", "quarantined", "merged", "ignored")
    assert tally.rows["rows_read"] == sum(tally.rows[f"rows_{part}"] for part in parts) > 100
    assert sum(tally.files.values()) >= 16


@given(st.integers(0, 1 << 32))
@example(3792151945)  # a line break in the file's name
@SLOW
def test_one_edited_file_alone_is_cleaned_or_refused_in_one_sentence(seed):
    assert _problems(waves.make(Random(seed), 1)) == []


@given(st.integers(0, 1 << 32), st.sampled_from(["xlsx", "xls", "ods"]))
@SLOW
def test_a_workbook_is_read_row_by_row_as_it_was_written(seed, kind):
    random = Random(seed)
    book = files.firm(random, "E001")
    edits.edit_rows(random, book)
    made = waves.Made(f"001_questionnaire.{kind}", getattr(files, kind)(book), "rows", filled(book))
    assert _problems(made) == []


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "filled_blank"])
def test_an_unedited_workbook_loses_no_row_to_quarantine(kind, tmp_path):
    """So that what the fuzzer edits is valid to begin with."""
    study = waves.new_study(tmp_path)
    book = files.firm(Random(5), "E001")
    (study.raw / f"E001.{'xlsx' if kind == 'filled_blank' else kind}").write_bytes(getattr(files, kind)(book))
    cleaned = clean_wave(study)
    refused = cleaned.quarantine[~cleaned.quarantine["reason_code"].str.startswith("cell_")]
    assert refused[["source_sheet", "source_row", "column", "raw_value", "reason_code"]].values.tolist() == []
    assert checks.recount(cleaned, study.raw, {}) == []
    assert set(cleaned.tables) == set(tables.TABLES)


@given(
    st.lists(st.text('ab1é ;,\t"\n\r', max_size=12), max_size=8).map("\n".join),
    st.sampled_from(files.ENCODINGS[:2]),
)
@settings(max_examples=200)
def test_a_text_file_has_the_rows_that_the_csv_module_reads(content, encoding):
    try:
        _, separator, sheet = text.read(content.encode(encoding), "Flux")
    except UnreadableError:
        return
    values, at, found = list(sheet.distinct), 0, []
    for width in sheet.widths:
        found.append([clean_text(values[n]) for n in sheet.cells[at : at + width]])
        at += width
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    assert _filled(found) == _filled([list(map(clean_text, row)) for row in rows])


def _filled(rows: list[list[str]]) -> dict[int, list[str]]:
    return {number: row for number, row in enumerate(rows, start=1) if any(row)}


def _panic() -> bytes:
    """The place of the sheet in the stream is beyond its end, which makes calamine panic."""
    data = bytearray(files.xls({"Flux": [["Identifiant"]]}))
    data[data.index(b"Flux") - 6] ^= 0xFF
    return bytes(data)


def _changed(part: str, old: bytes, new: bytes) -> bytes:
    content = files.xlsx({"Flux": [["Identifiant"], ["E01"]], "Emplois": [["Identifiant"], ["E01"]]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    return files.zipped({**parts, part: parts[part].replace(old, new)})


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("a.xls", _panic(), "abîmé"),
        ("a.xlsx", _changed("xl/workbook.xml", b'name="Emplois"', b'name="Flux"'), "même nom"),
        ("a_Flux\udce9.csv", b"x;y\n", ""),
    ],
    ids=["panic", "two sheets of one name", "file name that is no UTF-8"],
)
def test_what_the_fuzzer_found_in_the_reader_stays_found(name, data, words, tmp_path):
    study = waves.new_study(tmp_path)
    (study.raw / name).write_bytes(data)
    (study.raw / "E001.xlsx").write_bytes(files.xlsx(files.firm(Random(3), "E001")))
    cleaned = clean_wave(study)
    problem = next(e["problem"] for e in cleaned.manifest["inputs"] if e["file"].startswith("a"))
    assert words in (problem or "")
    assert len(cleaned.tables["flows"])
    write_cleaned(study, cleaned)


def test_what_the_fuzzer_found_in_the_numbers_stays_found(tmp_path):
    """Numbers whose sum, ratio or words overflow; a control character in a page; a mass of minus zero."""
    cells = ["1e308", 1e308, "1e299", 5e-324, 0, "\x7f"]
    study = waves.new_study(tmp_path)
    book = files.firm(Random(5), "E001")
    for table, column in (("flows", "quantity"), ("workforce", "headcount")):
        header, row, *_ = book[tables.sheet_name(table)]
        at = header.index(tables.form(table)[column]["header"])
        book[tables.sheet_name(table)][1:] = [[*row[:at], cell, *row[at + 1 :]] for cell in cells]
    written = waves.write(study, [waves.Made("E001.xlsx", files.xlsx(book), "cells")])
    assert waves.clean(study, written)[1] == []


def test_the_checks_see_a_lost_row(tmp_path):
    """A check that never fails is none."""
    study = waves.new_study(tmp_path)
    book = files.firm(Random(5), "E001")
    (study.raw / "E001.xlsx").write_bytes(files.xlsx(book))
    cleaned = clean_wave(study)
    assert checks.partition(cleaned) == []
    cleaned.tables["flows"] = cleaned.tables["flows"].iloc[1:]
    assert checks.partition(cleaned)[0].startswith("row: ('E001.xlsx', 'Flux', 2)")
    longer = {**filled(book), "Flux": {2, 3, 999}}
    assert checks.recount(cleaned, study.raw, {"E001.xlsx": longer})[0].endswith("rows [999]")
    assert output.outside(["/etc/passwd", str(study.processed / "a.csv")], study.processed) == [
        "written outside: /etc/passwd"
    ]
