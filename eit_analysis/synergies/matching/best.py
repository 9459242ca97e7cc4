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
from eit_analysis.synergies.matching import exhaustive
from eit_analysis.synergies.matching.located_flows import Located, read_located

# About what numpy weighs while numba compiles the index for the first time; studies stay far below.
EXHAUSTIVE_PAIRS = 50_000_000


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
        return exhaustive.matches(giving, taking, matrix, radius_km, top)
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
