"""The manifest of a cleaning: what it read, by which versions and parameters, and what became of each row."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import Any

import pandas as pd

from eit_analysis import tables
from eit_analysis.intake.cells.periods import PERIODS_PER_YEAR
from eit_analysis.intake.sheets.ledger import ACCOUNTS, SheetAccount
from eit_analysis.intake.sheets.workbook import RawFile
from eit_analysis.study import Study

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
