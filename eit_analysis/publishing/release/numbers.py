"""What a table tells its readers, as linear forms of the amounts that actors declared.

Each row of a breakdown is such a form (``Breakdown.forms``), known as closely as it is rounded; a share is
two inequalities between its numerator and its denominator. Whatever else the row prints (a forecast, a
median) is reckoned from the same records: where their sum is not printed, it is taken to tell it to two
digits. A derived table tells the sums and ratios of its parents that it declares, or else all rows that it
comes from, to two digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array, hstack, vstack

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.publishing.release.disclosure import Cell, Closed, Limits, sensitive
from eit_analysis.publishing.release.rounding import DIGITS, Rounded, digit, to_step, whole_step
from eit_analysis.publishing.release.statements import Amounts, Statements, amounts_of, joined, of_records
from eit_analysis.publishing.release.system import NOBODY, row_contents
from eit_analysis.records import Share

NONE = np.zeros(0)
EMPTY = of_records(
    amounts_of(pd.DataFrame({"site_id": pd.Series(dtype=object)}), NONE), csr_array((0, 0)), NONE, NONE
)
LAST = 9  # keys: values are wanted more than their shares
Block = tuple[Statements, np.ndarray]  # numbers, and the row that tells each; then those that say nothing


def of_breakdown(
    content: Breakdown, cells: Sequence[Cell], base: Cell, closed: Closed, shown: Rounded | None
) -> Statements:
    """What a breakdown tells, with its values as readers see them.

    Parameters
    ----------
    cells, base
        What :func:`disclosure.judge` says of its rows and of all its records together.
    closed : dict
        By sum, rows that the primary rules close (:func:`disclosure.closed_sums`).
    shown : Rounded or None
        The table as it leaves; None where readers see no row of it.
    """

    @cache
    def amounts(name: str | None) -> Amounts:
        return amounts_of(content.records, np.nan_to_num(content.declared(name)))

    names = [content.measure, *(name for name in content.sums if name in content.frame)]
    steps = {} if shown is None else shown.steps
    # What else is printed may tell a sum to more digits than its own.
    finer = not set(steps) <= {*names, *content.shares}
    blocks = [_sums(content, name, amounts(name), shown, finer, closed[name]) for name in names if name]
    if shown is not None:
        apart = [name for name in content.shares if name in steps]
        blocks += [_share(content, name, amounts(content.measure), shown) for name in apart]
        wholes = content.beside.values()
        blocks += [_whole(content, share, amounts(content.measure), len(cells)) for share in wholes]
    if content.measure:
        blocks.append(_unnamed(content, amounts(content.measure), base.limits))
    if content.facts is not None:
        facts = content.facts()
        declared = facts.records[facts.measure].to_numpy(dtype=float)
        relation = True if facts.cells is None else ~facts.cells
        own = amounts_of(facts.records, declared)
        told = of_records(own, facts.forms, facts.low, facts.high, relation=relation)
        blocks.append((told, facts.rows))
    rows: list[list[int]] = [[] for _ in range(len(cells) + 1)]
    together = _gathered(blocks, rows)
    depth = np.array([*(len(cell.key) for cell in cells), LAST], dtype=int)
    allowed = np.append(~np.logical_or.reduce([*closed.values()]), not base.sensitive)
    limits = base.limits if content.measure else None
    return replace(together, rows=rows, allowed=allowed, depth=depth, limits=limits, answers=content.answers)


def of_derived(content: Derived, parents: Sequence[Statements], shown: Rounded) -> Statements:
    """What a derived table tells: the sums and ratios that it declares.

    Of a row with any other column, all that its rows of the parents tell.

    Parameters
    ----------
    parents : sequence of Statements
        :func:`of_breakdown` of each parent.
    shown : Rounded
        The table as it leaves.
    """
    behind, n_rows = content.behind, len(content.frame)
    together = joined(parents)
    doubtful = np.ones(len(together.system.low), dtype=bool)
    together = replace(together, system=replace(together.system, assumed=doubtful))
    starts = np.cumsum([0, *(len(parent.rows) for parent in parents)])
    sources = [[int(starts[parent]) + row for parent, row in found] for found in behind]
    allowed = np.array([together.allowed[found].all() for found in sources], dtype=bool)
    depth = np.array([together.depth[found].max(initial=0) for found in sources], dtype=int)
    rows: list[list[int]] = [[] for _ in range(n_rows)]
    if not content.declares(shown.steps):
        rows = [sorted({number for row in found for number in together.rows[row]}) for found in sources]

    records, declared, form = content.stacked
    amounts = amounts_of(records, declared)
    blocks = []
    for name, terms in content.sums.items():
        own, centre = form(terms), shown.frame[name].to_numpy(dtype=float)
        step = _whole_people(declared[own.indices], shown.steps[name])
        at = np.flatnonzero(~np.isnan(centre))
        low, high = (centre - step / 2)[at], (centre + step / 2)[at]
        blocks.append((of_records(amounts, csr_array(own[at]), low, high), at))
    for name, (over, under) in content.ratios.items():
        blocks.append(_ratio(amounts, form(over), form(under), shown, name))
    return replace(_gathered(blocks, rows, together), rows=rows, allowed=allowed, depth=depth)


def _gathered(blocks: list[Block], rows: list[list[int]], before: Statements = EMPTY) -> Statements:
    """All numbers together, those of ``before`` first; each is added to the row that tells it."""
    start = before.system.forms.shape[0]
    for block, at in blocks:
        for number, row in enumerate(at):
            rows[row].append(start + number)
        start += block.system.forms.shape[0]
    return joined([before, *(block for block, _ in blocks)])


def _sums(
    content: Breakdown, name: str, amounts: Amounts, shown: Rounded | None, finer: bool, closed: np.ndarray
) -> Block:
    """One column of sums: a number for each row, as it is printed or, by what else is, to two digits."""
    forms = content.forms(name)
    value = forms @ amounts.declared
    step = digit(value, DIGITS)
    centre = to_step(value, step)
    if shown is not None and name in shown.steps:
        printed = shown.frame[name].to_numpy(dtype=float)
        closer = ~np.isnan(printed) & ((shown.steps[name] < step) | (not finer))
        step, centre = np.where(closer, shown.steps[name], step), np.where(closer, printed, centre)
    step = _whole_people(amounts.declared, step)
    if shown is None:
        step = np.full(len(value), np.inf)
    low, high = centre - step / 2, centre + step / 2
    assumed = shown is None or name not in shown.steps
    told = of_records(amounts, forms, low, high, closed, people=content.people, assumed=assumed)
    return told, np.arange(len(value))


def _unnamed(content: Breakdown, amounts: Amounts, limits: Limits) -> Block:
    """The groups without a row: nothing is told of them, and what is told of others leaves them open."""
    masks, coefficients = content.unnamed(), content.coefficients()
    forms = csr_array(np.array(masks, dtype=bool).reshape(len(masks), len(coefficients)) * coefficients)
    closed, far = sensitive(content, masks, limits), np.full(len(masks), np.inf)
    return of_records(amounts, forms, -far, far, closed), np.zeros(0, dtype=int)


def _whole(content: Breakdown, share: Share, amounts: Amounts, line: int) -> Block:
    """What a share beside its own value tells: the sums that it is a share of, each once."""
    forms = content.whole_forms(share)
    forms = csr_array(forms[~pd.Series(row_contents(forms), dtype=object).duplicated().to_numpy()])
    value = forms @ amounts.declared
    step = whole_step(value, content.frame[content.measure].to_numpy(dtype=float))
    centre = to_step(value, step)
    low, high = centre - step / 2, centre + step / 2
    told = of_records(amounts, forms, low, high, people=content.people)
    return told, np.full(len(value), line)


def _share(content: Breakdown, name: str, amounts: Amounts, shown: Rounded) -> Block:
    """A share p of each row: numerator - p denominator is on either side of zero for its ends."""
    share = content.shares[name]
    top = csr_array(share.scale * content.forms())
    return _ratio(amounts, top, content.whole_forms(share), shown, name)


def _ratio(amounts: Amounts, top: csr_array, whole: csr_array, shown: Rounded, name: str) -> Block:
    """Of y = top / whole, as it is printed: top - y_low T >= 0 and top - y_high T <= 0, with T = whole.

    T is a variable of its own, of no actor: one whole serves many rows, and these stay sparse. The number
    that says what it is, T - whole = 0, tells nothing and goes with no row.
    """
    printed, half = shown.frame[name].to_numpy(dtype=float), shown.steps[name] / 2
    at = np.flatnonzero(~np.isnan(printed) & (np.diff(top.indptr) > 0))
    keys = row_contents(csr_array(whole[at]))
    place, distinct = pd.factorize(pd.Series(keys, dtype=object))
    wholes = csr_array(whole[at[[keys.index(key) for key in distinct]]])
    n, zero, far = len(at), np.zeros(len(at)), np.full(len(at), np.inf)
    forms = csr_array(vstack([top[at], top[at], wholes], format="csr"))
    none = np.zeros(len(distinct))
    low, high = np.concatenate([zero, -far, none]), np.concatenate([far, zero, none])
    told = of_records(amounts, forms, low, high, relation=True)
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
        amounts=np.append(told.system.amounts, wholes @ amounts.declared),
    )
    variables = np.append(told.variables, np.array(identities, dtype=np.uint64))
    return replace(told, system=system, variables=variables), np.concatenate([at, at])


def _whole_people(declared: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The steps: people come whole, so that to the unit is exactly."""
    return np.where(step > 1, step, 0.0) if (declared % 1 == 0).all() else step
