"""The exchanges of one firm, from its side: its own amount beside what the other side could take or give.

    ratio = need / (n × own)  for a firm that gives,        supply / (own / n)  for one that takes,

both amounts being what is free of them (:mod:`free_flows`), and n the tonnes of need that one tonne sent
takes up, a public figure of the rule (:mod:`substitution`). A ratio above 1 means that the firm's own amount
limits the exchange: all of it passes, and the firm reads the tonnes and its gain. Below, the tonnes would be
those of the other side: the firm reads a class.

A class bounds the amount of the other side, as it declared it, even to whoever knows what is taken of that.
It is said where both bounds lie 15 % beyond the true one, so that none tells it closer, nor do several
classes about one flow; else a wider one is. Gains per tonne come from the firm's own cost or price, else the
reference, and from public factors. Transport, which is nobody's own and would tell the distance, is left
out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import SOURCE, Breakdown
from eit_analysis.synergies.factor_rows import OPERATORS

MARGIN = 0.15
CLASSES = (("all", 1.0, np.inf), ("most", 0.5, np.inf), ("little", 0.0, 0.5), ("some", 0.0, np.inf))
# The columns of the firm, of its partner, of the flow of each, of the gain per year, of what is free of each.
SIDES = {
    "gives": ["giver_site_id", "taker_site_id", "out_flow_id", "in_flow_id", "giver_saving_eur_per_year",
              "supply_t_per_year", "demand_t_per_year"],
    "takes": ["taker_site_id", "giver_site_id", "in_flow_id", "out_flow_id", "taker_worth_eur_per_year",
              "demand_t_per_year", "supply_t_per_year"],
}  # fmt: skip
COLUMNS = [
    "rank", "partner_site_id", "exchange_role", "category", "own_description", "new_route",
    "own_t_per_year", "passing", "passing_t_per_year", "own_gain_eur_per_t", "own_gain_eur_per_year",
    "retained", "ask_first",
]  # fmt: skip


def own_exchanges(exchanges: pd.DataFrame, flows: pd.DataFrame, firm: str | None) -> Breakdown:
    """The exchanges that a firm is part of, best first; none without a firm.

    Parameters
    ----------
    exchanges : pandas.DataFrame
        Ranked, with their impacts, allocated tonnes and ``ask_first`` (``Assessment.listed``), of which the
        lines of the register are the firm's own.
    flows : pandas.DataFrame
        Tidy flows.
    firm : str or None
        Its site id.

    Returns
    -------
    Breakdown
        ``rank, partner_site_id, exchange_role`` (``gives``, ``takes``), ``category, own_description,
        new_route, own_t_per_year`` (what is free of it), ``passing`` (``all, most, little, some`` of that),
        ``passing_t_per_year`` that leave the giver and ``own_gain_eur_per_year`` where all passes,
        ``own_gain_eur_per_t`` (missing for an operator that takes: what it costs it is not known),
        ``retained``, ``ask_first``. The records are the flows of the other side, in the same order,
        with what the row tells of each: ``told_low`` and ``told_high`` (t/year).
    """
    by_id = flows.drop_duplicates("flow_id").set_index("flow_id")
    sides = []
    for role, columns in SIDES.items():
        mine = exchanges[exchanges[columns[0]] == firm]
        partner, own_flow, flow, gain, amount, others = (mine[column] for column in columns[1:])
        n, operator = mine["need_t_per_t"], mine["taker_actor_type"].isin(OPERATORS)
        if role == "takes":
            gain = gain.where(~operator)
        parts: dict[str, pd.Series | str] = {
            "exchange_role": role, "partner_site_id": partner, "flow_id": flow, "own_t_per_year": amount,
            "free_t_per_year": others,
            "own_description": own_flow.map(by_id["description"]), "own_gain_eur_per_year": gain,
            "own_gain_eur_per_t": gain / mine["diverted_t_per_year"].where(lambda sent: sent > 0),
            "enough_t_per_year": amount * n if role == "gives" else amount / n,
        }  # fmt: skip
        sides.append(mine.assign(**parts))
    found = pd.concat(sides).sort_values("rank", ignore_index=True)
    records = by_id.reindex(found["flow_id"])[["site_id", "mass_t_per_year", *SOURCE]].reset_index(drop=True)
    declared = records["mass_t_per_year"].astype(float)
    classes = _classes(declared, found["enough_t_per_year"], declared - found["free_t_per_year"])
    whole, retained = classes["passing"] == "all", found["allocated_t_per_year"] > 0
    found = found.assign(
        passing=classes["passing"],
        passing_t_per_year=found["diverted_t_per_year"].where(whole),
        own_gain_eur_per_year=found["own_gain_eur_per_year"].where(whole),
        retained=retained.map({True: "yes", False: "no"}),
    )
    told = classes[["told_low", "told_high"]]
    return Breakdown(found[COLUMNS], ["rank"], records.assign(rank=found["rank"], **told), "mass_t_per_year")


def first_of(own: pd.DataFrame) -> tuple[int, str, bool]:
    """Rank and role of the best exchange of a firm, of those where it gains if any, and whether it gains."""
    gaining = own[own["own_gain_eur_per_t"] > 0]
    rank, role = (gaining if len(gaining) else own).iloc[0][["rank", "exchange_role"]]
    return rank, role, len(gaining) > 0


def _classes(amount: pd.Series, enough: pd.Series, taken: pd.Series) -> pd.DataFrame:
    """The narrowest class that may be said of what is free of each amount, beside what would be enough."""
    found = pd.DataFrame({"passing": "some", "told_low": 0.0, "told_high": np.inf}, index=amount.index)
    for name, low, high in reversed(CLASSES):
        bounds = [
            enough * low + taken if low > 0 else 0.0,
            enough * high + taken if high < np.inf else np.inf,
        ]
        said = (bounds[0] <= (1 - MARGIN) * amount) & ((1 + MARGIN) * amount <= bounds[1]) & (enough > 0)
        found.loc[said, "passing"] = name
        found["told_low"], found["told_high"] = (
            values.where(~said, bound)
            for values, bound in zip((found["told_low"], found["told_high"]), bounds, strict=True)
        )
    return found
