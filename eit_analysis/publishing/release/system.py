"""Numbers as linear forms of what firms declared: which of them say something of one another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

NOBODY = ""  # whose amounts are those that a reader may choose freely
PROTECTION = 0.15  # of a part: what must stay open on each side of it


@dataclass(frozen=True)
class System:
    """Numbers that are or may be published, as linear forms."""

    forms: csr_array  #: shape (numbers, variables): public coefficients
    low: np.ndarray  #: shape (numbers,): what a reader of the number knows of its value, at least
    high: np.ndarray  #: shape (numbers,): and at most
    firms: np.ndarray  #: shape (variables,): who knows the amount: a firm or, separated by spaces, several
    amounts: np.ndarray  #: shape (variables,): what was declared; its sign is taken to be known
    closed: np.ndarray  #: shape (numbers,): those that the primary rules close
    #: Shape (numbers,): those that only relate amounts (a share of a whole), and are no cell of their own.
    relation: np.ndarray
    people: np.ndarray  #: shape (numbers,): cells that count whole people, of each firm one at least
    #: Shape (numbers,): those that nobody prints, taken to be told by what else their rows print.
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


def row_contents(forms: csr_array) -> list[tuple[bytes, bytes]]:
    """What each row of a matrix holds: where it is not zero, and its values there."""
    forms.sort_indices()
    values = forms.data.round(12)
    return [(forms.indices[a:b].tobytes(), values[a:b].tobytes()) for a, b in pairwise(forms.indptr)]


def merged(
    forms: csr_array, firms: np.ndarray, amounts: np.ndarray
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """One variable for those that the same firms know and no number tells apart: their sum."""
    keys = zip(firms, amounts < 0, row_contents(csr_array(forms.T)), strict=True)
    groups: dict[tuple, int] = {}
    label = np.array([groups.setdefault(key, len(groups)) for key in keys], dtype=int)
    first = np.unique(label, return_index=True)[1]
    return csr_array(forms[:, first]), np.bincount(label, amounts, len(first)), firms[first]
