"""Extrapolated tonnes per employee beside those of the same activity in France: is the order plausible?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.diagnosis import TOTAL
from eit_analysis.flows.extrapolation.bases import BORROWED
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

RATIOS = {"t_per_employee": MASS, "t_per_employee_low": LOW, "t_per_employee_high": HIGH}
REFERENCE = ["low", "central", "high"]


def beside_eurostat(extrapolated: pd.DataFrame, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    """T / X of each division beside the figure of its Eurostat group, and in words.

    The national figure counts all waste, mineral included, by branch; the survey counts what firms declared
    of their outflows. Its range is wide (a factor 20 either way): only an error of order leaves it, and the
    factor to its centre says more.

    Parameters
    ----------
    extrapolated : pandas.DataFrame
        :func:`estimates.by_division`.
    waste_per_employee : pandas.DataFrame
        Reference table: ``naf_division_codes``, ``nace_group``, ``low``, ``central``, ``high`` (t/employee).

    Returns
    -------
    pandas.DataFrame
        ``naf_division``, ``t_per_employee`` with its 95 % bounds, ``nace_group``, ``eurostat_low``,
        ``eurostat_central``, ``eurostat_high`` (t/employee), ``factor_to_eurostat`` (own / central) and
        ``plausibility``: ``below``, ``within`` or ``above`` the range (in part: the interval reaches it, so
        ``within``), ``borrowed`` where the ratio is that of other divisions, which proves nothing of this
        one, ``no_figure`` where Eurostat has none or nothing was extrapolated.
    """
    rows = extrapolated[extrapolated["naf_division"] != TOTAL].reset_index(drop=True)
    known = waste_per_employee.assign(naf_division=waste_per_employee["naf_division_codes"].str.split())
    known = known.explode("naf_division").set_index("naf_division")[["nace_group", *REFERENCE]]
    matched = known.reindex(rows["naf_division"]).reset_index(drop=True)
    table = rows[["naf_division"]].copy()
    for name, mass in RATIOS.items():
        table[name] = rows[mass].astype(float) / rows["headcount"].where(rows["headcount"] > 0)
    table["nace_group"] = matched["nace_group"]
    for name in REFERENCE:
        table[f"eurostat_{name}"] = matched[name]
    table["factor_to_eurostat"] = table["t_per_employee"] / table["eurostat_central"]
    table["plausibility"] = np.select(
        [
            table["factor_to_eurostat"].isna(),
            rows["basis"].isin(BORROWED),
            table["t_per_employee_high"] < table["eurostat_low"],
            table["t_per_employee_low"] > table["eurostat_high"],
        ],
        ["no_figure", "borrowed", "below", "above"],
        "within",
    )
    return table
