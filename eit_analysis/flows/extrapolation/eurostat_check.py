"""Extrapolated tonnes per employee beside those of the same activity in France: is the order plausible?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import TOTAL
from eit_analysis.derived import Derived
from eit_analysis.flows.extrapolation.bases import BORROWED
from eit_analysis.flows.extrapolation.estimates import EXTRAPOLATED

RATIOS = ["t_per_employee", "t_per_employee_low", "t_per_employee_high"]
REFERENCE = ["low", "central", "high"]


def beside_eurostat(extrapolated: Derived, waste_per_employee: pd.DataFrame) -> Derived:
    """T / X of each division (:func:`estimates.by_division`) beside the figure of its Eurostat group.

    The national figure counts all waste, mineral included, by branch; the survey counts what firms declared
    of their outflows. Its range is wide (a factor 20 either way): only an error of order leaves it, and the
    factor to its centre says more. ``waste_per_employee`` is the reference table, in t/employee.

    Returns
    -------
    Derived
        ``naf_division``, ``t_per_employee`` with its 95 % bounds, ``nace_group``, ``eurostat_low``,
        ``eurostat_central``, ``eurostat_high`` (t/employee), ``factor_to_eurostat`` (own / central) and
        ``plausibility``: ``below``, ``within`` or ``above`` the range (in part: the interval reaches it, so
        ``within``), ``borrowed`` where the ratio is that of other divisions, which proves nothing of this
        one, ``no_figure`` where Eurostat has none or nothing was extrapolated.
    """
    rows = extrapolated.frame
    rows = rows[rows["naf_division"] != TOTAL].reset_index(drop=True)
    known = waste_per_employee.assign(naf_division=waste_per_employee["naf_division_codes"].str.split())
    known = known.explode("naf_division").set_index("naf_division")[["nace_group", *REFERENCE]]
    matched = known.reindex(rows["naf_division"]).reset_index(drop=True)
    table = rows[["naf_division"]].copy()
    for name, mass in zip(RATIOS, EXTRAPOLATED, strict=True):
        table[name] = rows[mass].astype(float) / rows["headcount"].where(rows["headcount"] > 0)
    table["nace_group"] = matched.pop("nace_group")
    table = table.join(matched.add_prefix("eurostat_"))
    table["factor_to_eurostat"] = table["t_per_employee"] / table["eurostat_central"]
    verdicts = {
        "no_figure": table["factor_to_eurostat"].isna(),
        "borrowed": rows["basis"].isin(BORROWED),
        "below": table["t_per_employee_high"] < table["eurostat_low"],
        "above": table["t_per_employee_low"] > table["eurostat_high"],
    }
    table["plausibility"] = np.select(list(verdicts.values()), list(verdicts), "within")
    return Derived(table, ["naf_division"], extrapolated.parents)
