"""What any one firm can reckon from published tables, by brute force: the attacker of the release tests.

Written from the words of the rule, and sharing nothing with the audit: a linear programme for each bound of
each part before each reader. Tables are breakdowns whose records name by ``flow_id`` the amounts declared,
and by ``site_id`` who knows them: a firm or, separated by spaces, all actors of a synergy. Who knows none
reads too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.publishing.release.numbers import of_breakdown
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.rounding import rounded
from eit_analysis.publishing.release.statements import Statements

WITHIN = 0.15


@dataclass(frozen=True)
class Number:
    """What a table says of a row: coefficients of the amounts (records,), and between what it lies."""

    form: np.ndarray
    low: float
    high: float
    closed: bool


def allowed(table: Breakdown) -> np.ndarray:
    """Shape (rows,): those that the primary rules let through."""
    return np.array([not cell.sensitive for cell in judge(table, Disclosure())[0]], dtype=bool)


def published(
    *tables: Breakdown, reader: str | None = None, earlier: Sequence[Statements] = (), among: bool = False
) -> Publication:
    """Tables that leave together, after what left before."""
    publication = Publication(reader, earlier, among)
    for table in tables:
        judged = judge(table, Disclosure())
        shown = rounded(table.frame, list(table.keys), table.measure, table.wholes())
        closed = dict.fromkeys([table.measure, *table.sums], ~allowed(table))
        publication.add(of_breakdown(table, judged._replace(closed=closed), shown))
    return publication


def audited(*tables: Breakdown, reader: str | None = None) -> list[np.ndarray]:
    """For each table which of its rows leave, when all leave together; and last, whether its shares do."""
    publication = published(*tables, reader=reader)
    leave = [publication.shown(number) for number in range(len(tables))]
    return [
        rows if "share_percent" in table.frame else rows[:-1]
        for rows, table in zip(leave, tables, strict=True)
    ]


def violations(
    tables: Sequence[Breakdown], shown: Sequence[np.ndarray], readers: Sequence[str] = ()
) -> list[str]:
    """Every part of a printed or closed cell that a firm bounds too well."""
    amounts = pd.concat([table.records.assign(x=table.declared()) for table in tables])
    amounts = amounts.drop_duplicates("flow_id").set_index("flow_id")
    firms, x = amounts["site_id"].to_numpy(), amounts["x"].fillna(0.0).to_numpy(dtype=float)
    told, cells = [], []
    for table, rows in zip(tables, shown, strict=True):
        open_rows = np.append(allowed(table), True)
        for number, row, is_cell in _numbers(table, amounts.index):
            if rows[row]:
                told.append(number)
            if is_cell and (rows[row] or not open_rows[row]):
                cells.append(number)
    return [
        f"{reader} bounds {part}"
        for reader in readers or ["", *sorted({one for who in firms for one in who.split()})]
        for part in _bounded(told, cells, firms, x, reader)
    ]


def _numbers(table: Breakdown, index: pd.Index) -> Iterator[tuple[Number, int, bool]]:
    """All that a table says, with the row that says it, and whether it is a cell; last what shares are of."""
    at = index.get_indexer(table.records["flow_id"])
    declared = np.nan_to_num(table.declared())
    behind = [*table.members()]
    open_rows = allowed(table)
    columns = [name for name in (table.measure, *table.sums) if name and name in table.records]
    for name in columns:
        values = table.records[name].fillna(0.0).to_numpy(dtype=float)
        coefficients = np.divide(values, declared, out=np.zeros(len(values)), where=declared != 0)
        printed = table.frame[name] if name in table.frame else pd.Series([0.5])
        finest = 3 if (printed.fillna(0.0) % 1 == 0).all() else 2
        wide = _half_widths(table.frame, name)
        for row, mask in enumerate(behind):
            form = np.zeros(len(index))
            np.add.at(form, at[mask], coefficients[mask])
            yield (
                Number(form, *_printed(values[mask].sum(), finest, wide[row]), not open_rows[row]),
                row,
                True,
            )
    if "share_percent" in table.frame and columns:
        values = table.records[columns[0]].to_numpy(dtype=float)
        form = np.zeros(len(index))
        np.add.at(form, at, np.divide(values, declared, out=np.zeros(len(values)), where=declared != 0))
        yield Number(form, *_printed(values.sum(), 2, 0.0), False), len(behind), False


def _half_widths(frame: pd.DataFrame, name: str) -> np.ndarray:
    bounds = [c for c in frame if c != name and c.replace("_low", "").replace("_high", "") == name]
    if name not in frame or not bounds:
        return np.zeros(len(frame))
    return frame[bounds].sub(frame[name], axis=0).abs().max(axis=1).fillna(0.0).to_numpy()


def _printed(value: float, finest: int, half_width: float) -> tuple[float, float]:
    """Between what a number lies that is printed to the digit of its half-width, or to so many digits."""
    if not value:
        return 0.0, 0.0
    first = math.floor(math.log10(abs(value)))
    supported = math.floor(math.log10(half_width)) if half_width else -math.inf
    step = 10.0 ** min(max(supported, first + 1 - finest), first)
    centre = round(value / step) * step
    return centre - step / 2, centre + step / 2


def _bounded(
    told: list[Number], cells: list[Number], firms: np.ndarray, x: np.ndarray, reader: str
) -> Iterator[str]:
    """The parts that one reader bounds too well, in words: of a firm, or of one synergy."""
    free = np.array([reader not in who.split() for who in firms])
    units = np.array([f"{who} {at}" if " " in who else who for at, who in enumerate(firms)])
    forms = np.array([number.form for number in told]).reshape(len(told), len(x))
    known = forms[:, ~free] @ x[~free]
    slack = 1e-9 * (np.abs(forms) @ x + 1)
    high = np.array([number.high for number in told]) - known + slack
    low = np.array([number.low for number in told]) - known - slack
    rows, ends = np.vstack([forms[:, free], -forms[:, free]]), np.concatenate([high, -low])
    possible = [x[free]]  # amounts that agree with all that is told

    def bound(part: np.ndarray, sign: int, enough: float) -> float:
        """The least or greatest a part can be, or enough of it."""
        reached = max(sign * float(part @ amounts) for amounts in possible)
        if reached >= sign * enough:
            return sign * reached
        found = linprog(-sign * part, A_ub=rows, b_ub=ends, bounds=(0, 1e3 * x.sum()), method="highs")
        assert found.status == 0, found.message
        possible.append(found.x)
        return -sign * found.fun

    seen = set()
    for cell in cells:
        inside = sorted(set(units[(cell.form != 0) & free]))
        parts = [(f"the part of {unit}", units == unit, False) for unit in inside]
        if cell.closed and len(inside) > 1:
            parts.append((f"{', '.join(inside)} together", free, True))
        for name, mask, both in parts:
            part = np.where(mask, cell.form, 0.0)[free]
            size = float(part @ x[free])
            if size <= 1e-9 or (part.tobytes(), both) in seen:
                continue
            seen.add((part.tobytes(), both))
            most = bound(part, 1, (1 + WITHIN) * size)
            least = bound(part, -1, (1 - WITHIN) * size)
            tight = [most < (1 + WITHIN) * size * (1 - 1e-5), least > (1 - WITHIN) * size * (1 + 1e-5)]
            if all(tight) if both else any(tight):
                yield f"{name}: {least:.6g} to {most:.6g}, {size:.6g} in truth"
