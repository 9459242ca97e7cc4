"""What the plan covers already of the need of an exchange of heat, water or gas.

Each pair of a source and a need is listed, also where two sources could each cover one need. The plan
(:mod:`together`) lays a second pipe where the rest of the need pays for it; no pair says that by itself.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.register.meeting import sheet_words

WHOLE = 0.999  # of a need: the rest is less than what is known of it


def with_covered(found: pd.DataFrame, taken: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """``found`` with ``covered``: in French, with whom others of those ``taken`` cover its need or a part.

    ``names`` by site; for the team, as the plan is.
    """
    wording = sheet_words()["ask_first"]
    told: list[str | None] = []
    for one in found.itertuples(index=False):
        others = (taken["in_flow_id"] == one.in_flow_id) & (taken["candidate_id"] != one.candidate_id)
        same = taken[others]
        if same.empty:
            told.append(None)
            continue
        whole = same["delivered_per_year"].sum() >= WHOLE * float(same["in_amount_per_year"].iloc[0])
        who = french.listed([str(names[site]) for site in same["giver_site_id"].unique()])
        told.append(wording["covered" if whole else "covered_part"].format(told=who))
    return found.assign(covered=pd.Series(told, found.index, dtype="str"))
