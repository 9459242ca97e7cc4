"""A wave of survey files to tidy tables, every correction named, every unusable row or cell kept apart.

The accounts hold for every sheet: rows_read = rows_clean + rows_quarantined + rows_merged + rows_ignored.
``rows_read`` counts the rows of the sheet down to the last filled one, its header row left out.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

import pandas as pd

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake.answers.applying import Applied, Grid, SheetKey
from eit_analysis.intake.cells.periods import PERIODS_PER_YEAR
from eit_analysis.intake.checks.double_counting import double_counting
from eit_analysis.intake.checks.marks import gathered
from eit_analysis.intake.checks.plausibility import implausible
from eit_analysis.intake.checks.reconcile import Reconciled, reconcile
from eit_analysis.intake.checks.stated_totals import check_totals, stated_totals
from eit_analysis.intake.cleaning.incoming import (
    apply_answers,
    find_sheets,
    grids,
    read_raw,
    refuse_blank,
    refuse_nothing,
)
from eit_analysis.intake.cleaning.siblings import hear_siblings
from eit_analysis.intake.cleaning.tidy import clean_tables
from eit_analysis.intake.registers.canonical import waste_register
from eit_analysis.intake.sheets.ledger import (
    ACCOUNTS,
    CORRECTIONS,
    QUARANTINE,
    Ledger,
    SheetAccount,
    places,
)
from eit_analysis.intake.sheets.mapping import read_mappings
from eit_analysis.intake.sheets.rows import set_aside
from eit_analysis.intake.sheets.workbook import RawFile
from eit_analysis.reference.findings import of_cells
from eit_analysis.study import Study


@dataclass(frozen=True)
class Cleaned:
    """What cleaning a wave gives; its logs are made when first asked for, while its tables are written."""

    tables: dict[str, pd.DataFrame]  #: every table of the contract, validated, columns in its order
    #: ``source_file, source_sheet, source_row, site_id`` of every data row read, quarantined ones too.
    row_sites: pd.DataFrame
    #: ``site_id, direction, category``… and the place of the flows in quarantine: declared, and not weighed.
    unread_flows: pd.DataFrame
    reconciled: Reconciled  #: registers beside the questionnaire, by site and waste code
    ledger: Ledger  #: every correction, doubt and refusal found on the way
    totals: pd.DataFrame  #: marks on the sums that differ from a stated total
    grids: dict[SheetKey, Grid]  #: data sheets as they were cleaned: answers put in, personal data taken out
    applied: Applied  #: what the answers of the firms did
    earlier: dict[str, pd.DataFrame]  #: by its name, the flows of the wave before that was cleaned last
    manifest: dict[str, Any]  #: inputs with their SHA-256, accounts by sheet, versions, parameters

    @cached_property
    def quarantine(self) -> pd.DataFrame:
        """``source_file, source_sheet, source_row, column, raw_value, reason_code, message, finding``.

        A reason that starts with ``cell_`` is about one cell set missing; any other about a whole row (or
        file) left out. ``finding`` (`reference.findings.Finding`) is not written.
        """
        return self.ledger.frame(self.ledger.refused, QUARANTINE)

    @cached_property
    def corrections(self) -> pd.DataFrame:
        """``source_file, source_sheet, source_row, column, raw_value, clean_value, rule, finding``."""
        found = self.ledger.frame(self.ledger.corrected, CORRECTIONS)
        return pd.concat([found, self.reconciled.corrections], ignore_index=True)

    @cached_property
    def implausible(self) -> pd.DataFrame:
        """Values that are kept but marked, in the columns of the quarantine.

        Aside are those that the firm confirms, and those of a row that is left out: it is asked about there.
        """
        found = [*double_counting(self.tables), implausible(self.tables, self.earlier), self.totals]
        marks = gathered([self.ledger.frame(self.ledger.doubted, QUARANTINE), *found])
        left_out = {*places(self.quarantine[~of_cells(self.quarantine["reason_code"])])}
        cells = zip(places(marks), marks["column"], strict=True)
        kept = [row not in left_out and (*row, name) not in self.applied.confirmed for row, name in cells]
        return marks[pd.Series(kept, dtype=bool)].reset_index(drop=True)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Few cycles are made by cleaning, and looking for them takes a sixth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_seldom_collected()
def clean_wave(study: Study, progress: Callable[[Iterable], Iterable] = iter) -> Cleaned:
    """Read and clean every survey file of a wave.

    Answers that firms gave on a *fiche de relance* go into the raw cells first, so that every rule of
    cleaning applies to them too. A register imported into the wave is set beside the answers last.
    ``progress`` wraps the list of files while they are read.

    Raises
    ------
    InputError
        When the wave has no usable row.
    """
    files, left_alone = read_raw(study, progress)
    ledger = Ledger()
    accounts: dict[str, list[SheetAccount]] = {file.name: [] for file in files}
    confirmed = [mapping for mapping in read_mappings(study.raw.parent) if mapping.confirmed]
    sheets, answering = find_sheets(files, ledger, study.wave, confirmed)
    hear_siblings(sheets, study.wave, ledger)
    applied = apply_answers(answering, sheets, ledger)
    for (file, _), answered in applied.accounts.items():
        accounts[file].append(answered)
    for sheet in sheets:
        file, name = ledger.origins[sheet.place]
        set_aside(sheet, {row for f, s, row in applied.removed if (f, s) == (file, name)}, ledger)
        accounts[file].append(sheet.account)
    refuse_nothing(files, sheets, ledger)
    refuse_blank(files, sheets, answering, ledger)
    clean, row_sites, unread = clean_tables(sheets, study.settings.evidence_half_width, ledger)
    totals = check_totals(*stated_totals(sheets, ledger))
    cells = grids(sheets, ledger)
    del sheets  # as large as the tables, and of no use to what follows
    for account in (account for sheets in accounts.values() for account in sheets):
        account.check()
    reconciled = reconcile(
        clean["flows"], clean["sites"], waste_register(study),
        study.settings.prefer_register, study.settings.evidence_half_width["measured"],
    )  # fmt: skip
    clean["flows"] = reconciled.flows
    made = manifest(study, files, left_alone, accounts, clean)
    before = _earlier(study)
    return Cleaned(clean, row_sites, unread, reconciled, ledger, totals, cells, applied, before, made)


def _earlier(study: Study) -> dict[str, pd.DataFrame]:
    wave = study.previous("flows")
    with suppress(InputError):  # harmed since: this wave can do without
        return {wave: study.at(wave).load("flows")} if wave else {}
    return {}


ANSWERS = "answers"  # the table that the accounts of answer sheets name
VERSIONS = ("eit-analysis", "pandas", "pandera", "pyarrow", "python-calamine", "python-stdnum")


def manifest(
    study: Study,
    files: list[RawFile],
    left_alone: list[str],
    accounts: dict[str, list[SheetAccount]],
    clean: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    """The content of ``manifest.json``, but for the hashes of the tables, known once they are written.

    ``files`` holds the unreadable ones too, ``left_alone`` the names of those of another format, ``accounts``
    those of the sheets by file.
    """
    inputs = [
        {
            "file": file.name, "sha256": file.sha256, "format": file.format, "encoding": file.encoding,
            "separator": file.separator, "problem": file.problem,
            "sheets": [asdict(account) for account in accounts[file.name]],
        }
        for file in files
    ]  # fmt: skip
    totals = {table: Counter(dict.fromkeys(ACCOUNTS, 0)) for table in (*tables.TABLES, ANSWERS)}
    for account in (account for sheets in accounts.values() for account in sheets):
        totals[account.table].update(account.counts())
    return {
        "study": study.name,
        "wave": study.wave,
        "inputs": inputs,
        "files_left_alone": left_alone,
        "tables": {t: {**totals[t], "rows_written": len(clean[t])} for t in tables.TABLES},
        "answers": totals[ANSWERS],
        "parameters": {
            "evidence_half_width": study.settings.evidence_half_width,
            "prefer_register": study.settings.prefer_register,
            "periods_per_year": {period: list(values) for period, values in PERIODS_PER_YEAR.items()},
        },
        "versions": {name: _version(name) for name in VERSIONS},
    }


_version = cache(version)  # which reads and parses a file each time
