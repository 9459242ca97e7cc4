"""The best partners of every output: one score, one radius, the same answer in numpy and in numba.

    score(o, i) = y · (min(y s, t) / max(y s, t)) · (m / 12) · (1 − d / r)

with y the yield of the output's class in the input's (0: incompatible), s the tonnes put out, t the tonnes
wanted, m the months in common, d the great-circle distance and r the radius, 0 ≤ d ≤ r. The second factor is
the share of the supply that is used times the share of the need that is met. Every factor is monotone: more
yield, better fitting quantities, more months in common and less distance never lower a score.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from eit_analysis.errors import UsageError
from eit_analysis.reference.distance import arc_km, half_angles, haversine
from eit_analysis.synergies.matching.located_flows import (
    SHARE_OF_YEAR,
    Located,
    coverage_both_ways,
    read_located,
)

# About what numpy weighs while numba compiles the index for the first time; studies stay far below.
EXHAUSTIVE_PAIRS = 50_000_000
BLOCK_PAIRS = 1_000_000  # weighed at once in numpy: some tens of megabytes


def best_matches(
    outputs: pd.DataFrame,
    inputs: pd.DataFrame,
    yields: Any,
    radius_km: float,
    top: int,
    threads: int | None = None,
) -> pd.DataFrame:
    """The ``top`` inputs of best score (equation above) within the radius, for each output.

    Equal scores go to the input that comes first. A site is never matched with itself. A pair at the very
    radius, or without a month in common, has a score of 0 and is kept.

    Parameters
    ----------
    outputs, inputs : pandas.DataFrame
        Columns ``class_code`` (row, resp. column of ``yields``), ``latitude``, ``longitude`` (degrees) and
        ``mass_t_per_year`` (t/year, 0 when unknown: it then covers nothing); optional ``months_mask`` (bit
        m−1 for month m; all year without) and ``site_code`` (integer ≥ 0 shared by both tables).
    yields : array or scipy.sparse array, shape (output classes, input classes)
        Tonnes received per tonne put out, 0 where incompatible.
    radius_km : float
        Great-circle reach, up to half the Earth.
    top : int
        Partners kept for each output.
    threads : int, optional
        Used above ``EXHAUSTIVE_PAIRS``, all of the process by default; the answer is the same.

    Returns
    -------
    pandas.DataFrame
        Columns ``output``, ``input`` (row positions), ``distance_km`` (to the millimetre), ``score``, ordered
        by output, then best first.

    Raises
    ------
    InputError
        A place, a mass, a class, a set of months or a site is missing or out of its bounds.
    UsageError
        The radius is infinite, it or the number of partners is not above zero, or a yield is negative or
        unknown.
    """
    matrix, giving, taking = checked(outputs, inputs, yields, radius_km, top)
    if compatible_pairs(giving.kind, taking.kind, matrix) <= EXHAUSTIVE_PAIRS:
        return in_numpy(giving, taking, matrix, radius_km, top)
    from eit_analysis.synergies.matching import (
        spatial_index,  # compiled, seconds the first time: only at need
    )

    return spatial_index.matches(giving, taking, matrix, radius_km, top, threads or os.cpu_count() or 1)


def checked(
    outputs: pd.DataFrame, inputs: pd.DataFrame, yields: Any, radius_km: float, top: int
) -> tuple[csr_array, Located, Located]:
    """What ``best_matches`` is given, as arrays, or the sentence that says what is wrong with it."""
    matrix = csr_array(yields)
    if not 0 < radius_km < np.inf or top < 1:
        raise UsageError(
            f"Le rayon ({radius_km}\u00a0km) et le nombre de partenaires ({top}) doivent être positifs, "
            "sans infini."
        )
    if not (matrix.data >= 0).all() or not np.isfinite(matrix.data).all():
        raise UsageError(
            "Un rendement entre classes est négatif ou inconnu\u00a0: mettre 0 là où rien n'est possible."
        )
    matrix.eliminate_zeros()
    return (
        matrix,
        read_located(outputs, "outputs", matrix.shape[0]),
        read_located(inputs, "inputs", matrix.shape[1]),
    )


def compatible_pairs(output_classes: np.ndarray, input_classes: np.ndarray, matrix: csr_array) -> int:
    """How many pairs are of compatible classes, wherever they are."""
    n_outputs, n_inputs = (
        np.bincount(codes, minlength=n).astype(float)
        for codes, n in zip((output_classes, input_classes), matrix.shape, strict=True)
    )
    return int(
        n_outputs @ (csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), matrix.shape) @ n_inputs)
    )


def in_numpy(
    outputs: Located, inputs: Located, yields: csr_array, radius_km: float, top: int
) -> pd.DataFrame:
    """Of a study, every pair of compatible classes looked at, class by class; the checks are done."""
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
