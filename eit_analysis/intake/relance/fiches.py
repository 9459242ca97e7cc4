"""*Fiches de relance*: for each firm what was read of its answers, what was corrected, what is asked."""

from __future__ import annotations

import math
from collections import Counter

import pandas as pd

from eit_analysis import spreadsheet_csv, tables
from eit_analysis.errors import UsageError
from eit_analysis.files import write_atomic
from eit_analysis.french import fold_words, half_up, one_decimal
from eit_analysis.intake.answers.answer_sheets import as_read, logged
from eit_analysis.intake.answers.applying import RowKey
from eit_analysis.intake.cells.parsing import MISSING_WORDS, clean_text
from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.relance import fiche_book, fiche_page, phrases
from eit_analysis.intake.relance.fiche import DOUBTFUL, OFFICE, Correction, Fiche, SheetRead
from eit_analysis.intake.relance.phrases import read_as
from eit_analysis.intake.relance.questions import Asking
from eit_analysis.intake.relance.together import QUANTITY
from eit_analysis.intake.relance.wave_cells import WaveCells
from eit_analysis.intake.sheets.ledger import SOURCE, places
from eit_analysis.reference.dated import law_day
from eit_analysis.reference.findings import codes, setting_aside
from eit_analysis.study import Study

LISTED = [
    "site_id", "file", "kind", "source_file", "source_sheet", "source_rows", "column", "read", "likely",
    "question", "stake_t_per_year", "about",
]  # fmt: skip
FOLDER = "relances"
LIST = "questions.csv"  # in it: every question, for the study office
PER_FICHE = 15  # questions and readings that a firm gets at once


def fiches(wave: Cleaned, law_day: str = "") -> list[Fiche]:
    """The fiche of each firm that a sheet Entreprise describes, then that of the study office if needed."""
    cells = Asking(wave, law_day)
    (questions, aside), turns = cells.ask(), _turns(cells)
    marks = setting_aside(wave.implausible)
    doubted = {*places(marks[marks["column"] == QUANTITY])}
    own_tables = {
        table: {str(owner): rows for owner, rows in frame.groupby(cells.owners(frame).to_numpy())}
        for table, frame in wave.tables.items()
    }
    read, corrected, written = _sheets_read(cells), _corrections(cells), []
    for site in [*cells.sites, *([OFFICE] if OFFICE in questions else [])]:
        own = {table: frames[site] for table, frames in own_tables.items() if site in frames}
        name = str(own["sites"]["name"].iloc[0]) if site and "sites" in own else ""
        asked = questions.get(site, [])
        now = len(asked) if site == OFFICE else PER_FICHE  # the study office sees its own at once
        written.append(
            Fiche(
                site, name, turns[site] + 1, read.get(site, []), _totals(own, doubted),
                corrected.get(site, []), asked[:now], aside.get(site, []), asked[now:],
            )
        )  # fmt: skip
    return written


def write_sheets(study: Study, wave: Cleaned) -> int:
    """Write ``relances/<site_id>_relance.html`` and ``.xlsx`` of a cleaned wave; older fiches go.

    ``questions.csv`` beside them lists what is asked and what will be. Returns the number of questions asked,
    all fiches together, readings to check left out.
    """
    folder, written = study.processed / FOLDER, fiches(wave, _law_day(study, wave))
    for fiche in written:
        write_atomic(folder / f"{fiche.file}.html", fiche_page.page(study, fiche))
        write_atomic(folder / f"{fiche.file}.xlsx", fiche_book.workbook(study, fiche))
    write_atomic(folder / LIST, spreadsheet_csv.to_bytes(listed(written)))
    kept = {f"{fiche.file}{ending}" for fiche in written for ending in (".html", ".xlsx")}
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.suffix in (".html", ".xlsx") and path.name not in kept:
            path.unlink()
    return sum(fiche.asked for fiche in written)


def listed(written: list[Fiche]) -> pd.DataFrame:
    """Every question of the wave, those that wait too: a line each, in the order of the fiches.

    ``site_id`` (empty: the study office), ``file`` of the fiche (empty: asked by a next one), ``kind``,
    ``source_file, source_sheet, source_rows, column, read, likely, question``, ``stake_t_per_year``, missing
    where all of the sheet or of the firm hangs on it, and ``about``, its subject in a few words.
    """
    lines = [
        (
            fiche.site, file, question.kind, question.file, question.sheet, question.rows, question.columns,
            question.read, question.proposal, question.asked,
            half_up(question.stake_t_per_year, 3) if math.isfinite(question.stake_t_per_year) else None,
            question.about,
        )
        for fiche in written
        for file, questions in ((fiche.file, fiche.questions), ("", fiche.later))
        for question in questions
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=LISTED).astype({"stake_t_per_year": "float64"})


def put(study: Study) -> pd.DataFrame:
    """What the fiches of a cleaned wave ask, as :func:`listed`, all texts; empty where none was written."""
    path = study.processed / FOLDER / LIST
    if not path.exists():
        return pd.DataFrame(columns=LISTED, dtype="str")
    found = pd.read_csv(path, sep=spreadsheet_csv.SEPARATOR, dtype="str", keep_default_na=False)
    return found.reindex(columns=LISTED)  # of an earlier version some are missing


def in_short(posed: pd.DataFrame) -> pd.DataFrame:
    """What the fiche of each firm asks: ``site_id, file, n_points, n_asked, subjects``; no readings.

    One point may be asked several things, each with its question mark. ``posed`` is of :func:`put`.
    """
    asked = posed[posed["kind"].ne(DOUBTFUL) & posed["file"].ne("")]
    asked = asked.assign(n_asked=asked["question"].str.count(r"\?").clip(lower=1))
    found = asked.groupby(["site_id", "file"]).agg(
        n_points=("kind", "size"),
        n_asked=("n_asked", "sum"),
        subjects=("about", lambda names: "\u00a0; ".join(dict.fromkeys(names.dropna())) or None),
    )
    return found.reset_index()


def readings(posed: pd.DataFrame) -> tuple[int, int]:
    """How many readings are to be confirmed, and how many columns to be added, of which nothing was read."""
    doubtful = posed[posed["kind"].eq(DOUBTFUL) & posed["file"].ne("")]
    added = doubtful["column"].ne("") & doubtful["source_rows"].eq("")
    return int((~added).sum()), int(doubtful.loc[added, "column"].str.split(", ").map(len).sum())


def _law_day(study: Study, wave: Cleaned) -> str:
    """None where nothing tells the year of the wave."""
    try:
        return law_day(wave.tables["sites"], study.wave, study.settings.law_year)
    except UsageError:
        return ""


def _turns(cells: WaveCells) -> Counter[str]:
    """Answer files of the wave that name a row of each firm, also of a row that it withdraws."""
    header, turns = tables.header("sites", "site_id"), Counter[str]()
    for rows in cells.wave.applied.named.values():
        named = {cells.rows.get(row) or clean_text(cells.raw((*row, header))).upper() for row in rows}
        turns.update(site if site in cells.sites else OFFICE for site in named)
    return turns


def _sheets_read(cells: WaveCells) -> dict[str, list[SheetRead]]:
    """Rows of each owner by sheet, in the order of the files."""
    lines = cells.wave.quarantine
    found = zip(places(lines), lines["finding"], strict=True)
    refused = {place for place, finding in found if not finding.of_cell}
    used = {place for frame in cells.wave.tables.values() for place in places(frame)}
    read: dict[tuple[str, str, str], set[RowKey]] = {}
    for place, owner in cells.rows.items():
        read.setdefault((owner, *place[:2]), set()).add(place)
    sheets: dict[str, list[SheetRead]] = {}
    for (owner, file, sheet), own in read.items():
        rows = SheetRead(file, sheet, len(own), len(own & used), len(own & refused))
        sheets.setdefault(owner, []).append(rows)
    return sheets


def _corrections(cells: WaveCells) -> dict[str, list[Correction]]:
    """Corrections of the writing, equal ones counted together; those with a doubt are asked about instead."""
    frame, left_out = cells.wave.corrections, codes(severity="check") | codes(severity="trace")
    frame = frame[~frame["rule"].isin(left_out)]
    counts: dict[str, Counter[tuple[str, str, str, str, str]]] = {}
    lines = frame[["rule", "column", "raw_value", "clean_value"]].fillna("")
    for owner, place, (rule, column, raw, clean) in zip(
        cells.owners(frame), places(frame), lines.itertuples(index=False), strict=True
    ):
        label = phrases.correction_label(rule, owner == OFFICE)
        if not column or rule == "header_recognised":  # of rows, sheets and headers, only how many
            what = (label, place[1], "", "", "")
        elif rule == "confirmed_by_firm" and (not raw or fold_words(raw) in MISSING_WORDS):
            what = (phrases.PHRASES["nothing_known"], place[1], column, raw, "")
        else:
            where = (*place, column)
            cell, table = cells.raw(where), cells.tables.get(place[:2], "")
            raw, clean = (as_read(cell) if text and text == logged(cell) else text for text in (raw, clean))
            what = (label, place[1], column, raw, read_as(table, cells.name(where), clean))
        counts.setdefault(owner, Counter())[what] += 1
    return {
        owner: [Correction(*what, count) for what, count in sorted(found.items())]
        for owner, found in counts.items()
    }


def _totals(own: dict[str, pd.DataFrame], doubted: set[RowKey]) -> list[tuple[str, str]]:
    """Main figures of one firm, for it to recognise: what leaves, what enters, its people.

    The masses of the ``doubted`` rows are counted once confirmed: they are in no total.
    """
    found = []
    flows = own.get("flows", pd.DataFrame(columns=["direction", "mass_t_per_year", *SOURCE]))
    aside = pd.Series([place in doubted for place in places(flows)], index=flows.index, dtype=bool)
    for code, words in (("out", "Flux sortants"), ("in", "Flux entrants")):
        here = flows["direction"] == code
        mass, waiting = flows.loc[here & ~aside, "mass_t_per_year"], int((here & aside).sum())
        if here.any():
            told = f"{len(mass)}, soit {one_decimal(float(mass.sum()))}\u00a0t par an"
            found.append((words, told + f"\u00a0; à confirmer, non compté\u00a0: {waiting}" * bool(waiting)))
    for table, words in (("sharing", "Mutualisations possibles"), ("skills", "Compétences")):
        if table in own:
            found.append((words, one_decimal(len(own[table]))))
    if "workforce" in own:
        people = one_decimal(float(own["workforce"]["headcount"].sum()))
        found.append((f"Personnes (feuille {tables.sheet_name('workforce')})", people))
    return found
