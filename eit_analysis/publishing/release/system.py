"""Numbers as linear forms of what firms declared: which of them say something of one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

NOBODY = ""  # whose amounts are those that a reader may choose freely
PROTECTION = 0.15  # of a part: what must stay open on each side of it


@dataclass(frozen=True)
class System:
    """Numbers that are or may be published, as linear forms.

    Attributes
    ----------
    forms : scipy.sparse.csr_array
        Shape (numbers, variables): public coefficients.
    low, high : numpy.ndarray
        Shape (numbers,): what a reader of the number knows of its value.
    firms : numpy.ndarray
        Shape (variables,): who knows the amount: a firm or, separated by spaces, several.
    amounts : numpy.ndarray
        Shape (variables,): what was declared; its sign is taken to be known.
    closed : numpy.ndarray
        Shape (numbers,): those that the primary rules close.
    relation : numpy.ndarray
        Shape (numbers,): those that only relate amounts (a share of a whole), and are no cell of their own.
    people : numpy.ndarray
        Shape (numbers,): cells that count whole people, of each firm one at least.
    assumed : numpy.ndarray
        Shape (numbers,): those that nobody prints, taken to be told by what else their rows print.
    """

    forms: csr_array
    low: np.ndarray
    high: np.ndarray
    firms: np.ndarray
    amounts: np.ndarray
    closed: np.ndarray
    relation: np.ndarray
    people: np.ndarray
    assumed: np.ndarray

    @property
    def defined(self) -> np.ndarray:
        """Shape (numbers,): those that only say what a variable of no actor is the sum of."""
        return self.relation & (self.low == 0) & (self.high == 0)


def components(system: System) -> np.ndarray:
    """Shape (numbers,): numbers of one label have variables in common, directly or through others."""
    numbers = system.forms.shape[0]
    graph = block_array([[None, system.forms], [system.forms.T, None]])
    return connected_components(graph, directed=False)[1][:numbers]


def merged(
    forms: csr_array, firms: np.ndarray, amounts: np.ndarray
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """One variable for those that the same firms know and no number tells apart: their sum."""
    columns = forms.tocsc()
    groups: dict[tuple, int] = {}
    label = np.empty(len(firms), dtype=int)
    for column in range(len(firms)):
        span = slice(columns.indptr[column], columns.indptr[column + 1])
        key = (
            firms[column], amounts[column] < 0,
            columns.indices[span].tobytes(), np.round(columns.data[span], 12).tobytes(),
        )  # fmt: skip
        label[column] = groups.setdefault(key, len(groups))
    first = np.unique(label, return_index=True)[1]
    return csr_array(forms[:, first]), np.bincount(label, amounts, len(first)), firms[first]
