"""The leads whose actors trust little: what stands in the way is not the flow.

trust of an actor = median score of its respondents on the dimension *trust*
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.change.answers import LOW
from eit_analysis.reference.stages import OPEN

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
    rows = []
    for lead in register[register["status"].isin(OPEN)].itertuples():
        known = trust.reindex(str(lead.site_ids).split()).dropna()
        if len(known) >= 2 and known.max() <= LOW:
            rows.append((lead.synergy_id, lead.title, lead.status, lead.site_ids, known.min(), known.max()))
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("highest_trust", kind="stable", ignore_index=True)
