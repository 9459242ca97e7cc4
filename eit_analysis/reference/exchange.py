"""The exchange file of a territory: what its tables are called, in which units, and how older ones said it.

Rows of ``exchange_columns.csv`` and ``exchange_indicators.csv``: who writes a file and who reads one look
here. What a column means is in the vocabulary, as for any other table.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import reference

FORMAT = 2  # of the files written; those of version 1 are read too
RECEIVED = "territoires"  # folder of a study that holds the files of others: no wave
SENT = "echange"  # folder, beside the pages, of the file that is sent
PROFILE = "eit_exchange"  # key of the descriptor that holds the version of the format
LICENCES = {name: told for name, *told in reference.load("licences").itertuples(index=False)}
TABLES_V1 = {
    "territoire": "territory", "indicateurs": "indicators", "avancement": "funnel",
    "realisees": "synergies_done", "flux": "flows", "methodes": "methods",
}  # fmt: skip
# Tonnes a year in one of each unit that a mass may be given in.
TONNES = {"t/an": 1.0, "t": 1.0, "kg/an": 1e-3, "kg": 1e-3, "t/mois": 12.0, "kt/an": 1e3, "q/an": 0.1}
PERCENT = {"%": 1.0, "1": 100.0, "ratio": 100.0}


def columns(table: str) -> pd.DataFrame:
    """The columns of one table: ``column, dtype, unit, required, name_v1, unit_v1``, "" where unsaid."""
    rows = reference.load("exchange_columns").fillna("")
    return rows[rows["table"] == table].drop(columns="table").reset_index(drop=True)


def tables() -> list[str]:
    """Names of the tables, in their order."""
    return list(dict.fromkeys(reference.load("exchange_columns")["table"]))


def indicators() -> pd.DataFrame:
    """The indicators: ``indicator, denominator, unit, better`` (``low``, ``high`` or "")."""
    return reference.load("exchange_indicators").fillna("")
