"""Where a lead stands before its score is read: no score buys a way past a higher use or a common loss.

    first choice    both could gain, on the tonnes that no higher option of its flow could take
    second choice   both could gain, but higher options could take all that it would
    nobody gains    no price makes both gain, as far as their gains are counted

Leads are ranked by choice first, then by score. A first choice is scored on the tonnes left to it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.allocation.hierarchy import first_choice
from eit_analysis.synergies.impacts import DIVERTED, INDICATORS, in_proportion

CHOICES = ("first_choice", "second_choice", "nobody_gains")
UNCLAIMED = "unclaimed_t_per_year"


def with_choice(candidates: pd.DataFrame, minimum_lot_t: float) -> pd.DataFrame:
    """Candidates (``terms.with_terms``) with ``choice`` and ``unclaimed_t_per_year``.

    ``unclaimed_t_per_year``: what no higher option of the flow could take (:func:`hierarchy.first_choice`).
    A lead whose gain is unknown is taken for a first choice.
    """
    left = first_choice(candidates, minimum_lot_t)
    second = (left <= 0) & (candidates["diverted_t_per_year"] > 0)
    nobody = candidates["who_gains"].isin(["none", "not_giver"])
    choice = np.select([nobody, second], CHOICES[:0:-1], CHOICES[0])
    return candidates.assign(unclaimed_t_per_year=left, choice=choice)


def on_what_is_left(candidates: pd.DataFrame) -> pd.DataFrame:
    """The candidates, each first choice with the tonnes and the changes of what is left to it."""
    part = candidates["choice"].eq(CHOICES[0]) & (candidates[UNCLAIMED] < candidates["diverted_t_per_year"])
    if not part.any():
        return candidates
    columns = [c for names in INDICATORS.values() for c in names]
    reduced = candidates[part].assign(allocated_t_per_year=candidates[UNCLAIMED])
    scaled = in_proportion(reduced, [*columns, *DIVERTED])
    found = candidates.copy()
    found.loc[part, scaled.columns] = scaled
    return found


def steps(candidates: pd.DataFrame) -> np.ndarray:
    """(m,) 0 for a first choice, or where no choice is known, 1 and 2 for the others."""
    if "choice" not in candidates:
        return np.zeros(len(candidates))
    order = {name: step for step, name in enumerate(CHOICES)}
    return candidates["choice"].map(order).to_numpy(dtype=float)
