"""Extrapolated tonnes per employee beside those of the same activity in France: is the order plausible?

And in tonnes: what the pre-diagnosis (:mod:`national`) said before any answer, beside what the survey gives.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.derived import Derived
from eit_analysis.flows.extrapolation.bases import BORROWED
from eit_analysis.flows.extrapolation.estimates import EXTRAPOLATED
from eit_analysis.flows.extrapolation.national import NATIONAL, two_digits
from eit_analysis.records import TOTAL

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


def expected_before(extrapolated: Derived, waste_per_employee: pd.DataFrame) -> pd.DataFrame:
    """X w of each division that answered, expected before any answer, beside its T; X people, w t/employee.

    Of the divisions whose own respondents tell T and that Eurostat knows: others say nothing of how far
    an order of magnitude is. ``extrapolated`` is :func:`estimates.by_division`. The ranges expected add up,
    as in :mod:`national`; so do those of T, wider than its total's own.

    Returns
    -------
    pandas.DataFrame
        ``naf_division`` (« Total » last), ``headcount``, what was expected with its range, T with its own
        (t/year), ``factor_to_eurostat`` (T over the first) and ``plausibility``, as :func:`beside_eurostat`.
    """
    check = beside_eurostat(extrapolated, waste_per_employee).frame
    ratios = ["eurostat_central", "eurostat_low", "eurostat_high"]
    rows = check.loc[~check["plausibility"].isin(["no_figure", "borrowed"]), ["naf_division", *ratios]]
    rows = rows.merge(extrapolated.frame[["naf_division", "headcount", *EXTRAPOLATED]], on="naf_division")
    rows[NATIONAL] = rows[["headcount"]].to_numpy(float) * rows[ratios].to_numpy(float)
    rows = rows[["naf_division", "headcount", *NATIONAL, *EXTRAPOLATED]]
    rows = rows.sort_values(EXTRAPOLATED[0], ascending=False, ignore_index=True)
    if rows.empty:
        return rows.assign(factor_to_eurostat=0.0, plausibility="")
    total = rows.drop(columns="naf_division").sum().to_frame().T.assign(naf_division=TOTAL)
    rows = pd.concat([rows, total[list(rows)]], ignore_index=True)
    (expected, least, most), (own, low, high) = (
        (rows[name].astype(float) for name in names) for names in (NATIONAL, EXTRAPOLATED)
    )
    rows["factor_to_eurostat"] = own / expected
    rows["plausibility"] = np.select([high < least, low > most], ["below", "above"], "within")
    return rows.assign(**{name: two_digits(rows[name].astype(float)) for name in NATIONAL})
