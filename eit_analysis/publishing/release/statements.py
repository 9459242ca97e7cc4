"""What a table tells its readers, as linear forms of the amounts that actors declared.

Each row of a breakdown is such a form (``Breakdown.forms``), known as closely as it is rounded. Whatever
else the row prints (a forecast, a ratio, a median) is reckoned from the same records: where their sum is not
printed, it is taken to tell it to two digits. A row of a derived table tells all rows that it comes from, so
closely.

An amount is one variable wherever it is summed: known by its actor, the cell of the survey that it was read
from and its value, so that an amount that did not change between two releases is the same, and one that was
corrected is another. Records that come from no cell (a plan, a share of a flow) go by actor and value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from eit_analysis.breakdown import SOURCE, Breakdown
from eit_analysis.publishing.release.disclosure import Cell
from eit_analysis.publishing.release.rounding import DIGITS, WHOLE_DIGITS, Rounded, digit, to_step
from eit_analysis.publishing.release.system import System

NONE = np.zeros(0)


@dataclass(frozen=True)
class Statements:
    """The numbers that one table tells, and which of them each of its rows tells.

    Attributes
    ----------
    system : System
        The numbers.
    variables : numpy.ndarray
        Shape (variables of the system,), uint64: what each amount is known by.
    rows : sequence of sequence of int
        For each row of the table, its numbers.
    allowed : numpy.ndarray
        Shape (rows,): rows that the primary rules let through.
    depth : numpy.ndarray
        Shape (rows,): how many keys tell a row apart; 0 for a grand total.
    """

    system: System
    variables: np.ndarray
    rows: Sequence[Sequence[int]]
    allowed: np.ndarray
    depth: np.ndarray


def of_breakdown(
    content: Breakdown, cells: Sequence[Cell], base: Cell, closed: np.ndarray, shown: Rounded
) -> Statements:
    """What a breakdown tells, with its values as readers see them.

    Parameters
    ----------
    cells, base
        What :func:`disclosure.judge` says of its rows and of all its records together.
    closed : numpy.ndarray
        Shape (rows,): rows that the primary rules close, for any of their sums.
    shown : Rounded
        The table as it leaves.
    """
    allowed = ~closed
    depth = np.array([len(cell.key) for cell in cells], dtype=int)
    n_rows, whole = len(cells), "share_percent" in content.frame and not base.sensitive
    names = [content.measure, *(name for name in content.sums if name in content.frame)]
    # What else is printed may tell a sum to more digits than its own.
    finer = not set(shown.steps) <= {*names, "share_percent"}
    blocks = [_sums(content, name, shown, finer, closed) for name in names if name]
    if blocks and whole:
        blocks.append(_whole(content))
    if not blocks:
        nobody = System(csr_array((0, 0)), NONE, NONE, NONE, NONE, NONE.astype(bool))
        return Statements(nobody, np.zeros(0, dtype=np.uint64), [[] for _ in cells], allowed, depth)
    together = joined(blocks)
    sums = [list(range(row, n_rows * len(blocks), n_rows)) for row in range(n_rows)]
    if whole:
        last = together.system.forms.shape[0] - 1
        sums = [[*numbers[: len(blocks) - 1], last] for numbers in sums]
    return replace(together, rows=sums, allowed=allowed, depth=depth)


def joined(parts: Iterable[Statements]) -> Statements:
    """All numbers of several tables over the amounts that they have in common; the rows one after another."""
    parts = list(parts)
    names, first, place = np.unique(
        np.concatenate([part.variables for part in parts]), return_index=True, return_inverse=True
    )
    starts = np.cumsum([0, *(len(part.variables) for part in parts)])
    forms = []
    for part, start in zip(parts, starts[:-1], strict=True):
        own = part.system.forms.tocoo()
        shape = (own.shape[0], len(names))
        forms.append(csr_array((own.data, (own.row, place[start + own.col])), shape=shape))
    low, high, closed = (
        np.concatenate([getattr(part.system, name) for part in parts]) for name in ("low", "high", "closed")
    )
    firms, amounts = (
        np.concatenate([getattr(part.system, name) for part in parts])[first] for name in ("firms", "amounts")
    )
    ends = np.cumsum([0, *(part.system.forms.shape[0] for part in parts)])
    rows = [
        [number + end for number in row]
        for part, end in zip(parts, ends[:-1], strict=True)
        for row in part.rows
    ]
    allowed, depth = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("allowed", "depth")
    )
    system = System(vstack(forms, format="csr"), low, high, firms, amounts, closed)
    return Statements(system, names, rows, allowed, depth)


def to_frame(told: Statements, numbers: Sequence[int]) -> pd.DataFrame:
    """Some numbers as a table for the log of releases: one row for each amount in each number.

    Returns
    -------
    pandas.DataFrame
        ``number``, ``low``, ``high``, ``variable``, ``firm``, ``amount``, ``coefficient``.
    """
    own = told.system.forms[list(numbers)].tocoo()
    at = np.asarray(list(numbers), dtype=int)[own.row]
    return pd.DataFrame(
        {
            "number": own.row,
            "low": told.system.low[at],
            "high": told.system.high[at],
            "variable": told.variables[own.col],
            "firm": told.system.firms[own.col].astype(str),
            "amount": told.system.amounts[own.col],
            "coefficient": own.data,
        }
    )


COLUMNS = {
    "number": int, "low": float, "high": float, "variable": np.uint64,
    "firm": str, "amount": float, "coefficient": float,
}  # fmt: skip
NOTHING = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def from_frame(frame: pd.DataFrame) -> Statements:
    """What :func:`to_frame` wrote: numbers that are known already."""
    variables, first, column = np.unique(frame["variable"], return_index=True, return_inverse=True)
    numbers = frame.drop_duplicates("number").set_index("number").sort_index()
    row = numbers.index.get_indexer(pd.Index(frame["number"]))
    forms = csr_array((frame["coefficient"], (row, column)), shape=(len(numbers), len(variables)))
    system = System(
        forms,
        numbers["low"].to_numpy(),
        numbers["high"].to_numpy(),
        frame["firm"].to_numpy(dtype=object)[first],
        frame["amount"].to_numpy()[first],
        np.zeros(len(numbers), dtype=bool),
    )
    return Statements(system, variables, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=int))


def derived(parents: Sequence[Statements], behind: Sequence[Sequence[tuple[int, int]]]) -> Statements:
    """What a derived table tells: of each row, all that its rows of the parents tell.

    Parameters
    ----------
    behind : sequence
        For each row, the ``(parent, row of the parent)`` it comes from.
    """
    together = joined(parents)
    starts = np.cumsum([0, *(len(parent.rows) for parent in parents)])
    sources = [[int(starts[parent]) + row for parent, row in found] for found in behind]
    rows = [sorted({number for row in found for number in together.rows[row]}) for found in sources]
    allowed = np.array([together.allowed[found].all() for found in sources], dtype=bool)
    depth = np.array([together.depth[found].max(initial=0) for found in sources], dtype=int)
    return replace(together, rows=rows, allowed=allowed, depth=depth)


def _sums(content: Breakdown, name: str, shown: Rounded, finer: bool, closed: np.ndarray) -> Statements:
    """One column of sums: a number for each row, as it is printed or, by what else is, to two digits."""
    forms, declared = content.forms(name), np.nan_to_num(content.declared(name))
    value = forms @ declared
    step = digit(value, DIGITS)
    centre = to_step(value, step)
    if name in shown.steps:
        printed = shown.frame[name].to_numpy(dtype=float)
        closer = ~np.isnan(printed) & ((shown.steps[name] < step) | (not finer))
        step, centre = np.where(closer, shown.steps[name], step), np.where(closer, printed, centre)
    if (declared % 1 == 0).all():
        # People come whole: to the unit is exactly.
        step = np.where(step > 1, step, 0.0)
    return _statements(content, forms, declared, centre - step / 2, centre + step / 2, closed)


def _whole(content: Breakdown) -> Statements:
    """The sum of all records, which a share beside its own value tells."""
    declared = np.nan_to_num(content.declared())
    amounts = np.nan_to_num(content.records[content.measure].to_numpy(dtype=float))
    form = csr_array(content.coefficients()[None, :])
    value = form @ declared
    step = digit(value, WHOLE_DIGITS if (amounts % 1 == 0).all() else DIGITS)
    centre, closed = to_step(value, step), np.zeros(1, dtype=bool)
    return _statements(content, form, declared, centre - step / 2, centre + step / 2, closed)


def _statements(
    content: Breakdown,
    forms: csr_array,
    declared: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    closed: np.ndarray,
) -> Statements:
    records = content.records
    told = (np.abs(declared) > 1e-9) & (np.diff(forms.tocsc().indptr) > 0)
    known = pd.DataFrame({"site_id": records["site_id"].astype(str), "amount": declared.round(9)})
    # Row 7 is 7.0 beside records that come from no cell, and the same row.
    cells = {name: records[name].convert_dtypes().astype(str) for name in SOURCE if name in records}
    known = known.assign(**cells)[told]
    ids, at = np.unique(pd.util.hash_pandas_object(known, index=False).to_numpy(), return_inverse=True)
    own = forms[:, np.flatnonzero(told)].tocoo()
    small = csr_array((own.data, (own.row, at[own.col])), shape=(forms.shape[0], len(ids)))
    first = np.unique(at, return_index=True)[1]
    system = System(
        small, low, high, known["site_id"].to_numpy()[first], known["amount"].to_numpy()[first], closed
    )
    return Statements(system, ids, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=int))
