"""What must hold of any cleaning, whatever the files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fuzz_recount import Rows, rows_of
from eit_analysis import tables
from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.sheets.parts import PART
from eit_analysis.intake.sheets.rows import PEOPLE, SILENT_SHEETS
from eit_analysis.intake.sheets.workbook import ROOT, START
from eit_analysis.reference.findings import finding

PERSONAL = re.compile(r"1 ?85 ?05 ?78 ?006 ?084|jean@exemple")  # as fuzz_edits.CELLS
ROW_RULES = {
    "ignored_blank_row", "ignored_title_row", "ignored_total_row", "ignored_header_row",
    "merged_repeated_row", "removed_by_firm", "ignored_blank_answer", "ignored_unanswered",
}  # fmt: skip
ANSWER_RULES = {"answer_applied", "merged_repeated_answer"}
Place = tuple[str, str, int]


def _places(frame: pd.DataFrame) -> list[Place]:
    rows = frame["source_row"].fillna(0).astype(int)
    return list(zip(frame["source_file"], frame["source_sheet"], rows, strict=True))


def accounted(cleaned: Cleaned) -> list[Counter[Place]]:
    """Rows in the tables, rows in quarantine (once each), rows merged, ignored, withdrawn or answered.

    A row of a fiche that answers for several lines counts once, whatever they became.
    """
    kept = Counter(place for frame in cleaned.tables.values() for place in _places(frame))
    lost = cleaned.quarantine[~cleaned.quarantine["reason_code"].str.startswith("cell_")]
    rules = cleaned.corrections["rule"]
    answered = set(_places(cleaned.corrections[rules.isin(ANSWER_RULES)]))
    refused = Counter(set(_places(lost[lost["source_row"].notna()])) - answered)
    rows = Counter(_places(cleaned.corrections[rules.isin(ROW_RULES)]))
    return [kept, refused, rows + Counter(answered)]


def expected(cleaned: Cleaned) -> Counter[Place]:
    """Rows that the accounts say were read."""
    found: Counter[Place] = Counter()
    for entry in cleaned.manifest["inputs"]:
        for sheet in entry["sheets"]:
            last = sheet["rows_read"] + (sheet["header_row"] > 0)
            found.update(
                (entry["file"], sheet["sheet"], row)
                for row in range(1, last + 1)
                if row != sheet["header_row"]
            )
    return found


def partition(cleaned: Cleaned) -> list[str]:
    """Each row read is in exactly one of a table, the quarantine, the corrections; the sums hold."""
    problems = []
    for entry in cleaned.manifest["inputs"]:
        for sheet in entry["sheets"]:
            gone = sum(sheet[f"rows_{part}"] for part in ("clean", "quarantined", "merged", "ignored"))
            if gone != sheet["rows_read"]:
                problems.append(f"account: {entry['file']} {sheet}")
    read, parts = expected(cleaned), accounted(cleaned)
    found = sum(parts, Counter())
    twice = {place for place, count in read.items() if count > 1}  # two sheets of one name
    for place in read.keys() | found.keys():
        if place in twice and 1 <= found[place] <= read[place]:
            continue
        if found[place] != read[place]:
            where = [part[place] for part in parts]
            problems.append(f"row: {place} read {read[place]}, in tables, quarantine, corrections {where}")
    unreadable = cleaned.quarantine[cleaned.quarantine["reason_code"] == "unreadable_file"]["source_file"]
    broken = [entry["file"] for entry in cleaned.manifest["inputs"] if entry["problem"]]
    if sorted(unreadable) != sorted(broken):
        problems.append("refused: files refused are not those in quarantine")
    return problems[:5]


def reader_errors(cleaned: Cleaned, folder: Path) -> list[str]:
    """A file may kill the process that reads it by its size, not by an exception that nobody caught."""
    problems = []
    for entry in cleaned.manifest["inputs"]:
        if entry["problem"] == finding("file_slow").message:
            problems.append(f"late: {entry['file']}")
        if entry["problem"] == finding("file_sparse").message and (folder / entry["file"]).exists():
            paths = json.dumps([str(folder / entry["file"])]).encode()
            command = [sys.executable, "-c", START, str(ROOT)]
            said = subprocess.run(command, input=paths, capture_output=True).stderr.decode(errors="replace")
            if "Traceback" in said or "panicked" in said:
                problems.append(f"reader: {entry['file']} {said.strip().splitlines()[-1]}")
    return problems


def recount(cleaned: Cleaned, folder: Path, known: dict[str, Rows | None]) -> list[str]:
    """Every filled row of each file read, counted without the reader, is accounted for, or a header row."""
    read = expected(cleaned)
    headers = {
        (entry["file"], sheet["sheet"], sheet["header_row"])
        for entry in cleaned.manifest["inputs"]
        for sheet in entry["sheets"]
    }
    sheets = {place[:2] for place in headers}
    parted = {(file, sheet.rpartition(PART)[0]) for file, sheet in sheets}
    unknown = cleaned.corrections[cleaned.corrections["rule"] == "ignored_unknown_sheet"]
    named = set(zip(unknown["source_file"], unknown["source_sheet"], strict=True)) | parted
    problems = []
    for entry in cleaned.manifest["inputs"]:
        file = entry["file"]
        rows = known.get(file) or rows_of(folder / file, entry) if not entry["problem"] else None
        for sheet, numbers in (rows or {}).items():
            if (file, sheet) not in sheets:
                if numbers and sheet not in SILENT_SHEETS and (file, sheet) not in named:
                    problems.append(f"sheet: {file} {sheet!r} is told nowhere")
                continue
            lost = {
                row for row in numbers if (file, sheet, row) not in headers and not read[file, sheet, row]
            }
            if lost:
                problems.append(f"lost: {file} ({entry['format']}) {sheet!r} rows {sorted(lost)[:8]}")
    return problems[:5]


def contract(cleaned: Cleaned) -> list[str]:
    """The tables obey their declaration; masses are in order and finite; every reason has its sentence."""
    problems = []
    for name, frame in cleaned.tables.items():
        tables.schema(name).validate(frame)
        numbers = frame.select_dtypes("number").to_numpy(dtype=float)
        if np.isinf(numbers).any():
            problems.append(f"infinite: a number of {name}")
        if (np.signbit(numbers) & (numbers == 0)).any():
            problems.append(f"zero: a number of {name} is written -0")
    low, central, high = (cleaned.tables["flows"][f"mass{part}_t_per_year"] for part in ("_low", "", "_high"))
    if not ((low >= 0) & (low <= central) & (central <= high) & np.isfinite(high)).all():
        problems.append("masses: not 0 <= low <= central <= high")
    for frame in (cleaned.quarantine, cleaned.implausible):
        if (frame["message"].fillna("").str.strip() == "").any():
            problems.append("message: a reason without its sentence")
    return problems


def personal(cleaned: Cleaned) -> list[str]:
    """Of a sheet about people no log and no table holds the personal data that the edits put in cells."""
    people = {
        (entry["file"], sheet["sheet"])
        for entry in cleaned.manifest["inputs"]
        for sheet in entry["sheets"]
        if sheet["table"] in PEOPLE
    }
    frames = {name: getattr(cleaned, name) for name in ("quarantine", "corrections", "implausible")}
    problems = []
    for name, frame in (frames | cleaned.tables).items():
        for line in frame.astype("str").itertuples(index=False):
            if (line.source_file, line.source_sheet) in people and PERSONAL.search(
                " ".join(map(str, line[3:]))
            ):
                problems.append(f"personal: {name} {tuple(line)}"[:600])
    return problems[:2]
