"""The records of a survey that a table sums: who knows each, and what a row tells of them beside its sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

TOTAL = "Total"
# The columns that say from which cell of the survey a record was read.
SOURCE = ["source_file", "source_sheet", "source_row"]
COMMENT = "comment"  # what a respondent wrote beside a row: for the team alone


def cell_columns(records: pd.DataFrame) -> list[str]:
    """Those of ``SOURCE`` that records have: what comes from no cell has none."""
    return [name for name in SOURCE if name in records]


def known_by(site_ids: object) -> list[str]:
    """Who knows a record: the actor that it is about or, separated by spaces, all actors of a synergy."""
    return str(site_ids).split()


def actors_behind(records: Iterable[object]) -> set[str]:
    """Every actor of the ``site_id`` of some records."""
    return {actor for site_ids in set(records) for actor in known_by(site_ids)}


@dataclass(frozen=True)
class Share:
    """A column that is ``scale`` times a sum over that of all records with the same values of ``within``.

    ``of`` is the column summed beneath the line, where it is not the measure itself.
    """

    within: Sequence[str] = ()
    of: str | None = None
    scale: float = 100.0


@dataclass(frozen=True, eq=False)
class Facts:
    """What rows tell beside their sums: low <= F x <= high.

    Attributes
    ----------
    records : pandas.DataFrame
        ``site_id`` and ``measure``, x; those of no actor hold what a reader may choose freely.
    measure : str
        The column of x.
    forms : scipy.sparse.csr_array
        Shape (facts, records), F.
    low, high : numpy.ndarray
        Shape (facts,).
    rows : numpy.ndarray
        Shape (facts,): the row of the table that tells each; facts after these only say what a variable is.
    cells : numpy.ndarray or None
        Shape (facts,), bool: those about a sum of actors, whose parts are protected; by default none.
    """

    records: pd.DataFrame
    measure: str
    forms: csr_array
    low: np.ndarray
    high: np.ndarray
    rows: np.ndarray
    cells: np.ndarray | None = None


def texts(column: pd.Series) -> np.ndarray:
    """The values of a key as text, those that are missing as ``None``."""
    said = [
        str(value) if there else "None" for value, there in zip(column.tolist(), column.notna(), strict=True)
    ]
    return np.array(said, dtype=object)
