"""*Fiches de relance*: for each firm what was read of its answers, what was corrected, what is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd
from babel.numbers import format_decimal

from eit_analysis import tables
from eit_analysis.intake import relance_html, relance_xlsx
from eit_analysis.intake.relance_owners import OFFICE, Owners, Wave, find_owners, places
from eit_analysis.intake.relance_questions import DOUBTFUL_RULES, Question, questions
from eit_analysis.intake.relance_wording import rule_label
from eit_analysis.study import Study, write_atomic

FOLDER = "relances"
OFFICE_FILE = "_bureau_etudes"
# What becomes of the answer sheets is told on the cells they answer.
ANSWER_RULES = {"answer_applied", "merged_repeated_answer", "ignored_blank_answer"}


@dataclass(frozen=True)
class SheetRead:
    """Rows of one firm in one sheet: read = used + refused + repeated or withdrawn."""

    file: str
    sheet: str
    read: int
    used: int
    refused: int


@dataclass(frozen=True)
class Correction:
    """One kind of correction: how often, and for a cell what was written and what was read."""

    rule: str
    sheet: str
    column: str
    raw: str
    clean: str
    count: int


@dataclass(frozen=True)
class Fiche:
    """All that a firm is told and asked; ``site`` is empty for the study office."""

    site: str
    name: str
    read: list[SheetRead]
    totals: list[tuple[str, str]]
    corrections: list[Correction]
    questions: list[Question]

    @property
    def file(self) -> str:
        return self.site or OFFICE_FILE


def fiches(wave: Wave) -> list[Fiche]:
    """The fiche of each firm that a sheet Entreprise describes, then that of the study office if needed."""
    owners = find_owners(wave)
    asked = questions(wave, owners)
    own_tables = {table: _by_owner(frame, owners) for table, frame in wave.tables.items()}
    read, corrected = _sheets_read(wave, owners), _corrections(wave, owners)
    names = {
        site: str(frame["name"].iloc[0]) for site, frame in own_tables["sites"].items() if site != OFFICE
    }
    office = [OFFICE] if OFFICE in asked else []
    return [
        Fiche(
            site,
            names.get(site, ""),
            read.get(site, []),
            _totals({table: frames[site] for table, frames in own_tables.items() if site in frames}),
            corrected.get(site, []),
            asked.get(site, []),
        )
        for site in [*owners.sites, *office]
    ]


def write_sheets(study: Study, wave: Wave) -> int:
    """Write ``relances/<site_id>.html`` and ``.xlsx`` of a cleaned wave; fiches of firms that left go.

    Returns
    -------
    int
        Number of questions asked, all fiches together.
    """
    folder, written = study.processed / FOLDER, fiches(wave)
    for fiche in written:
        write_atomic(folder / f"{fiche.file}.html", relance_html.page(study, fiche))
        write_atomic(folder / f"{fiche.file}.xlsx", relance_xlsx.workbook(study, fiche))
    kept = {f"{fiche.file}{ending}" for fiche in written for ending in (".html", ".xlsx")}
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.suffix in (".html", ".xlsx") and path.name not in kept:
            path.unlink()
    return sum(len(fiche.questions) for fiche in written)


def french(value: float) -> str:
    """A number as French readers write it, with at most one decimal: ``1 240,5``."""
    return format_decimal(round(value, 1), format="#,##0.#", locale="fr_FR")


def _by_owner(frame: pd.DataFrame, owners: Owners) -> dict[str, pd.DataFrame]:
    return {str(owner): rows for owner, rows in frame.groupby(owners.of(frame).to_numpy())}


def _sheets_read(wave: Wave, owners: Owners) -> dict[str, list[SheetRead]]:
    """Rows of each owner by sheet, in the order of the files."""
    refused = {
        place
        for place, code in zip(places(wave.quarantine), wave.quarantine["reason_code"], strict=True)
        if not code.startswith("cell_")
    }
    used = {place for frame in wave.tables.values() for place in places(frame)}
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for place, owner in owners.rows.items():
        count = counts.setdefault((owner, *place[:2]), Counter())
        count.update(read=1, used=int(place in used), refused=int(place in refused))
    rows: dict[str, list[SheetRead]] = {}
    for (owner, file, sheet), count in counts.items():
        rows.setdefault(owner, []).append(
            SheetRead(file, sheet, count["read"], count["used"], count["refused"])
        )
    return rows


def _corrections(wave: Wave, owners: Owners) -> dict[str, list[Correction]]:
    """Corrections of the writing, equal ones counted together; those with a doubt are asked about instead."""
    frame = wave.corrections[~wave.corrections["rule"].isin(DOUBTFUL_RULES | ANSWER_RULES)]
    counts: dict[str, Counter[tuple[str, str, str, str, str]]] = {}
    lines = frame[["rule", "source_sheet", "column", "raw_value", "clean_value"]].fillna("")
    for owner, (rule, sheet, *cell) in zip(owners.of(frame), lines.itertuples(index=False), strict=True):
        # Of rows, sheets and headers, only how many.
        column, raw, clean = cell if cell[0] and rule != "header_recognised" else ("", "", "")
        what = (rule_label(rule), sheet, column, raw, clean)
        counts.setdefault(owner, Counter())[what] += 1
    return {
        owner: [Correction(*what, count) for what, count in sorted(found.items())]
        for owner, found in counts.items()
    }


def _totals(own: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Main figures of one firm, for it to recognise: what leaves, what enters, its people."""
    found = []
    flows = own.get("flows", pd.DataFrame({"direction": [], "mass_t_per_year": []}))
    for code, words in (("out", "Flux sortants"), ("in", "Flux entrants")):
        mass = flows.loc[flows["direction"] == code, "mass_t_per_year"]
        if len(mass):
            found.append((words, f"{len(mass)}, soit {french(float(mass.sum()))}\u00a0t par an"))
    for table, words in (("sharing", "Mutualisations possibles"), ("skills", "Compétences")):
        if table in own:
            found.append((words, french(len(own[table]))))
    if "workforce" in own:
        people = french(float(own["workforce"]["headcount"].sum()))
        found.append((f"Personnes (feuille {tables.sheet_name('workforce')})", people))
    return found
