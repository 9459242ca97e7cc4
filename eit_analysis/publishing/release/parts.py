"""What the audit protects: the part of each unit in each cell, and what the others put in a closed one.

A unit is a firm, with all its amounts, or a synergy, whose amount all its actors know: whoever knows one
amount of a unit knows them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array, vstack

from eit_analysis.publishing.release.system import PROTECTION

NOTHING = 1e-9


@dataclass(frozen=True)
class Parts:
    """Parts of cells, each once whatever the cells that it is the part of."""

    #: Shape (parts, variables): how the part follows from the amounts; above zero for the true ones.
    forms: csr_array
    size: np.ndarray  #: shape (parts,): the true parts
    up: np.ndarray  #: shape (parts, readers): from which readers the upper bound of each is kept away
    down: np.ndarray  #: shape (parts, readers): likewise the lower bound
    either: np.ndarray  #: shape (parts, 1): whether it is enough that one of the two stays away

    def of(self, part: int) -> tuple[np.ndarray, np.ndarray]:
        """The variables of one part and their coefficients."""
        span = slice(self.forms.indptr[part], self.forms.indptr[part + 1])
        return self.forms.indices[span], self.forms.data[span]

    def kept(self, sign: int) -> np.ndarray:
        """Shape (parts, readers): from which readers the bound on one side of each is kept away."""
        return self.up if sign > 0 else self.down

    def __add__(self, other: Parts) -> Parts:
        return Parts(
            csr_array(vstack([self.forms, other.forms], format="csr")),
            *(
                np.concatenate([getattr(self, of), getattr(other, of)])
                for of in ("size", "up", "down", "either")
            ),
        )


def parts_of(
    cells: csr_array,
    amounts: np.ndarray,
    unit: np.ndarray,
    known: np.ndarray,
    closed: np.ndarray,
    ones: csr_array,
) -> Parts:
    """The parts of the cells, from below but those that all know before anything is published.

    Parameters
    ----------
    cells : scipy.sparse.csr_array
        Shape (cells, variables), printed or not.
    amounts, unit : numpy.ndarray
        Shape (variables,): what was declared, and the number of its unit.
    known : numpy.ndarray
        Shape (variables, readers), bool: who knows it; one that is always False is an outsider.
    closed : numpy.ndarray
        Shape (cells,): those that the primary rules close.
    ones : scipy.sparse.csr_array
        Shape (groups, variables): amounts that are one together at least.
    """
    each = np.arange(known.shape[1])
    found: dict[bytes, tuple[np.ndarray, np.ndarray, np.ndarray, bool]] = {}

    def protect(at: np.ndarray, weights: np.ndarray, against: np.ndarray, either: bool) -> None:
        size = weights @ amounts[at]
        if abs(size) <= NOTHING or not against.any():
            return
        scaled = np.round(weights / weights[np.abs(weights).argmax()], 9)
        key = at.tobytes() + scaled.tobytes() + bytes([either])
        if key in found:
            against = against | found[key][2]
        found[key] = at, weights * np.sign(size), against, either

    for row in range(cells.shape[0]):
        span = slice(cells.indptr[row], cells.indptr[row + 1])
        at, weights = cells.indices[span], cells.data[span]
        for one in np.unique(unit[at]):
            own = unit[at] == one
            protect(at[own], weights[own], ~known[at[own][0]], either=False)
        if closed[row]:
            alike: dict[bytes, list[int]] = {}  # readers who know the same of the cell
            secret = np.ascontiguousarray(~known[at].T)
            for reader, others in enumerate(secret):
                alike.setdefault(others.tobytes(), []).append(reader)
            for readers in alike.values():
                others = secret[readers[0]]
                if len(np.unique(unit[at[others]])) > 1:
                    protect(at[others], weights[others], np.isin(each, readers), either=True)
    columns = [at for at, _, _, _ in found.values()]
    values = [weights for _, weights, _, _ in found.values()]
    forms = csr_array(
        (
            np.concatenate([np.zeros(0), *values]),
            np.concatenate([np.zeros(0, dtype=np.int32), *columns]),
            np.cumsum([0, *map(len, columns)]),
        ),
        shape=(len(found), len(amounts)),
    )
    against = np.array([against for _, _, against, _ in found.values()], dtype=bool)
    against = np.asfortranarray(against.reshape(len(found), known.shape[1]))  # a reader after the other
    either = np.array([either for *_, either in found.values()], dtype=bool)
    size = forms @ amounts
    open_below = size - at_least(forms, ones) > PROTECTION * size
    return Parts(forms, size, against, against & open_below[:, None], either[:, None])


def ones_of(people: csr_array, unit: np.ndarray) -> csr_array:
    """What each unit counts in cells of people, which is one at least: the groups that contain no other.

    Parameters
    ----------
    people : scipy.sparse.csr_array
        Shape (cells, variables), each coefficient 1.
    unit : numpy.ndarray
        Shape (variables,).

    Returns
    -------
    scipy.sparse.csr_array
        Shape (groups, variables), of 0 and 1; the smallest first.
    """
    rows = (people.indices[start:end] for start, end in pairwise(people.indptr))
    groups = {tuple(sorted(at[unit[at] == one])) for at in rows for one in np.unique(unit[at])}
    found = sorted(groups, key=lambda group: (len(group), group))
    columns = np.array([variable for group in found for variable in group], dtype=np.int32)
    starts = np.cumsum([0, *map(len, found)])
    ones = csr_array((np.ones(len(columns)), columns, starts), shape=(len(found), people.shape[1]))
    common = (ones @ ones.T).tocoo()
    within = (common.data == np.diff(ones.indptr)[common.row]) & (common.row != common.col)
    return csr_array(ones[np.setdiff1d(np.arange(len(found)), common.col[within])])


def at_least(forms: csr_array, ones: csr_array) -> np.ndarray:
    """Shape (forms,): what the groups within a form give it at least, those counted that share nothing."""
    sizes, least = np.diff(ones.indptr), np.zeros(forms.shape[0])
    inside = ((forms != 0).astype(float) @ ones.T).tocoo()
    whole = inside.data == sizes[inside.col]
    left: dict[int, dict[int, float]] = {}  # by form, the weights of what no group before has taken
    for form, group in sorted(zip(inside.row[whole].tolist(), inside.col[whole].tolist(), strict=True)):
        if form not in left:
            span = slice(forms.indptr[form], forms.indptr[form + 1])
            left[form] = dict(zip(forms.indices[span].tolist(), abs(forms.data[span]).tolist(), strict=True))
        of_group = ones.indices[ones.indptr[group] : ones.indptr[group + 1]].tolist()
        if all(variable in left[form] for variable in of_group):
            least[form] += min(left[form].pop(variable) for variable in of_group)
    return least
