"""What is inert waste: what landfills for inert waste take without a test (``inert_waste.csv``).

    yes      its code, else what its designation surely means, is of the list, and nothing speaks against it
    perhaps  of the list too, but soiled, or without what it asks: clean earth, glass fibre without a binder;
             or its designation says what it refuses: a refinery, tanks, tar, topsoil; or it is landfilled
             and nobody says what a landfill asks: earth of no polluted site, panes without a frame

One reading for the tax, the targets and the obligations. What a landfill for inert waste took, by the name of
its contractor, had what the list asks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.reference.designations import suggestions
from eit_analysis.reference.law_flows import folded, named
from eit_analysis.reference.needs import without_code

# In the name of a landfill for inert waste (installation de stockage de déchets inertes).
TAKER = "isdi inerte inertes"


def inert(out: pd.DataFrame) -> pd.Series:
    """Whether each flow is inert: ``yes``, ``perhaps`` or ``no``."""
    uncoded = without_code(out) & (out["category"] == "mineral")
    found = suggestions(out.loc[uncoded, "description"])
    sure = found[found["confident"] & (found["suggestion_rank"] == 1)]
    likely = dict(zip(sure["designation"], sure["waste_code"], strict=True))
    code = out["waste_code"].mask(uncoded, out["description"].map(likely))
    words = folded(out["description"]).str.split()
    quality = out["quality"].astype("str").where(out["quality"].notna(), "unknown")
    doubtful = pd.Series(False, out.index)
    rules = reference.load("inert_waste").fillna("")
    for row in rules.to_dict("records"):
        told = quality.isin(row["qualities"].split()) & ~named(words, row["other_words"])
        told &= named(words, row["words"]) if row["words"] else True
        # A landfill asks more than the matter: where it comes from, and that somebody says so.
        asked = named(words, row["landfill_words"]) | (out["route"] != "landfill")
        told &= asked if row["landfill_words"] else True
        doubtful |= (code == row["waste_code"]) & ~told
    listed = code.isin(rules["waste_code"])
    shown = ~doubtful | takes_inert(out)
    return pd.Series(np.select([listed & shown, listed], ["yes", "perhaps"], "no"), out.index)


def takes_inert(out: pd.DataFrame) -> pd.Series:
    """Which outflows have a contractor that is named a landfill for inert waste."""
    return named(folded(out["contractor"]).str.split(), TAKER)


def is_gypsum(out: pd.DataFrame) -> pd.Series:
    """Which outflows are of plaster: no landfill for inert waste takes it (decision 2003/33/EC, § 2.2.3)."""
    return out["waste_code"].astype("str").str.startswith("1708") | named(
        folded(out["description"]).str.split(), "platre placoplatre placo"
    )
