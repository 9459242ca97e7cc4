"""Disclosure control: which cells may leave, first each by itself, then all tables of one audience together.

A cell is the sum of one weight over the records that share its keys. It is sensitive when fewer than a
minimum of units stand behind it, when one unit exceeds a maximum share of it, or when it counts fewer people
than a minimum. Cells that would let a reader find a sensitive one by subtraction (complements) are chosen by
G-Confid's linear programme (Statistics Canada) over the additive constraints between all released cells.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from eit_analysis.config import Disclosure

# Relative uncertainty that must remain around a sensitive cell once the others are published.
PROTECTION = 0.15

CellKey = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Cell:
    """One released cell: its identity over all tables, its size and whether it is sensitive by itself."""

    key: CellKey
    size: float
    sensitive: bool


def population(contributors: pd.DataFrame, weight: str | None) -> str:
    """A name for the records and weight behind a table: equal names mean additive cells."""
    columns = ["site_id"] + ([weight] if weight else [])
    parts = pd.util.hash_pandas_object(contributors[columns], index=False).to_numpy()
    return f"{weight}:{len(parts)}:{int(parts.sum())}"


def judge(
    frame: pd.DataFrame,
    keys: list[str],
    contributors: pd.DataFrame,
    weight: str | None,
    people: bool,
    total: str | None,
    rules: Disclosure,
) -> list[Cell]:
    """Judge each row of a table by the records behind it.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; ``keys`` identify its rows, ``total`` in a key column means *all values* of that key.
    contributors : pandas.DataFrame
        The records: key columns, ``site_id`` and ``weight``.
    people : bool
        Whether the weight counts people (then the minimum of people applies).

    Returns
    -------
    list of Cell
        In the order of the rows.
    """
    name = population(contributors, weight)
    columns = [
        contributors[key].astype(object).where(contributors[key].notna(), None).map(str) for key in keys
    ]
    sites = contributors["site_id"].to_numpy()
    weights = (
        contributors[weight].fillna(0).abs().to_numpy(dtype=float) if weight else np.ones(len(contributors))
    )
    cells = []
    for row in frame[keys].itertuples(index=False):
        identity = [(k, str(None if pd.isna(v) else v)) for k, v in zip(keys, row, strict=True)]
        identity = [(k, v) for k, v in identity if total is None or v != total]
        mask = np.ones(len(contributors), dtype=bool)
        for key, value in identity:
            mask &= (columns[keys.index(key)] == value).to_numpy()
        by_site = pd.Series(weights[mask]).groupby(sites[mask]).sum()
        size = float(by_site.sum())
        units = int((by_site > 0).sum()) if weight else len(by_site)
        few = units < rules.minimum_units
        dominated = weight is not None and size > 0 and by_site.max() > rules.maximum_share * size
        small = people and size < rules.minimum_people
        # An empty cell says that no one answered: a zero is not about anyone.
        sensitive = bool(len(by_site)) and (few or dominated or small)
        cells.append(Cell((name, frozenset(identity)), size, sensitive))
    return cells


def protect(tables: list[list[Cell]]) -> set[CellKey]:
    """Keys of all cells to withhold so that no sensitive one can be found by subtraction.

    Parameters
    ----------
    tables : list of list of Cell
        Every table that one audience receives.

    Returns
    -------
    set
        The sensitive cells and their complements.
    """
    size = {cell.key: cell.size for table in tables for cell in table}
    sensitive = {cell.key for table in tables for cell in table if cell.sensitive}
    constraints = _constraints(tables, size)
    if not sensitive or not constraints:
        return sensitive
    linked = {key for parent, children in constraints for key in (parent, *children)}
    ids = {key: i + 1 for i, key in enumerate(sorted(linked, key=lambda k: (k[0], sorted(k[1]))))}
    cells = pd.DataFrame(
        [
            {
                "CellId": ids[key],
                "Size": size[key],
                # G-Confid wants a positive noise; an empty cell has nothing to protect.
                "TotalNoise": max(size[key], 1e-6),
                "Sensitivity": max(PROTECTION * size[key], 1e-6) if key in sensitive else -1.0,
                "Status": "S" if key in sensitive else "V",
                "Type": "C",
            }
            for key in ids
        ]
    )
    links = pd.DataFrame(
        [
            (number, ids[key], coefficient)
            for number, (parent, children) in enumerate(constraints, 1)
            for key, coefficient in [*((child, 1.0) for child in children), (parent, -1.0)]
        ],
        columns=["ConstraintId", "CellId", "Coefficient"],
    )
    outcome = _suppress(cells, links)
    withheld = set(outcome.loc[outcome["OutStatus"] != "P", "CellId"].astype(int))
    return sensitive | {key for key, number in ids.items() if number in withheld}


def _constraints(tables: list[list[Cell]], size: dict[CellKey, float]) -> list[tuple[CellKey, list[CellKey]]]:
    """Every *parent = sum of children* that a reader of all the tables could write down."""
    found: dict[tuple[CellKey, frozenset[CellKey]], None] = {}
    for table in tables:
        groups: dict[tuple[CellKey, str], set[CellKey]] = defaultdict(set)
        for cell in table:
            name, identity = cell.key
            for key, value in identity:
                parent = (name, identity - {(key, value)})
                if parent in size:
                    groups[parent, key].add(cell.key)
        for (parent, _), children in groups.items():
            # A table that shows only some of the children (the ten largest) gives no equation.
            if np.isclose(sum(size[child] for child in children), size[parent], rtol=1e-9, atol=1e-9):
                found[parent, frozenset(children)] = None
    return [(parent, sorted(children, key=lambda k: sorted(k[1]))) for parent, children in found]


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """G-Confid prints on import, logs on every run, and its solver writes past Python: not for our users."""
    logging.disable(logging.INFO)
    kept = [os.dup(1), os.dup(2)]
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                yield
    finally:
        for number, handle in enumerate(kept, 1):
            os.dup2(handle, number)
            os.close(handle)
        logging.disable(logging.NOTSET)


def load_solver() -> ModuleType:
    """Import G-Confid, which takes a second: called ahead, while workers are busy."""
    with _silence():
        import gconfid
    return gconfid


def _suppress(cells: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    gconfid = load_solver()
    with _silence():
        result = gconfid.Suppression(cells, links, cost_function1="SIZE", capture=True)
    return result.outsuppress.to_pandas()
