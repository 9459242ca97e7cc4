"""Where a lead stands before its score is read: no score buys a way past a higher use or a common loss.

    planned         a first choice that the joint plan keeps: with all that it keeps, it can take place
    planned lower   a second choice that the plan keeps, the higher needs being full
    first choice    both could gain, on the tonnes that no higher option of its flow could take
    second choice   both could gain, but higher options could take all that it would
    nobody gains    no price makes both gain, as far as their gains are counted

Leads are ranked by choice first, then by score. A first choice is scored on the tonnes left to it. Were they
not ranked by the plan, several leads for the same tonnes would head the list, and a reader who took the first
ones would find that they cannot all take place; what the plan leaves is to fall back on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.synergies.allocation.hierarchy import first_choice
from eit_analysis.synergies.impacts import DIVERTED, INDICATORS, in_proportion

CHOICES = ("planned", "planned_lower", "first_choice", "second_choice", "nobody_gains")
PLANNED = dict(zip(CHOICES[2:4], CHOICES[:2], strict=True))
UNCLAIMED = "unclaimed_t_per_year"


def with_choice(candidates: pd.DataFrame, minimum_lot_t: float) -> pd.DataFrame:
    """Candidates (``terms.with_terms``) with ``choice`` and ``unclaimed_t_per_year``.

    ``unclaimed_t_per_year``: what no higher option of the flow could take (:func:`hierarchy.first_choice`).
    A lead whose gain is unknown is taken for a first choice.
    """
    left = first_choice(candidates, minimum_lot_t)
    second = (left <= 0) & (candidates["diverted_t_per_year"] > 0)
    nobody = candidates["who_gains"].isin(["none", "not_giver"])
    choice = np.select([nobody, second], CHOICES[:2:-1], CHOICES[2])
    return candidates.assign(unclaimed_t_per_year=left, choice=choice)


def on_what_is_left(candidates: pd.DataFrame) -> pd.DataFrame:
    """The candidates, each first choice with the tonnes and the changes of what is left to it."""
    part = candidates["choice"].eq(CHOICES[2]) & (candidates[UNCLAIMED] < candidates["diverted_t_per_year"])
    if not part.any():
        return candidates
    columns = [c for names in INDICATORS.values() for c in names]
    reduced = candidates[part].assign(allocated_t_per_year=candidates[UNCLAIMED])
    scaled = in_proportion(reduced, [*columns, *DIVERTED])
    found = candidates.copy()
    found.loc[part, scaled.columns] = scaled
    return found


def planned_first(leads: pd.DataFrame, planned: pd.Series) -> pd.DataFrame:
    """The leads with the ``choice`` that those of these ``candidate_id`` have in the plan."""
    kept = leads["candidate_id"].isin(planned)
    return leads.assign(choice=leads["choice"].mask(kept, leads["choice"].replace(PLANNED)))


def steps(candidates: pd.DataFrame) -> np.ndarray:
    """(m,) The place in ``CHOICES``, 0 for all where no choice is known."""
    if "choice" not in candidates:
        return np.zeros(len(candidates))
    order = {name: step for step, name in enumerate(CHOICES)}
    return candidates["choice"].map(order).to_numpy(dtype=float)
