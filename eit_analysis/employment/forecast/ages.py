"""Ages behind age bands: whoever is in a band may be of each of its single years alike.

Nobody's exact age is asked. Where the band is not known either, people follow the ages of everyone known,
or are spread evenly when nobody's is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.employment.forecast.hazards import AGES


class Team(NamedTuple):
    """People of one occupation (its place in the list) with the same chances of each age of ``AGES``."""

    occupation: int
    people: int
    ages: np.ndarray


def age_weights(band: str) -> np.ndarray:
    """Chances of each age within a band (``"45-49"``), even; all zero when the band is not known."""
    first, _, last = band.replace("60 et plus", "60-64").partition("-")
    if not (first.isdigit() and last.isdigit()):
        return np.zeros(len(AGES))
    inside = (int(first) <= AGES) & (int(last) >= AGES)
    return inside / max(inside.sum(), 1)


def cells_of(workforce: pd.DataFrame, names: list[str]) -> list[Team]:
    """Whole people by occupation (in the order of ``names``) and band, whatever their firm; sorted."""
    rows = workforce.groupby(["occupation", "age_band"])["headcount"].sum().reset_index().to_dict("records")
    weights = {row["age_band"]: age_weights(row["age_band"]) for row in rows}
    known = sum((row["headcount"] * weights[row["age_band"]] for row in rows), np.zeros(len(AGES)))
    everyone = known / known.sum() if known.sum() else np.full(len(AGES), 1 / len(AGES))
    place = {name: i for i, name in enumerate(names)}
    cells = []
    for row in rows:
        share = weights[row["age_band"]]
        ages = share if share.any() else everyone
        cells.append(Team(place[row["occupation"]], round(row["headcount"]), ages))
    return cells


def people_by_age(cells: list[Team], occupations: int) -> np.ndarray:
    """Expected people by single year of age, array (occupations, ages)."""
    people = np.zeros((occupations, len(AGES)))
    for cell in cells:
        people[cell.occupation] += cell.people * cell.ages
    return people
