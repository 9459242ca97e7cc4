"""Who did not answer, and what the data can tell of whether that biases the extrapolation.

The ratio estimator is right when, in one activity, tonnes per employee do not differ between those who
answered and the others. No survey shows that of its own silent ones; three traces of the contrary can be
looked for, each by one statistic inside the divisions,

    z = sum_h sum_i (a - a_h)(b - b_h) / sqrt(sum_h S_a S_b / (n_h - 1)),   S_a = sum_i (a - a_h)^2,

which is standard normal when a and b are matched at random inside each division h (a_h, b_h: means):

    size      a: answered (1 or 0)       b: ln headcount            all establishments of the frame
    ratio     a: ln headcount            b: ln tonnes per employee  respondents
    dropouts  a: answers again (1, 0)    b: ln tonnes per employee  respondents of the earlier wave

Those who throw away much answering more shows in ``size``, as tonnes go with headcount. At equal size only
``dropouts`` can show it. Response that differs between divisions does no harm: each has its own ratio.

Source: Mantel (1963), JASA 58, 690-700; Strasser & Weber (1999), Math. Methods Statist. 8, 220-250.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.extrapolation.bases import Plan
from eit_analysis.flows.uncertainty.propagation import MASS

LEVEL = 0.05  # chance of a warning when response is not informative
LEAST_P_VALUE = 0.001


def by_size(planned: Plan) -> Breakdown:
    """Response by size class: ``size_class``, ``n_sites``, ``n_establishments``, ``response_percent``,
    ``headcount``, ``headcount_covered_percent`` (share of the people who work where someone answered).

    Its records are the respondents, with their ``people``: ``headcount`` is of all establishments.
    """
    people, cells = planned.respondents, planned.cells
    answered = people.groupby("size_class")["headcount"].agg(["size", "sum"])
    missing = cells.groupby("size_class")[["n_silent", "people"]].sum()
    both = answered.join(missing, how="outer").fillna(0)
    rows = pd.DataFrame(
        {"n_sites": both["size"], "n_establishments": both["size"] + both["n_silent"]}, dtype=int
    )
    rows["response_percent"] = 100 * rows["n_sites"] / rows["n_establishments"]
    rows["headcount"] = both["sum"] + both["people"]
    rows["headcount_covered_percent"] = 100 * both["sum"] / rows["headcount"]
    order = rows.index.to_series().str.extract(r"(\d+)")[0].astype(int)
    rows = rows.loc[order.sort_values().index].rename_axis("size_class").reset_index()
    records = people.rename(columns={"headcount": "people"})
    return Breakdown(rows, ["size_class"], records, "people", people=True)


def signals(
    respondents: pd.DataFrame, silent: pd.DataFrame, earlier: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The traces that can be looked for, and how sure each is.

    The tables are :func:`frame.respondents` and :func:`frame.silent`, and the respondents of the earlier wave
    when there is one.

    Returns
    -------
    pandas.DataFrame
        ``signal`` (``size``, ``ratio``, ``dropouts`` where some are), ``n_establishments`` it rests on,
        ``z``, ``p_value``, missing where there is nothing to compare; 0 below 0.001, where the normal law of
        so few sites says no more, shown as « < 0,001 ».
    """
    here = _per_employee(respondents)
    listed = pd.concat([respondents.assign(answered=1.0), silent.assign(answered=0.0)], ignore_index=True)
    listed["size"] = np.log(listed["headcount_low"].astype(float))
    rows = [("size", *_compared(listed, "answered", "size")), ("ratio", *_compared(here, "size", "ratio"))]
    if earlier is not None:
        again = earlier["site_id"].isin(respondents["site_id"]).astype(float)
        then = _per_employee(earlier.assign(again=again))
        of_them = _compared(then, "again", "ratio")
        rows += [("dropouts", *of_them)] if np.isfinite(of_them[1]) else []
    table = pd.DataFrame(rows, columns=["signal", "n_establishments", "z"])
    p_value = 2 * stats.norm.sf(table["z"].abs())
    return table.assign(p_value=np.where(p_value < LEAST_P_VALUE, 0.0, p_value))


def verdict(found: pd.DataFrame) -> str:
    """What to say of the :func:`signals`: ``none``, or a warning; the chance of one without a cause is LEVEL.

    ``size``: response depends on the size; ``size_and_ratio``: and so do the tonnes per employee;
    ``dropouts``: those who no longer answer had other tonnes per employee than the others. ``size`` and
    ``dropouts`` raise a warning, each at its share of LEVEL; ``ratio`` tells how grave ``size`` is.
    """
    p = found.set_index("signal")["p_value"]
    raising = p.drop("ratio").dropna()
    raised = set(raising.index[raising < LEVEL / max(len(raising), 1)])
    if "dropouts" in raised:
        return "dropouts"
    if "size" in raised:
        return "size_and_ratio" if p["ratio"] < LEVEL else "size"
    return "none"


def association(a: np.ndarray, b: np.ndarray, division: np.ndarray) -> float:
    """z of this module; missing where a or b never differs inside a division."""
    codes = np.unique(division, return_inverse=True)[1]
    n = np.bincount(codes)
    a, b = (each - (np.bincount(codes, each) / n)[codes] for each in (a, b))
    # Rounding errors around a constant are no differences.
    a, b = (np.where(np.abs(each) > 1e-9, each, 0.0) for each in (a, b))
    spread = np.bincount(codes, a**2) * np.bincount(codes, b**2)
    variance = (spread / np.maximum(n - 1, 1)).sum()
    return float((a * b).sum() / np.sqrt(variance)) if variance else np.nan


def _compared(table: pd.DataFrame, a: str, b: str) -> tuple[int, float]:
    """How many rows have both columns, and their association inside ``naf_division``."""
    rows = table.dropna(subset=[a, b, "naf_division"])
    if rows.empty:
        return 0, np.nan
    one, other = rows[a].to_numpy(dtype=float), rows[b].to_numpy(dtype=float)
    return len(rows), association(one, other, rows["naf_division"].to_numpy(dtype=str))


def _per_employee(sites: pd.DataFrame) -> pd.DataFrame:
    """The sites with ``ratio``, ln of tonnes per employee, and ``size``, ln of the headcount."""
    known = sites[(sites["headcount"] > 0) & (sites[MASS] > 0)]
    size = np.log(known["headcount"].astype(float))
    return known.assign(size=size, ratio=np.log(known[MASS].astype(float)) - size)
