"""When the flows exist: tonnes by month.

    m_j = m / n for each of the n months j in which the flow exists, 0 in the others,

so that the months of a flow add up to its annual mass. The questionnaire asks in which months a flow
exists, not how it is spread over them: the spread is even by convention, and the interval of a month only
carries the uncertainty of the annual mass. A flow without months exists all year.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, prepared
from eit_analysis.flows.uncertainty.scaling import scaled
from eit_analysis.records import TOTAL

SEASON = 1.1  # peak over mean from which a family is told to have one
MONTHLY = {column: column.replace("per_year", "per_month") for column in (MASS, LOW, HIGH)}


def by_month(flows: pd.DataFrame) -> pd.DataFrame:
    """One row per flow and month in which it exists: ``month``, ``share`` (1 / n), ``mass_t_per_month``."""
    answers, answer = _answers(flows["months"])
    row, month = np.nonzero(answers[answer])
    share, repeated = answers[answer[row], month], flows.iloc[row].reset_index(drop=True)
    return repeated.assign(month=month + 1, share=share, **{MONTHLY[MASS]: share * repeated[MASS]})


def profile(flows: pd.DataFrame, by: str) -> Breakdown:
    """Tonnes of each group in each month, with their 95 % interval.

    The ``months`` of a flow are a text (« 6 7 8 »), missing for all year; t/year.

    Returns
    -------
    Breakdown
        ``by``, ``month``, mass and bounds (t/month), ``n_sites``; the heaviest group of the year first,
        « Total » last. A month in which a group has no flow is absent.
    """
    records = by_month(prepared(flows))
    monthly = scaled(records, records["share"])
    groups = totals(monthly, [by, "month"], total=False).frame
    every = totals(monthly, "month", total=False).frame.assign(**{by: TOTAL})
    rows = pd.concat([groups, every], ignore_index=True).rename(columns=MONTHLY).astype({"month": int})
    annual = rows.groupby(by)[MONTHLY[MASS]].transform("sum")
    # As a share, rounded: groups of equal mass keep the order of their names.
    share = -(annual / annual.max()).fillna(0.0).round(12)
    rows = rows.assign(whole=rows[by] == TOTAL, share=share)
    rows = rows.sort_values(["whole", "share", by, "month"], ignore_index=True)
    rows = rows[[by, "month", *MONTHLY.values(), "n_sites"]]
    return Breakdown(rows, [by, "month"], records, MONTHLY[MASS], TOTAL, of=MASS)


def peaks(flows: pd.DataFrame, by: str, least: int = 1) -> Derived:
    """r = 12 max(m_j) / M: how much heavier the peak month of each group is than its average month.

    The season of one actor is no season of a family: groups of fewer than ``least`` actors are left out. So
    are those of which no flow is said to exist part of the year: even months are the convention, no evidence;
    and those whose peak is less than :data:`SEASON`.

    Returns
    -------
    Derived
        ``by``, ``peak_month`` (the first of the heaviest, missing when all twelve are equal), ``peak_ratio``
        (12 when all is in one month), ``active_months``, ``n_sites`` of the peak month; groups of zero mass
        are left out. The most seasonal first, « Total » last. From all months of the group.
    """
    months = profile(flows, by)
    rows = months.frame[months.frame[MONTHLY[MASS]] > 0]
    mass = rows.groupby(by)[MONTHLY[MASS]]
    highest = mass.transform("max")
    # Equal months differ by rounding: the first within a billionth of the heaviest is the peak.
    peak = rows[rows[MONTHLY[MASS]] >= highest * (1 - 1e-9)].groupby(by).head(1)
    spread = mass.agg(annual="sum", peak="max", active_months="size").reset_index()
    spread["peak_ratio"] = 12 * spread["peak"] / spread["annual"]
    found = spread.merge(peak[[by, "month", "n_sites"]], on=by).rename(columns={"month": "peak_month"})
    found["peak_month"] = found["peak_month"].astype("Int64").where(found["peak_ratio"] > 1 + 1e-9)
    found["whole"] = found[by] == TOTAL
    actors = flows[flows[MASS] > 0].groupby(by)["site_id"].nunique()
    seasonal = months.records.loc[months.records["share"] > 1 / 12 + 1e-9, by].unique()
    strong = found[by].isin(seasonal) & (found["peak_ratio"] >= SEASON)
    found = found[found["whole"] | ((found[by].map(actors) >= least) & strong)]
    found = found.sort_values(["whole", "peak_ratio", by], ascending=[True, False, True], ignore_index=True)
    frame = found[[by, "peak_month", "peak_ratio", "active_months", "n_sites"]]
    peak_months = replace(
        months,
        frame=months.frame.rename(columns={"month": "peak_month"}),
        keys=[by, "peak_month"],
        records=months.records.rename(columns={"month": "peak_month"}),
    )
    ratio = [(1, MONTHLY[MASS], 12.0)], [(0, MONTHLY[MASS], 1.0)]
    return Derived(frame, [by], [months, peak_months], TOTAL, ratios={"peak_ratio": ratio})


def _answers(months: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Share of the annual mass in each month by distinct answer (answers, 12); the answer of each flow."""
    codes, texts = pd.factorize(months)
    table = np.zeros((len(texts) + 1, 12))
    for row, text in enumerate(texts):
        table[row, [int(month) - 1 for month in str(text).split()]] = 1.0
    # The last row is that of a missing answer (code −1); an empty text is one too.
    table[table.sum(axis=1) == 0] = 1.0
    return table / table.sum(axis=1, keepdims=True), codes % len(table)
