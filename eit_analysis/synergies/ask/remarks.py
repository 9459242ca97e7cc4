"""What respondents wrote beside what they declared: quoted to the team, before it asks what is answered.

    « Boues pressées à 65 % de siccité » beside a question on how wet the sludge is

No other audience reads a remark: its tables have no column ``comment`` (``AudienceTables.remarked``).
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from eit_analysis.records import COMMENT
from eit_analysis.synergies.pooling.thresholds import keyword_in
from eit_analysis.synergies.register.meeting import BETWEEN, sheet_words


def on_flows(flows: pd.DataFrame, flow_ids: pd.Series) -> pd.Series:
    """What was written of each flow that is given (``out_flow_id``) or needed, of tidy flows or utilities.

    Missing where nothing was.
    """
    if COMMENT not in flows:
        return pd.Series(None, flow_ids.index, dtype="str")
    side = str(flow_ids.name).removesuffix("_flow_id")
    wording = sheet_words()["ask_first", f"wrote_{side}"]
    return (
        flow_ids.map(flows.set_index("flow_id")[COMMENT])
        .map(lambda text: wording.format(told=text), "ignore")
        .astype("str")
    )


def on_offers(offers: pd.DataFrame, sharing: pd.DataFrame) -> pd.Series:
    """What who makes each offer wrote of it, in tidy ``sharing``, before what is asked; empty if nothing."""
    if COMMENT not in sharing:
        return pd.Series("", offers.index, dtype="str")
    wording = sheet_words()["ask_first", "wrote_offer"]
    made = sharing[(sharing["side"] == "offer") & sharing[COMMENT].notna()]
    told = []
    for host, nature, keyword in offers[["offering_site_id", "nature", "keyword"]].itertuples(index=False):
        own = made[(made["site_id"] == host) & (made["nature"] == nature)]
        own = own[own["item"].map(partial(keyword_in, str(keyword))).notna()]
        told.append("".join(wording.format(told=text) + BETWEEN for text in own[COMMENT].unique()))
    return pd.Series(told, offers.index, dtype="str")
