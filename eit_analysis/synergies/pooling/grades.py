"""Which flows no common lorry of their family takes: what is of another grade, worth more apart.

    apart = a metal other than iron, by its code (a skip of scrap iron)
            sold for more than the dearest of its family:  −c > max(0, −c_low)

with c the declared cost of the flow and c_low the low bound of what recycling its family costs (€/t, negative
where it pays). A zinc matte at 900 €/t in a skip of scrap iron is sold as scrap iron.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.reference.factors import for_flows

METAL = "metal"
# European list of waste: turnings, fines, vehicles, sites, cables, shredding, sorting; and what melting zinc,
# copper or aluminium leaves.
OTHER_THAN_IRON = (
    "1003", "1004", "1005", "1006", "1007", "1008", "1105", "120103", "120104", "160118", "170401", "170402",
    "170403", "170404", "170406", "170411", "191002", "191203",
)  # fmt: skip


def of_common_grade(flows: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Tidy flows without those that are ``apart``; what enters, and what is sold at no known price, stays."""
    paid = -flows["cost_eur_per_t"].astype(float)
    dearest = -for_flows(flows.assign(route="recycling"), factors, "treatment_cost")["low"].astype(float)
    code = flows["waste_code"].astype("str").fillna("")
    other = (flows["category"] == METAL) & code.str.startswith(OTHER_THAN_IRON)
    apart = (flows["direction"] == "out") & (other | (paid > dearest.clip(lower=0)))
    return flows[~apart]
