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
import math
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from eit_analysis.publishing.release.disclosure import PROTECTION, Cell, CellKey

Constraint = tuple[CellKey, list[CellKey]]
ROUNDS = 30
# G-Confid solves one programme over all cells per sensitive cell. Beyond this product, some ten seconds a
# round, whole tables are withheld first.
MOST_WORK = 1_000_000


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
    every = [cell for rows, total in tables for cell in (*rows, total)]
    cells = {cell.key: cell for cell in every}
    # One name for two sets of records (two waves of the same masses): nothing is known of their sums.
    confused = {cell.key[0] for cell in every if not _alike(cell, cells[cell.key])}
    if confused:
        clear = [(rows, total) for rows, total in tables if total.key[0] not in confused]
        return {key for key in cells if key[0] in confused} | protect(clear)
    kept = _manageable(tables)
    if len(kept) < len(tables):
        # A table that does not leave gives no equation: what it alone holds is withheld, the others stay.
        shown = {cell.key for rows, total in kept for cell in (*rows, total)}
        return {key for key in cells if key not in shown} | protect(kept)
    constraints, rests = _constraints(tables, cells)
    cells |= rests
    sensitive = {cell.key for cell in (*every, *rests.values()) if cell.sensitive}
    # A total that may be read counts as known: it cannot hide anything.
    known = {total.key for _, total in tables} - sensitive
    linked = {key for parent, children in constraints for key in (parent, *children)}
    asked = set(sensitive)
    if not sensitive & linked:
        return sensitive
    parts = _independent(constraints, known)
    for _ in range(ROUNDS):
        withheld = asked.union(*(_complements(asked, known, cells, part) for part in parts))
        weak = _weak_differences(withheld, rests, cells, constraints)
        if not weak:
            return withheld
        asked |= weak
    return sensitive | linked


class Withheld:
    """The cells withheld over the tables added so far: reckoned when one is asked for, not at each table."""

    def __init__(self) -> None:
        self._tables: list[tuple[list[Cell], Cell]] = []
        self._known: set[CellKey] | None = None

    def add(self, cells: list[Cell], total: Cell) -> None:
        self._tables.append((cells, total))
        self._known = None

    def __contains__(self, key: object) -> bool:
        if self._known is None:
            self._known = protect(self._tables)
        return key in self._known


def _manageable(tables: list[tuple[list[Cell], Cell]]) -> list[tuple[list[Cell], Cell]]:
    """The tables left when those of the most sensitive cells are put aside until the work can be done."""
    cells = [{cell.key for cell in rows} for rows, _ in tables]
    sensitive = [{cell.key for cell in rows if cell.sensitive} for rows, _ in tables]
    order = sorted(range(len(tables)), key=lambda i: len(sensitive[i]))

    def work() -> int:
        return math.prod(len(set().union(*(keys[i] for i in order))) for keys in (cells, sensitive))

    while work() > MOST_WORK:
        order.pop()
    return [tables[i] for i in sorted(order)]


def _alike(one: Cell, other: Cell) -> bool:
    if one is other:
        return True
    near = (math.isclose(w, other.weights.get(unit, -1.0), rel_tol=1e-9) for unit, w in one.weights.items())
    return len(one.weights) == len(other.weights) and all(near)


def _weak_differences(
    withheld: set[CellKey],
    rests: dict[CellKey, Cell],
    cells: dict[CellKey, Cell],
    constraints: list[Constraint],
) -> set[CellKey]:
    """One more cell to withhold for each published total whose withheld part is itself sensitive."""
    more = set()
    for parent, children in constraints:
        hidden = [child for child in children if child in withheld or child in rests]
        shown = [child for child in children if child not in hidden and cells[child].size > 0]
        if parent in withheld or not hidden or not shown:
            continue
        together: dict[str, float] = defaultdict(float)
        for child in hidden:
            for site, weight in cells[child].weights.items():
                together[site] += weight
        if cells[parent].limits.refuse(dict(together)):
            more.add(min(shown, key=lambda key: (cells[key].size, sorted(key[1]))))
    return more


def _constraints(
    tables: list[tuple[list[Cell], Cell]], cells: dict[CellKey, Cell]
) -> tuple[list[Constraint], dict[CellKey, Cell]]:
    """Every *parent = sum of children* that a reader of all the tables could write down.

    A table that shows only some of the children (the ten largest, one part of two) gives the rest by
    subtraction: the rest is a child more, which no table prints. Cells of the same records under other names
    (a route that is the only one of its family) give each other.

    Returns
    -------
    list of Constraint
    dict
        The rests, as cells.
    """
    found: dict[tuple[CellKey, frozenset[CellKey]], None] = {}
    rests: dict[CellKey, Cell] = {}
    for rows, total in tables:
        groups: dict[tuple[CellKey, str], set[CellKey]] = defaultdict(set)
        deepest = max((len(cell.key[1]) for cell in rows), default=0)
        for cell in rows:
            name, identity = cell.key
            if len(identity) == deepest > 0:
                groups[total.key, " ".join(sorted(key for key, _ in identity))].add(cell.key)
            for key, value in identity:
                parent = (name, identity - {(key, value)})
                if parent in cells:
                    groups[parent, key].add(cell.key)
        for (parent, _), children in groups.items():
            rest = _rest(cells[parent], [cells[child] for child in children])
            if rest is None:
                continue
            if rest:
                missing = (parent[0], parent[1] | {("rest", str(len(rests)))})
                rests[missing] = Cell(missing, rest, cells[parent].limits)
                children.add(missing)
            found[parent, frozenset(children)] = None
    same: dict[tuple[str, frozenset], list[CellKey]] = defaultdict(list)
    for known, cell in (cells | rests).items():
        # Counts are alike by chance, masses are not.
        if cell.limits.weighted and cell.size > 0:
            same[known[0], frozenset(cell.weights.items())].append(known)
    for alike in same.values():
        first, *others = sorted(alike, key=_order)
        found |= {(first, frozenset([other])): None for other in others}
    return [(parent, sorted(children, key=_order)) for parent, children in found], rests


def _order(key: CellKey) -> tuple[int, list[tuple[str, str]]]:
    return len(key[1]), sorted(key[1])


def _rest(parent: Cell, children: list[Cell]) -> dict[str, float] | None:
    """What each unit has in the parent beyond the children; None when these overlap."""
    left = dict(parent.weights)
    for child in children:
        for unit, weight in child.weights.items():
            left[unit] = left.get(unit, 0.0) - weight
    tolerance = 1e-9 * max(parent.size, 1.0)
    if min(left.values(), default=0.0) < -tolerance:
        return None
    return {unit: weight for unit, weight in left.items() if weight > tolerance}


def _independent(constraints: list[Constraint], known: set[CellKey]) -> list[list[Constraint]]:
    """Sets of constraints that share no cell but known ones: what one withholds does nothing for another."""
    numbers: dict[CellKey, int] = {}
    pairs = [
        (row, numbers.setdefault(key, len(numbers)))
        for row, (parent, children) in enumerate(constraints)
        for key in (parent, *children)
        if key not in known
    ]
    rows, columns = zip(*pairs, strict=True)
    shared = csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(constraints), len(numbers)))
    _, labels = connected_components(shared @ shared.T, directed=False)
    groups: dict[int, list[Constraint]] = defaultdict(list)
    for label, constraint in zip(labels, constraints, strict=True):
        groups[int(label)].append(constraint)
    return list(groups.values())


def _complements(
    sensitive: set[CellKey], known: set[CellKey], cells: dict[CellKey, Cell], constraints: list[Constraint]
) -> set[CellKey]:
    """What G-Confid withholds; everything linked when it finds no answer (unknown means withhold)."""
    linked = {key for parent, children in constraints for key in (parent, *children)}
    if not sensitive & linked:
        return set()
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
