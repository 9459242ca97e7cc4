"""What a table tells its readers, as linear forms of the amounts that actors declared.

Each row of a breakdown is such a form (``Breakdown.forms``), known as closely as it is rounded; a share is
two inequalities between its numerator and its denominator. Whatever else the row prints (a forecast, a
median) is reckoned from the same records: where their sum is not printed, it is taken to tell it to two
digits. A derived table tells the sums and ratios of its parents that it declares, or else all rows that it
comes from, to two digits.

An amount is one variable wherever it is summed: known by its actor, the cell of the survey that it was read
from and its value, so that an amount that did not change between two releases is the same, and one that was
corrected is another. Records that come from no cell (a plan, a share of a flow) go by actor and value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array, hstack, vstack

from eit_analysis.breakdown import SOURCE, Breakdown, Derived, Share
from eit_analysis.publishing.release.disclosure import Cell
from eit_analysis.publishing.release.rounding import DIGITS, WHOLE_DIGITS, Rounded, digit, to_step
from eit_analysis.publishing.release.system import NOBODY, System

NONE = np.zeros(0)
LAST = 9  # keys: values are wanted more than their shares


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
        For each row of the table, its numbers; and last, those that its shares beside their values tell.
    allowed : numpy.ndarray
        Shape (rows + 1,): those that the primary rules let through.
    depth : numpy.ndarray
        Shape (rows + 1,): how many keys tell a row apart; 0 for a grand total.
    """

    system: System
    variables: np.ndarray
    rows: Sequence[Sequence[int]]
    allowed: np.ndarray
    depth: np.ndarray


def of_breakdown(
    content: Breakdown, cells: Sequence[Cell], base: Cell, closed: np.ndarray, shown: Rounded | None
) -> Statements:
    """What a breakdown tells, with its values as readers see them.

    Parameters
    ----------
    cells, base
        What :func:`disclosure.judge` says of its rows and of all its records together.
    closed : numpy.ndarray
        Shape (rows,): rows that the primary rules close, for any of their sums.
    shown : Rounded or None
        The table as it leaves; None where readers see no row of it.
    """
    names = [content.measure, *(name for name in content.sums if name in content.frame)]
    steps = {} if shown is None else shown.steps
    wholes = {} if shown is None else content.wholes()
    # What else is printed may tell a sum to more digits than its own.
    finer = not set(steps) <= {*names, *content.shares}
    blocks = [_sums(content, name, shown, finer, closed) for name in names if name]
    if shown is not None:
        apart = [name for name in content.shares if name in steps]
        blocks += [_share(content, name, content.shares[name], shown) for name in apart]
    blocks += [_whole(content, name, len(cells)) for name in wholes]
    if content.facts is not None:
        facts = content.facts
        declared = facts.records[facts.measure].to_numpy(dtype=float)
        told = _numbers(facts.records, facts.forms, declared, facts.low, facts.high, relation=True)
        blocks.append((told, facts.rows))
    together = joined([block for block, _ in blocks] or [EMPTY])
    starts = np.cumsum([0, *(block.system.forms.shape[0] for block, _ in blocks)])
    numbers: list[list[int]] = [[] for _ in range(len(cells) + 1)]
    for (_, rows), start in zip(blocks, starts[:-1], strict=True):
        for number, row in enumerate(rows):
            numbers[row].append(int(start) + number)
    depth = np.array([*(len(cell.key) for cell in cells), LAST], dtype=int)
    return replace(together, rows=numbers, allowed=np.append(~closed, not base.sensitive), depth=depth)


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
    low, high, closed, relation = (
        np.concatenate([getattr(part.system, name) for part in parts])
        for name in ("low", "high", "closed", "relation")
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
    system = System(vstack(forms, format="csr"), low, high, firms, amounts, closed, relation)
    return Statements(system, names, rows, allowed, depth)


def to_frame(told: Statements, numbers: Sequence[int]) -> pd.DataFrame:
    """Some numbers as a table for the log of releases: one row for each amount in each number.

    Returns
    -------
    pandas.DataFrame
        ``number``, ``low``, ``high``, ``relation``, ``variable``, ``firm``, ``amount``, ``coefficient``.
    """
    own = told.system.forms[list(numbers)].tocoo()
    at = np.asarray(list(numbers), dtype=int)[own.row]
    return pd.DataFrame(
        {
            "number": own.row,
            "low": told.system.low[at],
            "high": told.system.high[at],
            "relation": told.system.relation[at],
            "variable": told.variables[own.col],
            "firm": told.system.firms[own.col].astype(str),
            "amount": told.system.amounts[own.col],
            "coefficient": own.data,
        }
    )


COLUMNS = {
    "number": int, "low": float, "high": float, "relation": bool, "variable": np.uint64,
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
        numbers["relation"].to_numpy(dtype=bool),
    )
    return Statements(system, variables, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=int))


def derived(content: Derived, parents: Sequence[Statements], shown: Rounded) -> Statements:
    """What a derived table tells: the sums and ratios that it declares.

    Of a row with any other column, all that its rows of the parents tell.

    Parameters
    ----------
    parents : sequence of Statements
        :func:`of_breakdown` of each parent.
    shown : Rounded
        The table as it leaves.
    """
    behind, n_rows = content.behind(), len(content.frame)
    together = joined(parents)
    starts = np.cumsum([0, *(len(parent.rows) for parent in parents)])
    sources = [[int(starts[parent]) + row for parent, row in found] for found in behind]
    allowed = np.array([together.allowed[found].all() for found in sources], dtype=bool)
    depth = np.array([together.depth[found].max(initial=0) for found in sources], dtype=int)
    rows: list[list[int]] = [[] for _ in range(n_rows)]
    if not set(shown.steps) <= {*content.sums, *content.ratios}:
        rows = [sorted({number for row in found for number in together.rows[row]}) for found in sources]

    records, declared, form = content.stacked()
    blocks = []
    for name, terms in content.sums.items():
        own, centre = form(terms), shown.frame[name].to_numpy(dtype=float)
        step = _whole_people(declared[own.indices], shown.steps[name])
        at = np.flatnonzero(~np.isnan(centre))
        low, high = (centre - step / 2)[at], (centre + step / 2)[at]
        blocks.append((_numbers(records, csr_array(own[at]), declared, low, high), at))
    for name, (over, under) in content.ratios.items():
        blocks.append(_ratio(records, form(over), form(under), declared, shown, name))
    total = together.system.forms.shape[0]
    for block, at in blocks:
        for number, row in enumerate(at):
            rows[row].append(total + number)
        total += block.system.forms.shape[0]
    everything = joined([together, *(block for block, _ in blocks)])
    return replace(everything, rows=rows, allowed=allowed, depth=depth)


Block = tuple[Statements, np.ndarray]  # numbers, and the row that tells each; then those that say nothing


def _sums(content: Breakdown, name: str, shown: Rounded | None, finer: bool, closed: np.ndarray) -> Block:
    """One column of sums: a number for each row, as it is printed or, by what else is, to two digits."""
    forms, declared = content.forms(name), np.nan_to_num(content.declared(name))
    value = forms @ declared
    step = digit(value, DIGITS)
    centre = to_step(value, step)
    if shown is not None and name in shown.steps:
        printed = shown.frame[name].to_numpy(dtype=float)
        closer = ~np.isnan(printed) & ((shown.steps[name] < step) | (not finer))
        step, centre = np.where(closer, shown.steps[name], step), np.where(closer, printed, centre)
    step = _whole_people(declared, step)
    if shown is None:
        step = np.full(len(value), np.inf)
    told = _numbers(content.records, forms, declared, centre - step / 2, centre + step / 2, closed)
    return told, np.arange(len(value))


def _whole(content: Breakdown, name: str, line: int) -> Block:
    """What a share beside its own value tells: the sums that it is a share of, each once."""
    forms, declared = _wholes(content, content.shares[name]), np.nan_to_num(content.declared())
    distinct = pd.DataFrame(forms.toarray()).drop_duplicates().index.to_numpy()
    forms = csr_array(forms[distinct])
    value = forms @ declared
    counted = (np.nan_to_num(content.records[content.measure]) % 1 == 0).all()
    step = digit(value, WHOLE_DIGITS if counted else DIGITS)
    centre = to_step(value, step)
    told = _numbers(content.records, forms, declared, centre - step / 2, centre + step / 2)
    return told, np.full(len(value), line)


def _wholes(content: Breakdown, share: Share) -> csr_array:
    """Shape (rows, records): what the share of each row is one of."""
    coefficients = content.coefficients(share.of)
    masks = [
        content.behind([pair for pair in identity if pair[0] in share.within])
        for identity in content.identities()
    ]
    return csr_array(np.array(masks, dtype=float).reshape(len(masks), len(coefficients)) * coefficients)


def _share(content: Breakdown, name: str, share: Share, shown: Rounded) -> Block:
    """A share p of each row: numerator - p denominator is on either side of zero for its ends."""
    top, declared = content.forms(), np.nan_to_num(content.declared())
    whole = _wholes(content, share)
    return _ratio(content.records, csr_array(share.scale * top), whole, declared, shown, name)


def _ratio(
    records: pd.DataFrame, top: csr_array, whole: csr_array, declared: np.ndarray, shown: Rounded, name: str
) -> Block:
    """Of y = top / whole, as it is printed: top - y_low T >= 0 and top - y_high T <= 0, with T = whole.

    T is a variable of its own, of no actor: one whole serves many rows, and these stay sparse. The number
    that says what it is, T - whole = 0, tells nothing and goes with no row.
    """
    printed, half = shown.frame[name].to_numpy(dtype=float), shown.steps[name] / 2
    at = np.flatnonzero(~np.isnan(printed) & (np.diff(top.indptr) > 0))
    keys = [(row.indices.tobytes(), row.data.tobytes()) for row in (whole[[row]] for row in at)]
    place, distinct = pd.factorize(pd.Series(keys, dtype=object))
    wholes = csr_array(whole[at[[keys.index(key) for key in distinct]]])
    n, zero, far = len(at), np.zeros(len(at)), np.full(len(at), np.inf)
    forms = csr_array(vstack([top[at], top[at], wholes], format="csr"))
    none = np.zeros(len(distinct))
    low, high = np.concatenate([zero, -far, none]), np.concatenate([far, zero, none])
    told = _numbers(records, forms, declared, low, high, relation=True)
    own = told.system.forms
    of = csr_array((np.ones(n), (np.arange(n), place)), shape=(n, len(distinct)))
    ends = [diags_array(-(printed + sign * half)[at]) @ of for sign in (-1, 1)]
    beside = vstack([*ends, diags_array(-np.ones(len(distinct)))], format="csr")
    identities = [
        pd.util.hash_array(np.append(told.variables[row.indices], row.data.round(9).view(np.uint64))).sum()
        for row in (own[[2 * n + number]] for number in range(len(distinct)))
    ]
    system = replace(
        told.system,
        forms=csr_array(hstack([own, beside], format="csr")),
        firms=np.append(told.system.firms, [NOBODY] * len(distinct)),
        amounts=np.append(told.system.amounts, wholes @ declared),
    )
    variables = np.append(told.variables, np.array(identities, dtype=np.uint64))
    return replace(told, system=system, variables=variables), np.concatenate([at, at])


def _whole_people(declared: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The steps: people come whole, so that to the unit is exactly."""
    return np.where(step > 1, step, 0.0) if (declared % 1 == 0).all() else step


def _numbers(
    records: pd.DataFrame,
    forms: csr_array,
    declared: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    closed: np.ndarray | None = None,
    relation: bool = False,
) -> Statements:
    told = (np.abs(declared) > 1e-9) & (np.diff(forms.tocsc().indptr) > 0)
    known = pd.DataFrame({"site_id": records["site_id"].astype(str), "amount": declared.round(9)})
    # Row 7 is 7.0 beside records that come from no cell, and the same row.
    cells = {name: records[name].convert_dtypes().astype(str) for name in SOURCE if name in records}
    known = known.assign(**cells)[told]
    ids, at = np.unique(pd.util.hash_pandas_object(known, index=False).to_numpy(), return_inverse=True)
    own = forms[:, np.flatnonzero(told)].tocoo()
    small = csr_array((own.data, (own.row, at[own.col])), shape=(forms.shape[0], len(ids)))
    first = np.unique(at, return_index=True)[1]
    shape = forms.shape[0]
    system = System(
        small, low, high, known["site_id"].to_numpy()[first], known["amount"].to_numpy()[first],
        np.zeros(shape, dtype=bool) if closed is None else closed, np.full(shape, relation),
    )  # fmt: skip
    return Statements(system, ids, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=int))


NOBODYS = pd.DataFrame({"site_id": pd.Series(dtype=object)})
EMPTY = _numbers(NOBODYS, csr_array((0, 0)), NONE, NONE, NONE)
