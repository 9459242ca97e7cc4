"""The exchanges of heat, water or gas of one firm, from its side: its own amount and what it no longer pays.

    own saving = own amount × what a unit of it costs the firm,     at most

before pipe, equipment and price. Of the other side nothing is reckoned. That a lead is listed tells that the
joint surplus is above zero, so that the other has enough: one is listed only where that would be so with
``KEPT`` of what it declared: amount, cost, hours and temperature. The audit knows the bound of the amount.
Only actors that agreed to be named are in a lead: an exchange of heat is between neighbours, whom no words
would hide. No row says whether the best combination has it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import StudyConfig
from eit_analysis.records import SOURCE
from eit_analysis.synergies.utilities.surplus import SURPLUS
from eit_analysis.synergies.utilities.together import possible

KEPT = 0.8
DECLARED = ["energy_mwh_per_year", "volume_m3_per_year", "cost_eur_per_unit", "hours_per_year"]
# Of each role the side of the firm, that of the other, what the firm saves and on which amount.
ROLES = {
    "gives": ("giver", "out", "taker", "in", "giver_saving_eur_per_year", "taken_per_year"),
    "takes": ("taker", "in", "giver", "out", "taker_saving_eur_per_year", "delivered_per_year"),
}
COLUMNS = [
    "rank", "partner_site_id", "exchange_role", "lead_kind", "own_description", "own_mwh_per_year",
    "own_m3_per_year", "own_saving_eur_per_year",
]  # fmt: skip


def own_leads(
    utilities: pd.DataFrame,
    sites: pd.DataFrame,
    settings: StudyConfig,
    answers: pd.DataFrame,
    firm: str | None,
) -> Breakdown:
    """The exchanges of heat, water or gas by which a firm and a named other would gain; none without a firm.

    Returns
    -------
    Breakdown
        ``COLUMNS``, the largest own saving first, then in an order that tells nothing. The records are what
        the other side declared, in the same order, with ``told_low`` and ``told_high``.
    """
    others = (utilities["site_id"] != firm).to_numpy()
    less = utilities.assign(**{name: utilities[name] * np.where(others, KEPT, 1.0) for name in DECLARED})
    # A source less hot, a need that asks for more.
    degrees = np.where(utilities["direction"] == "out", KEPT, 1 / KEPT)
    less["temperature_c"] = utilities["temperature_c"] * np.where(others, degrees, 1.0)
    found, tried = (possible(table, sites, settings, answers) for table in (utilities, less))
    found = found[found["candidate_id"].isin(tried.loc[tried[SURPLUS[0]] > 0, "candidate_id"])]
    named, parts = set(sites.loc[sites["consent"] == "named", "site_id"]), []
    for role, (me, own, other, theirs, saving, on) in ROLES.items():
        mine = found[(found[f"{me}_site_id"] == firm) & found[f"{other}_site_id"].isin(named)]
        amount, water = mine[f"{own}_amount_per_year"], mine["utility"] == "water"
        parts.append(
            mine.assign(
                exchange_role=role,
                lead_kind=mine["utility"].astype("str"),
                partner_site_id=mine[f"{other}_site_id"],
                flow_id=mine[f"{theirs}_flow_id"],
                own_description=mine[f"{own}_description"],
                own_mwh_per_year=amount.mask(water),
                own_m3_per_year=amount.where(water),
                own_saving_eur_per_year=(amount * mine[saving] / mine[on]).round(2),
                amount_per_year=mine[f"{theirs}_amount_per_year"],
            )
        )
    told = pd.concat(parts, ignore_index=True)
    # By nothing of the other side, whose place in a list would tell who it is.
    anyhow = pd.util.hash_array(told["candidate_id"].to_numpy(dtype=object))
    order = np.lexsort((anyhow, -told["own_saving_eur_per_year"].fillna(0.0).to_numpy()))
    told = told.iloc[order]
    told = told.assign(rank=np.arange(1, len(told) + 1)).reset_index(drop=True)
    declared = utilities.set_index("flow_id")[["site_id", *SOURCE]].reindex(told["flow_id"])
    amounts = told[["rank", "amount_per_year"]]
    records = pd.concat([declared.reset_index(drop=True), amounts], axis=1)
    records = records.assign(told_low=KEPT * told["amount_per_year"], told_high=np.inf)
    return Breakdown(told[COLUMNS], ["rank"], records, "amount_per_year")
