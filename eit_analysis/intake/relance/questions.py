"""What to ask each firm about its own cells: refused, implausible, read with a doubt, or missing.

One question a cell, and one for the lines of a column that ask for the same; real questions come first, what
the result most hangs on before the rest, then the readings that need no answer when they are right. A cell
that the firm has answered or confirmed is asked again only when the answer itself cannot be used or is
implausible.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from eit_analysis import tables
from eit_analysis.french import counted, tonnes
from eit_analysis.intake.answers.applying import CellKey
from eit_analysis.intake.cells.parsing import parse_number
from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.relance import phrases
from eit_analysis.intake.relance.fiche import DOUBTFUL, IMPLAUSIBLE, LAW, MISSING, OFFICE, REFUSED, Question
from eit_analysis.intake.relance.together import QUANTITY, together
from eit_analysis.intake.relance.wave_cells import WaveCells
from eit_analysis.intake.sheets.ledger import places
from eit_analysis.reference import obligations
from eit_analysis.reference.findings import Finding, codes, finding

COMMENT, DESIGNATION = (tables.header("flows", name) for name in ("comment", "description"))
# Share of the mass of its row that hangs on an answer (assumed): all of what is not counted, little of law.
DOUBT = {REFUSED: 1.0, IMPLAUSIBLE: 1.0, MISSING: 0.5, LAW: 0.1, DOUBTFUL: 0.1}
# Cells that a mass comes from.
WEIGHED = {tables.header("flows", name) for name in ("quantity", "unit", "period", "months")}


class Asking(WaveCells):
    """The questions of one wave."""

    def __init__(self, wave: Cleaned, law_day: str = "") -> None:
        super().__init__(wave)
        self.law_day = law_day
        self.refusals = [*self.lines(wave.quarantine, "raw_value", "message", "finding")]
        alone = finding("left_alone")
        for file in wave.manifest["files_left_alone"]:
            if owner := self.files.get(file):
                self.refusals.append((owner, (file, "", 0, ""), "", alone.message, alone))
        self.answered = set(_cells(self.of_rule("answered_by_firm", "confirmed_by_firm")))
        # Who wrote NC has answered.
        self.settled = self.answered.union(_cells(self.of_rule("missing_word")))
        self.by_register = {cell[:3] for cell in _cells(self.of_rule("register_preferred"))}
        flows, sites = wave.tables["flows"], wave.tables["sites"]
        self.activities = dict(zip(sites["site_id"], sites["naf_code"], strict=True))
        masses = flows["mass_t_per_year"].astype(float)
        self.flows = dict(zip(places(flows), masses, strict=True))
        self.typical_t_per_year = masses[masses > 0].median() if (masses > 0).any() else 1.0
        width = (flows["mass_high_t_per_year"] - flows["mass_low_t_per_year"]).astype(float) / 2
        self.widths = dict(zip(places(flows), width.fillna(0.0), strict=True))

    def ask(self) -> tuple[dict[str, list[Question]], dict[str, list[str]]]:
        """Questions by owner (``""``: the study office), and rows that stay aside without any question.

        With a ``law_day``, also what the law of that day asks and the answers do not tell.

        Real questions come first, then readings, each by what hangs on it: mass × doubt (`stake`).
        """
        found: dict[CellKey, Question] = {}
        gravest_first = (
            *(self.unread, self.refused, self.implausible, self.doubtful),
            *(self.missing, self.silent, self.lawful),
        )
        for kind in gravest_first:
            for question in kind():
                found.setdefault(question.cell, question)
        weighed: dict[tuple[str, CellKey], Question] = {}
        for question in map(self.absent, found.values()):
            stake = self.stake(question)
            weighed.setdefault((question.owner, question.cell), replace(question, stake_t_per_year=stake))
        by_owner: dict[str, list[Question]] = {}
        for question in sorted(together(sorted(weighed.values(), key=self.rank)), key=self.rank):
            by_owner.setdefault(question.owner, []).append(question)
        return by_owner, self.aside({cell[:3] for cell in found})

    def stake(self, question: Question) -> float:
        """Mass × doubt of a question (t/year); a row that is not counted is as heavy as the median flow.

        All of a firm or of a sheet hangs on what concerns its description or the whole sheet.
        """
        row, table = question.cell[:3], self.tables.get(question.cell[:2], "")
        if question.kind == REFUSED and (table == "sites" or not question.row):
            return math.inf
        if question.kind == DOUBTFUL and question.column in WEIGHED and row in self.widths:
            return self.widths[row]
        return DOUBT[question.kind] * (self.flows.get(row) or self.typical_t_per_year)

    def unread(self) -> Iterator[Question]:
        """Answers that could not be used."""
        for cell, (answer, found) in self.wave.applied.unread.items():
            if cell[:3] not in self.wave.applied.removed:
                text = phrases.unread(answer, found, phrases.ask(self.tables[cell[:2]], self.name(cell)))
                yield self.put(self.rows.get(cell[:3], OFFICE), REFUSED, cell, text)

    def refused(self) -> Iterator[Question]:
        hints = self.told_by_designations()
        for owner, cell, raw, message, found in self.refusals:
            cell = self.asked(cell, found)
            if found.code == "answer_unreadable" or (found.entry.asks == "site" and owner != OFFICE):
                continue  # asked on the cell it answers; on the row that describes its firm
            nothing = cell[3] != QUANTITY and parse_number(self.read((*cell[:3], QUANTITY))).value == 0
            if nothing or (found.entry.group == "missing" and cell in self.answered):
                continue
            shown = raw if cell[2] else ""  # of a sheet without headers, no row in particular
            text, personal = self.wrong(owner, cell, found, message), found.code == "personal_data"
            known = phrases.likely(found)
            likely, hint = (known, "") if known else hints.get(cell, ("", ""))
            yield self.put(owner, REFUSED, cell, text, shown, likely, hint, personal=personal)

    def told_by_designations(self) -> dict[CellKey, tuple[str, str]]:
        """What the designation of its row makes of each cell that is refused."""
        found: dict[CellKey, tuple[str, str]] = {}
        flows = self.wave.tables["flows"]
        declared = dict(zip(places(flows), flows["category"], strict=True))
        for column in phrases.HINTED:
            cells = [cell for _, cell, *_ in self.refusals if self.name(cell) == column]
            texts = [self.read((*cell[:3], DESIGNATION)) for cell in cells]
            of = [declared.get(cell[:3]) for cell in cells]
            whose = [self.activities.get(self.rows.get(cell[:3], OFFICE)) for cell in cells]
            found |= zip(cells, phrases.hints(column, texts, of, whose), strict=True)
        return found

    def implausible(self) -> Iterator[Question]:
        jobs = self.jobs_aside()
        names = ("raw_value", "message", "finding")
        for owner, cell, raw, message, found in self.lines(self.wave.implausible, *names):
            if owner == OFFICE or found.entry.asks == "office":
                yield self.put(OFFICE, IMPLAUSIBLE, cell, f"{message}.", raw)
                continue
            text = found.question()
            if found.code == "ages_against_headcount" and jobs.get(owner):
                aside = counted(jobs[owner], "ligne mise de côté", "lignes mises de côté")
                text = f"{found.sentence}, sans compter {aside}."
            weighed, likely = cell[:3] in self.flows and cell[3] == QUANTITY, phrases.likely(found)
            if weighed and phrases.perhaps_kilograms(found):
                likely = f"{tonnes(self.flows[cell[:3]] / 1000)}\u00a0t/an"
                text += f" {phrases.PHRASES['perhaps_kilograms'].format(likely)}"
            confirm = phrases.PHRASES[
                "confirm_likely" if likely else "confirm_unit" if weighed else "confirm"
            ].format(likely)
            yield self.put(owner, IMPLAUSIBLE, cell, f"{text} {confirm}", raw, likely)

    def jobs_aside(self) -> Mapping[str, int]:
        """Rows of the sheets of jobs set aside, by owner."""
        rows = {
            (owner, cell[:3])
            for owner, cell, *_, found in self.refusals
            if cell[2] and not found.of_cell and self.tables.get(cell[:2]) == "workforce"
        }
        return Counter(owner for owner, _ in rows)

    def doubtful(self) -> Iterator[Question]:
        frame = self.of_rule(*codes(severity="check"))
        readings: dict[tuple[str, CellKey], list[str]] = {}
        about_unit: defaultdict[CellKey, bool] = defaultdict(bool)
        for owner, cell, clean, found in self.lines(frame, "clean_value", "finding"):
            cell = self.asked(cell, found)
            if cell not in self.answered and self.flows.get(cell[:3]) != 0:  # of nothing
                readings.setdefault((owner, cell), []).append(phrases.reading(found, clean))
                # Where one reading of a cell is about its unit, the unit is asked too.
                about_unit[cell] |= found.entry.asks == "quantity"
        for (owner, cell), texts in readings.items():
            asked = "no_answer_unit" if about_unit[cell] else "no_answer"
            doubt = phrases.PHRASES[asked if self.read(cell) is not None else "no_cell"]
            text = f"{', et '.join(dict.fromkeys(texts))}{self.yearly(cell)}. {doubt}"
            yield self.put(owner, DOUBTFUL, cell, text)

    def yearly(self, cell: CellKey) -> str:
        """The mass of a year that a reading gave."""
        row = cell[:3]
        if cell[3] not in WEIGHED or row not in self.flows or row in self.by_register:
            return ""
        return f", soit {tonnes(self.flows[row])}\u00a0t par an"

    def missing(self) -> Iterator[Question]:
        for table, frame in self.wave.tables.items():
            if table == "flows":
                frame = frame[(frame["direction"] == "out") & (frame["mass_t_per_year"] != 0)]
            if table == "synergy_register":
                frame = frame[frame["status"] == "done"]
            for column in tables.used_for(table, "asked"):
                blank, header = frame[frame[column].isna()], tables.header(table, column)
                asked = phrases.ask(table, column)
                texts = blank.get("description", blank[column])
                whose = self.owners(blank).map(self.activities)
                hints = phrases.hints(column, texts, blank.get("category", blank[column]), whose)
                for owner, place, hint in zip(self.owners(blank), places(blank), hints, strict=True):
                    cell = (*place, header)
                    if cell not in self.settled:
                        yield self.put(owner, MISSING, cell, asked, "", *hint)

    def lawful(self) -> Iterator[Question]:
        """What obligations leave unknown, asked in the comment of the flow, where there is one."""
        if not self.law_day:
            return
        flows, sites = self.wave.tables["flows"], self.wave.tables["sites"]
        judged = obligations.verdicts(flows, sites, self.law_day, self.wave.unread_flows)
        asked = obligations.questions(judged)
        texts = asked["question"], asked["law_flow"]
        for owner, place, text, subject in zip(self.owners(asked), places(asked), *texts, strict=True):
            cell = (*place, COMMENT)
            if COMMENT in self.columns(cell) and cell not in self.settled:
                yield replace(self.put(owner, LAW, cell, text), subject=subject)

    def silent(self) -> Iterator[Question]:
        """Firms of which no row tells an outflow and that do not say that they have none: it is not known."""
        sites, flows = self.wave.tables["sites"], self.wave.tables["flows"]
        out = {*flows.loc[flows["direction"] == "out", "site_id"]}
        # What is set aside of the flows, or of a sheet that may be theirs, is asked about there.
        aside = {owner for owner, cell, *_ in self.refusals if self.tables.get(cell[:2]) in (None, "flows")}
        blank = sites[sites["no_waste"].isna() & ~sites["site_id"].isin(out | aside)]
        sheets: dict[str, list[CellKey]] = {}
        for owner, cell in self.lines(self.of_rule("ignored_unknown_sheet")):
            sheets.setdefault(owner, []).append(cell)
        asked, header = phrases.PHRASES["no_outflow"], tables.header("sites", "no_waste")
        for owner in sheets.keys() - {OFFICE, *sites["site_id"]}:  # known by the names of its files alone
            for cell in sheets[owner]:
                yield self.put(owner, MISSING, cell, phrases.PHRASES["unread_sheet"])
        for owner, place in zip(self.owners(blank), places(blank), strict=True):
            # A sheet that is not of the form may tell them: « oui » would be a zero that nobody meant.
            for cell in sheets.get(owner, []) if owner != OFFICE else ():
                yield self.put(owner, MISSING, cell, phrases.PHRASES["unread_sheet"])
            if owner not in sheets:
                yield self.put(owner, MISSING, (*place, header), asked, "", "oui")

    def aside(self, asked: set[tuple[str, str, int]]) -> dict[str, list[str]]:
        """Rows set aside of which nothing is asked, and why: those with one reason together."""
        rows: dict[tuple[str, str, str, str], dict[int, Question]] = {}
        for owner, cell, *_, found in self.refusals:
            if not found.of_cell and cell[:3] in self.rows and cell[:3] not in asked:
                why = found.question()
                if found.entry.asks == "site" and owner != OFFICE:
                    why = phrases.PHRASES["waiting"]
                same = rows.setdefault((owner, cell[0], cell[1], why), {})
                same.setdefault(cell[2], self.put(owner, "", (*cell[:3], ""), ""))
        lines: dict[str, list[str]] = {}
        for (owner, *_, why), same in rows.items():
            first = next(iter(same.values()))
            if len(same) > 1:
                first, *others = (replace(line, label="") for line in same.values())
                first = replace(first, others=tuple(others))
            lines.setdefault(owner, []).append(f"{first.place}\u00a0: {why}")
        return lines

    def lines(self, frame: pd.DataFrame, *names: str) -> Iterator[tuple]:
        """Owner, cell and the columns asked for of each line."""
        texts = [frame[name].fillna("").tolist() for name in names]
        yield from zip(self.owners(frame), _cells(frame), *texts, strict=True)

    def wrong(self, owner: str, cell: CellKey, found: Finding, message: str) -> str:
        """The question about a cell that cannot be used; the study office reads its usual message."""
        if found.entry.question and owner != OFFICE and (found.entry.asks == "sheet" or not cell[1]):
            return found.question()
        if found.entry.asks == "sheet":
            return f"{found.question()} {phrases.PHRASES['resend' if owner != OFFICE else 'resend_office']}"
        if owner == OFFICE or not cell[1]:
            return f"{message.rstrip('.')}."
        column = self.name(cell)
        asked = phrases.ask(self.tables[cell[:2]], column) if column else ""
        return f"{found.question()} {asked}".strip()

    def asked(self, cell: CellKey, found: Finding) -> CellKey:
        """The cell to answer: what is about a unit is settled by the quantity with its unit."""
        if found.entry.asks == "sheet":
            return (*cell[:2], 0, "")  # one question for the sheet
        quantity = (*cell[:3], QUANTITY)
        return quantity if found.entry.asks == "quantity" and self.read(quantity) is not None else cell


def _cells(frame: pd.DataFrame) -> Iterator[CellKey]:
    for place, column in zip(places(frame), frame["column"].fillna(""), strict=True):
        yield (*place, column)
