"""Numbers that a table tells, over the amounts that actors declared; several tables together; the log's form.

An amount is one variable wherever it is summed: known by its actor, the cell of the survey that it was read
from, wave included, and its value, so that an amount that did not change between two releases is the same,
and one that was corrected is another. Records that come from no cell (a plan, a share of a flow) go by actor
and value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from eit_analysis.publishing.release.disclosure import Limits
from eit_analysis.publishing.release.system import System
from eit_analysis.records import SOURCE

FLAGS = ("closed", "relation", "people", "assumed")  # of a number, in the order of ``System``


@dataclass(frozen=True)
class Statements:
    """The numbers that one table tells, and which of them each of its rows tells."""

    system: System  #: the numbers
    variables: np.ndarray  #: shape (variables of the system,), uint64: what each amount is known by
    #: For each row of the table, its numbers; and last, those that its shares beside their values tell.
    rows: Sequence[Sequence[int]]
    allowed: np.ndarray  #: shape (rows + 1,): those that the primary rules let through
    depth: np.ndarray  #: shape (rows + 1,): how many keys tell a row apart; 0 for a grand total
    #: The rules that its sums are held to, where the first number of each row is the sum of that row.
    limits: Limits | None = None
    private: bool = False  #: whether the table is the reader's alone, such as its exchanges
    answers: bool = False  #: whether the table counts what persons answered (``Breakdown.answers``)


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
    low, high, *flags = (
        np.concatenate([getattr(part.system, name) for part in parts]) for name in ("low", "high", *FLAGS)
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
    system = System(vstack(forms, format="csr"), low, high, firms, amounts, *flags)
    return Statements(system, names, rows, allowed, depth)


def to_frame(told: Statements, numbers: Sequence[int], sums: Sequence[Sequence[int]] = ()) -> pd.DataFrame:
    """Some numbers as a table for the log of releases: one row for each amount in each number.

    A number that the primary rules close did not leave, and ``sums`` of numbers were only reckoned from what
    did: nothing is known of them but that they stay protected.

    Returns
    -------
    pandas.DataFrame
        The columns of ``COLUMNS``.
    """
    forms, n_own = told.system.forms, len(numbers)
    reckoned = [csr_array(forms[list(terms)].sum(axis=0)[None, :]) for terms in sums]
    own = vstack([forms[list(numbers)], *reckoned], format="csr").tocoo()
    none = np.zeros(len(sums), dtype=bool)
    flags = {name: np.append(getattr(told.system, name)[list(numbers)], none) for name in FLAGS}
    closed = flags["closed"]
    known = ~closed & (np.arange(len(closed)) < n_own)
    far = np.full(len(sums), np.inf)
    low, high = (np.append(of[list(numbers)], far) for of in (told.system.low, told.system.high))
    low, high = np.where(known, low, -np.inf), np.where(known, high, np.inf)
    return pd.DataFrame(
        {
            "number": own.row,
            "low": low[own.row],
            "high": high[own.row],
            **{name: flag[own.row] for name, flag in flags.items()},
            "variable": told.variables[own.col],
            "firm": told.system.firms[own.col].astype(str),
            "amount": told.system.amounts[own.col],
            "coefficient": own.data,
        }
    )


def once(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The numbers of several frames of :func:`to_frame`, each once however often it was told."""
    starts = np.cumsum([0, *(frame["number"].max() + 1 if len(frame) else 0 for frame in frames)])
    frame = pd.concat(f.assign(number=f["number"] + start) for f, start in zip(frames, starts, strict=False))
    # Logs of before 27 November 2026 lack some.
    frame = frame.assign(**{name: frame[name].eq(True) if name in frame else False for name in FLAGS})
    term = pd.util.hash_pandas_object(frame[["variable", "coefficient"]].round(9), index=False)
    numbers = frame.drop_duplicates("number").set_index("number")
    numbers = numbers.drop(columns=["variable", "firm", "amount", "coefficient"])
    numbers["form"] = term.groupby(frame["number"].to_numpy()).sum()
    place = {number: at for at, number in enumerate(numbers.drop_duplicates().index)}
    return frame.assign(number=frame["number"].map(place)).dropna(subset="number").astype({"number": int})


COLUMNS = {
    "number": int, "low": float, "high": float, **dict.fromkeys(FLAGS, bool),
    "variable": np.uint64, "firm": str, "amount": float, "coefficient": float,
}  # fmt: skip
NOTHING = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def from_frame(frame: pd.DataFrame) -> Statements:
    """What :func:`to_frame` wrote: numbers that are known already, and those that were closed."""
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
        *(numbers[name].to_numpy(dtype=bool) for name in FLAGS),
    )
    return Statements(system, variables, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=int))


class Amounts(NamedTuple):
    """What records declare, as it is and rounded, with whose and what it is known by; each (records,)."""

    declared: np.ndarray
    values: np.ndarray
    firms: np.ndarray
    variables: np.ndarray


def amounts_of(records: pd.DataFrame, declared: np.ndarray) -> Amounts:
    """The amounts that records declare, of shape (records,), told apart once for all numbers over them."""
    units = records["site_id"].astype(str)
    # The same amount whoever is known today to be of one firm: the log holds it by this name.
    named = records["declared_by"].fillna(units).astype(str) if "declared_by" in records else units
    known = pd.DataFrame({"site_id": named, "amount": declared.round(9)})
    cells = {name: _named(records[name]) if name in records else "" for name in SOURCE}
    variables = pd.util.hash_pandas_object(known.assign(**cells), index=False).to_numpy()
    return Amounts(declared, known["amount"].to_numpy(), units.to_numpy(), variables)


def of_records(
    amounts: Amounts,
    forms: csr_array,
    low: np.ndarray,
    high: np.ndarray,
    closed: np.ndarray | None = None,
    relation: bool | np.ndarray = False,
    people: bool = False,
    assumed: bool = False,
) -> Statements:
    """Numbers low <= F x <= high over the amounts x of some records, for no row yet."""
    declared = amounts.declared
    told = np.flatnonzero((np.abs(declared) > 1e-9) & (np.diff(forms.tocsc().indptr) > 0))
    ids, first, at = np.unique(amounts.variables[told], return_index=True, return_inverse=True)
    own = forms[:, told].tocoo()
    small = csr_array((own.data, (own.row, at[own.col])), shape=(forms.shape[0], len(ids)))
    shape = forms.shape[0]
    system = System(
        small, low, high, amounts.firms[told][first], amounts.values[told][first],
        np.zeros(shape, dtype=bool) if closed is None else closed, np.full(shape, relation),
        np.full(shape, people and bool((declared >= 0).all() and (declared % 1 == 0).all())),
        np.full(shape, assumed),
    )  # fmt: skip
    return Statements(system, ids, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=int))


def _named(cells: pd.Series) -> pd.Series:
    """Files, sheets or rows as text: row 7 is 7.0 beside records that come from no cell, and the same row."""
    if cells.dtype == "str":
        return cells.fillna("")
    if pd.api.types.is_integer_dtype(cells):
        return cells.astype(str)
    found = cells.convert_dtypes().astype(object)
    return found.where(found.notna(), "").astype(str)
