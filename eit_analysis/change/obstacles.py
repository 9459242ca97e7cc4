"""The leads whose actors trust little: what stands in the way is not the flow.

trust of an actor = median score of its respondents on the dimension *trust*
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.change.answers import LOW
from eit_analysis.reference.stages import OPEN, actors

COLUMNS = ["synergy_id", "title", "status", "site_ids", "lowest_trust", "highest_trust"]


def untrusting(register: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The leads still open of which all actors that answered, two at least, trust little.

    Parameters
    ----------
    register : pandas.DataFrame
        ``synergy_id, title, status, site_ids`` of each lead.
    people : pandas.DataFrame
        Of :func:`answers.respondents`.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``, the least trusting first: scores from 1 to 5, up to ``LOW`` a distrust.
    """
    trust = people[people["readiness_dimension"] == "trust"].groupby("site_id")["score"].median()
    split = actors(register[register["status"].isin(OPEN)])
    known = split.assign(score=split["site_id"].map(trust)).groupby(COLUMNS[:4], sort=False)["score"]
    found = known.agg(lowest_trust="min", highest_trust="max", answered="count").reset_index()
    held = found[(found["answered"] >= 2) & (found["highest_trust"] <= LOW)]
    return held.sort_values("highest_trust", kind="stable", ignore_index=True)[COLUMNS]
