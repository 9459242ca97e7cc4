"""The cells of a wave as questions name them: their place, their value, what their row is about and whose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from eit_analysis import tables
from eit_analysis.intake.answers.answer_sheets import as_read
from eit_analysis.intake.answers.applying import CellKey, RowKey
from eit_analysis.intake.cells.identifiers import firm_of_file
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.privacy import PRIVATE
from eit_analysis.intake.cleaning.wave import Cleaned
from eit_analysis.intake.relance import phrases
from eit_analysis.intake.relance.fiche import DOUBTFUL, LAW, OFFICE, Question
from eit_analysis.intake.relance.phrases import sentence
from eit_analysis.intake.sheets.ledger import places
from eit_analysis.reference.findings import finding

LABEL_LENGTH = 60
LONGEST_TEXT = 2000  # a message may quote its cell, and a cell of a workbook holds no more than 32,767
SITE, DIGIT = re.compile(r"\w[\w-]{0,31}"), re.compile("[0-9]")  # it names a file


class WaveCells:
    """Look-ups in the raw sheets of a wave, and whose their rows are.

    A firm only ever sees its own rows; those of nobody go to the study office. A file with rows of several
    firms, or of an unknown one, has no owner of its own: its headers, titles and unknown sheets are shown to
    the study office only.
    """

    def __init__(self, wave: Cleaned) -> None:
        self.wave = wave
        self.tables = {
            (entry["file"], sheet["sheet"]): sheet["table"]
            for entry in wave.manifest["inputs"]
            for sheet in entry["sheets"]
        }
        self.names = {
            table: {spec["header"]: name for name, spec in tables.form(table).items()}
            for table in tables.TABLES
        }
        turned = self.of_rule("sheet_turned")
        self.turned = {*zip(turned["source_file"], turned["source_sheet"], strict=True)}
        self.rows = self._owners()  #: owner of each data row
        self.files = self._owners_of_files()  #: owner of what a file holds outside its data rows

    def _owners(self) -> dict[RowKey, str]:
        """A row belongs to the firm it names, when a sheet Entreprise of the wave describes that firm.

        Where two rows describe one firm differently, they may be two firms: then only the rows of the file
        whose description was kept are shown to it.
        """
        frame, sites = self.wave.row_sites, self.wave.tables["sites"]
        named = dict(zip(places(frame), frame["site_id"].fillna(OFFICE), strict=True))
        declared = {
            site
            for place, site in named.items()
            if self.tables.get(place[:2]) == "sites" and SITE.fullmatch(site)
        }
        homes = dict(zip(sites["site_id"], sites["source_file"], strict=True))
        conflicts = self.wave.quarantine[self.wave.quarantine["reason_code"] == "conflicting_site"]
        disputed = {named.get(place) for place in places(conflicts)}
        return {
            place: site
            if site in declared and (site not in disputed or homes.get(site) == place[0])
            else OFFICE
            for place, site in named.items()
        }

    def _owners_of_files(self) -> dict[str, str]:
        """The one owner of the rows of a file; without any row that is read, its name tells the firm.

        A firm that nothing else tells has a name like the others: ``Bilan2025_dechets`` is of none.
        """
        owners: dict[str, set[str]] = {}
        for place, owner in self.rows.items():
            owners.setdefault(place[0], set()).add(owner)
        alone = {file: next(iter(sites)) for file, sites in owners.items() if len(sites) == 1}
        quarantine, left = self.wave.quarantine, self.wave.manifest["files_left_alone"]
        blank = quarantine.loc[quarantine["reason_code"] == "blank_file", "source_file"]
        unread = [*quarantine["source_file"], *self.of_rule("ignored_unknown_sheet")["source_file"], *left]
        shapes = {DIGIT.sub("0", site) for site in self.rows.values()}
        for file in {*unread} - owners.keys():
            firm = firm_of_file(file)
            if firm and (DIGIT.sub("0", firm) in shapes or file in {*blank}):
                alone[file] = firm
        return alone

    @property
    def sites(self) -> list[str]:
        return sorted({*self.rows.values(), *self.files.values()} - {OFFICE})

    def owners(self, frame: pd.DataFrame) -> pd.Series:
        """Owner of each line of a frame that has the three ``source_`` columns."""
        found = [self.rows.get(place, self.files.get(place[0], OFFICE)) for place in places(frame)]
        return pd.Series(found, index=frame.index, dtype="str")

    def of_rule(self, *rules: str) -> pd.DataFrame:
        """The corrections of some rules."""
        return self.wave.corrections[self.wave.corrections["rule"].isin(rules)]

    def name(self, cell: CellKey) -> str:
        """Column of the contract, ``""`` where the sheet or the header is none of it."""
        return self.names.get(self.tables.get(cell[:2], ""), {}).get(cell[3], "")

    def columns(self, cell: CellKey) -> Mapping[str, int]:
        grid = self.wave.grids.get(cell[:2])
        return grid.columns if grid else {}

    def read(self, cell: CellKey) -> str | None:
        """What a cell reads now, None where there is no such cell."""
        raw = self.raw(cell)
        return None if raw is None else as_read(raw)

    def raw(self, cell: CellKey) -> Any:
        """The raw cell itself, None where there is none."""
        grid = self.wave.grids.get(cell[:2])
        return grid.cell(*cell[2:]) if grid and cell[2] else None

    def put(
        self,
        owner: str,
        kind: str,
        cell: CellKey,
        text: str,
        raw: str = "",
        likely: str = "",
        hint: str = "",
        personal: bool = False,
    ) -> Question:
        """A question: what is wrong, where the cell itself does not show it, then what is asked.

        ``personal``: the text is already about the personal data of the cell.
        """
        read = self.read(cell)
        blank, read = read == "", as_read(raw) if read is None else read
        # The comment that an answer to the law is put in may well be empty.
        before = f"{phrases.PHRASES['empty']} " if blank and kind != LAW else ""
        if read == PRIVATE and not personal:
            before = sentence(f"{finding('personal_data').question()} ")
        table, index = self.tables.get(cell[:2], ""), self.columns(cell).get(cell[3])
        naming = tables.used_for(table, "names") if table in tables.TABLES else []
        label = self.read((*cell[:3], tables.header(table, naming[0]))) if naming else ""
        letter = "" if index is None else xl_col_to_name(index)
        text = f"{before}{sentence(text)}"[:LONGEST_TEXT]
        if label and len(label) > LABEL_LENGTH:
            label = f"{label[: LABEL_LENGTH - 1]}…"
        likely = likely if letter and cell[2] else ""
        question = Question(owner, kind, *cell, read, text, label or "", letter, likely, hint)
        grid = self.wave.grids.get(cell[:2])
        added = grid is not None and index is not None and not clean_text(grid.rows[grid.header_row][index])
        return replace(question, turned=cell[:2] in self.turned, added=added)

    def absent(self, question: Question) -> Question:
        """Asked about the whole column where the sheet does not have it: there is no cell to answer.

        Headers that are not ours are quoted where the whole file may be shown.
        """
        columns = self.columns(question.cell)
        if not columns or not question.column or question.column in columns:
            return question
        frame = self.of_rule("ignored_unknown_column")
        own = (frame["source_file"] == question.file) & (frame["source_sheet"] == question.sheet)
        shown = question.owner in (OFFICE, self.files.get(question.file))
        unknown = frame.loc[own, "column"].tolist() if shown else []
        quoted = ", ".join(f"«\u00a0{header}\u00a0»" for header in unknown)
        text = sentence(phrases.PHRASES["unknown" if unknown else "absent"].format(quoted))[:LONGEST_TEXT]
        return Question(
            question.owner, question.kind, question.file, question.sheet, 0, question.column, "", text
        )

    def rank(self, question: Question) -> tuple[bool, float, str, str, int, int]:
        """Readings last, then what most hangs on, then the order of files, sheets, rows and columns."""
        headers = list(self.names.get(self.tables.get((question.file, question.sheet), ""), {}))
        at = headers.index(question.column) if question.column in headers else -1
        reading, stake = question.kind == DOUBTFUL, question.stake_t_per_year
        return reading, -stake, question.file, question.sheet, question.row, at
