"""What members of a common order say that they buy, in euros, beside what their tonnes and prices say.

    asked  ⇔  max(e, m) ≥ 1.5 min(e, m)      e = Σ_i declared euros,  m = Σ_i Σ mass × price,  both of the i
                                             that say both of the same thing

The group counts e, as its need is declared; nothing tells which of the two is right. Where it would not pay
with m in the place of e, the question says so.

A buyer under public law buys with others by an agreement, whose rules all of them follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.pooling.public_buyers import public_buyers
from eit_analysis.synergies.pooling.thresholds import keyword_in
from eit_analysis.synergies.register.links import names_need

APART = 1.5  # an assumption of ours: prices move, and an order holds other articles too


def amounts_disagree(
    start: Any,
    volumes: dict[Any, float],
    sharing: pd.DataFrame,
    flows: pd.DataFrame,
    names: dict[Any, Any],
    said: pd.Series,
) -> Iterator[str]:
    """The question, of a part of ``groups.starts`` that buys in euros; ``volumes`` by group and site.

    What enters is of the need where its designation names it, as the title of a line would.
    """
    if (start.nature, start.unit) != ("purchase", "€"):
        return
    asked = sharing[(sharing["nature"] == start.nature) & (sharing["side"] == "need")]
    items = [item for item in asked["item"].unique() if keyword_in(start.keyword, item) is not None]
    part = str(start.part_members).split()
    bought = flows[(flows["direction"] == "in") & flows["site_id"].isin(part)]
    same = [any(names_need(text, item) for item in items) for text in bought["description"]]
    bought = bought[pd.Series(same, bought.index, dtype=bool)]
    worth = bought["mass_t_per_year"].astype(float) * bought["cost_eur_per_t"].astype(float)
    weighed = worth.groupby(bought["site_id"]).sum()
    weighed = weighed[weighed > 0]
    euros = sum(volumes[start.pooling_id, site] for site in weighed.index)
    low, high = sorted((euros, float(weighed.sum())))
    if low > 0 and high >= APART * low:
        members = french.listed([names.get(site, site) for site in weighed.index])
        amounts = french.short(euros), french.short(float(weighed.sum()))
        falls = start.part_volume_per_year - euros + weighed.sum() < start.paying_volume_per_year
        falls = said["amounts_fall"] if falls else ""
        yield said["amounts"].format(euros=amounts[0], weighed=amounts[1], members=members, falls=falls)


def under_public_law(start: Any, sites: pd.DataFrame, names: dict[Any, Any], wording: str) -> Iterator[str]:
    """What the public buyers of a part have to settle."""
    public = public_buyers(sites)
    if buyers := [names.get(site, site) for site in str(start.part_members).split() if site in public]:
        yield wording.format(members=french.listed(buyers))
