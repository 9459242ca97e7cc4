"""Disclosure control, all tables of one audience together: no sensitive cell may be found by subtraction.

The cells that must be withheld beside the sensitive ones (complements) are chosen by G-Confid's linear
programme (Statistics Canada) over every additive constraint between the released cells. G-Confid protects
each cell as if its units were strangers to the next; so each difference a reader can still take is then
judged as a cell of its own, and what fails is withheld further.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from eit_analysis.publishing.disclosure import PROTECTION, Cell, CellKey

Constraint = tuple[CellKey, list[CellKey]]
ROUNDS = 30


def protect(tables: list[tuple[list[Cell], Cell]]) -> set[CellKey]:
    """Keys of all cells to withhold so that no sensitive one can be found by subtraction.

    Parameters
    ----------
    tables : list of (list of Cell, Cell)
        Every table that one audience receives, each with its grand total, as :func:`disclosure.judge` gives.

    Returns
    -------
    set
        The sensitive cells and their complements.
    """
    cells = {cell.key: cell for rows, total in tables for cell in (*rows, total)}
    constraints = _constraints(tables, cells)
    sensitive = {key for key, cell in cells.items() if cell.sensitive}
    # A total that may be read counts as known: it cannot hide anything.
    known = {total.key for _, total in tables} - sensitive
    linked = {key for parent, children in constraints for key in (parent, *children)}
    asked = set(sensitive)
    if not sensitive & linked:
        return sensitive
    for _ in range(ROUNDS):
        withheld = _complements(asked & linked, known, cells, constraints) | asked
        weak = _weak_differences(withheld, cells, constraints)
        if not weak:
            return withheld
        asked |= weak
    return sensitive | linked


def _weak_differences(
    withheld: set[CellKey], cells: dict[CellKey, Cell], constraints: list[Constraint]
) -> set[CellKey]:
    """One more cell to withhold for each published total whose withheld part is itself sensitive."""
    more = set()
    for parent, children in constraints:
        hidden = [child for child in children if child in withheld]
        shown = [child for child in children if child not in withheld and cells[child].size > 0]
        if parent in withheld or not hidden or not shown:
            continue
        together: dict[str, float] = defaultdict(float)
        for child in hidden:
            for site, weight in cells[child].weights.items():
                together[site] += weight
        if cells[parent].limits.refuse(dict(together)):
            more.add(min(shown, key=lambda key: (cells[key].size, sorted(key[1]))))
    return more


def _constraints(tables: list[tuple[list[Cell], Cell]], cells: dict[CellKey, Cell]) -> list[Constraint]:
    """Every *parent = sum of children* that a reader of all the tables could write down."""
    found: dict[tuple[CellKey, frozenset[CellKey]], None] = {}
    for rows, total in tables:
        groups: dict[tuple[CellKey, str], set[CellKey]] = defaultdict(set)
        deepest = max((len(cell.key[1]) for cell in rows), default=0)
        for cell in rows:
            name, identity = cell.key
            if len(identity) == deepest > 0:
                groups[total.key, "*"].add(cell.key)
            for key, value in identity:
                parent = (name, identity - {(key, value)})
                if parent in cells:
                    groups[parent, key].add(cell.key)
        for (parent, _), children in groups.items():
            # A table that shows only some of the children (the ten largest) gives no equation.
            parts = sum(cells[child].size for child in children)
            if np.isclose(parts, cells[parent].size, rtol=1e-9, atol=1e-9):
                found[parent, frozenset(children)] = None
    return [(parent, sorted(children, key=lambda k: sorted(k[1]))) for parent, children in found]


def _complements(
    sensitive: set[CellKey], known: set[CellKey], cells: dict[CellKey, Cell], constraints: list[Constraint]
) -> set[CellKey]:
    """What G-Confid withholds; everything linked when it finds no answer (unknown means withhold)."""
    linked = {key for parent, children in constraints for key in (parent, *children)}
    ids = {key: i + 1 for i, key in enumerate(sorted(linked, key=lambda k: (k[0], sorted(k[1]))))}
    table = pd.DataFrame(
        [
            {
                "CellId": number,
                "Size": cells[key].size,
                # G-Confid wants a positive noise; an empty cell has nothing to protect.
                "TotalNoise": max(cells[key].size, 1e-6),
                "Sensitivity": max(PROTECTION * cells[key].size, 1e-6) if key in sensitive else -1.0,
                "Status": "S" if key in sensitive else "P" if key in known else "V",
                "Type": "C",
            }
            for key, number in ids.items()
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
    outcome = _run(table, links)
    if outcome is None:
        return linked
    withheld = set(outcome.loc[outcome["OutStatus"] != "P", "CellId"].astype(int))
    return {key for key, number in ids.items() if number in withheld}


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


def _run(cells: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame | None:
    gconfid = load_solver()
    try:
        with _silence():
            # Of G-Confid's costs, the one that withheld the fewest cells of the sample study.
            outcome = gconfid.Suppression(
                cells, links, cost_function1="INFORMATION", capture=True
            ).outsuppress
    except Exception:
        # Whatever stopped the solver, the answer is the prudent one.
        return None
    return None if outcome is None else outcome.to_pandas()
