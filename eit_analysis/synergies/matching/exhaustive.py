"""The matching of a study, in numpy: every pair of compatible classes is looked at, class by class."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.reference.distance import arc_km, half_angles, haversine
from eit_analysis.synergies.matching.located_flows import SHARE_OF_YEAR, Located, coverage_both_ways

BLOCK_PAIRS = 1_000_000  # weighed at once: some tens of megabytes


def matches(outputs: Located, inputs: Located, yields: csr_array, radius_km: float, top: int) -> pd.DataFrame:
    """As ``best_matches``, whose checks are done."""
    of_class = [np.flatnonzero(inputs.kind == code) for code in range(yields.shape[1])]
    found = [
        _within(outputs, rows, inputs, of_class[column], value, radius_km)
        for code in np.unique(outputs.kind)
        for column, value in zip(*_row(yields, code), strict=True)
        for rows in _blocks(np.flatnonzero(outputs.kind == code), len(of_class[column]))
    ]
    names = ["output", "input", "distance_km", "score"]
    empty = [np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), np.zeros(0)]
    columns = [np.concatenate(parts) for parts in zip(empty, *found, strict=True)]
    order = np.lexsort((columns[1], -columns[3], columns[0]))
    table = pd.DataFrame({name: column[order] for name, column in zip(names, columns, strict=True)})
    return table[table.groupby("output").cumcount() < top].reset_index(drop=True)


def _row(matrix: csr_array, row: int) -> tuple[np.ndarray, np.ndarray]:
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[part], matrix.data[part]


def _blocks(rows: np.ndarray, width: int) -> list[np.ndarray]:
    return np.array_split(rows, max(1, -(-len(rows) * width // BLOCK_PAIRS)))


def _within(
    outputs: Located,
    rows: np.ndarray,
    inputs: Located,
    columns: np.ndarray,
    value: float,
    radius_km: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The pairs within reach between outputs of one class and inputs of another, and their scores."""
    here, there = (
        half_angles(s.latitude[r], s.longitude[r]) for s, r in ((outputs, rows), (inputs, columns))
    )
    km = arc_km(haversine(here[:, None], there[None, :]))
    own = outputs.site[rows][:, None] == inputs.site[columns][None, :]
    i, j = np.nonzero((km <= radius_km) & ~own)
    near, output, entry = km[i, j], rows[i], columns[j]
    received, wanted = value * outputs.mass[output], inputs.mass[entry]
    coverage = coverage_both_ways(received, wanted)
    months = SHARE_OF_YEAR[outputs.months[output] & inputs.months[entry]]
    score = value * coverage * months * (1 - near / radius_km)
    return output.astype(np.int32), entry.astype(np.int32), near, score
