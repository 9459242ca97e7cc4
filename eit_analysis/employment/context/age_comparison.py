"""The ages of a team beside those of the occupation in France, and whether chance explains the difference.

    difference = 100 × (k_b / n − p_b)                       [points]

with k_b of the n people of known age in the band b, and p_b the band's part of the occupation's employment
in France. Were the n people drawn from the whole occupation, k_b would be binomial (n, p_b): a difference is
beyond chance when p_b lies outside the exact interval of k_b / n (Clopper and Pearson, 1934), whose level
1 − 0.05 / (number of bands) keeps to one in twenty the occupations like any other that are flagged at all.

The national ages are those of DARES (*Portrait statistique des métiers*, from the labour force survey): they
are estimates themselves, which is not counted, and colleagues hired together are less independent than draws.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from scipy.stats import binomtest

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.context.nomenclature import named_families
from eit_analysis.records import Share
from eit_analysis.reference import advised, sentence
from eit_analysis.tables import AGE_BANDS

FALSE_ALARM = 0.05
LEAST_PEOPLE = 5
COLUMNS = [
    "occupation", "age_band", "headcount", "share_percent", "age_share_low_percent", "age_share_high_percent",
    "national_share_percent", "share_difference_points", "beyond_chance", "fap_codes"
]  # fmt: skip


def national_ages(ages: pd.DataFrame | None, linked: pd.DataFrame, year: int) -> pd.DataFrame:
    """Employment in France by age of each occupation's families together, in the period nearest to ``year``.

    ``ages`` is ``dares_age`` when imported, ``linked`` from ``workforce.families`` in its FAP (2009).

    Returns
    -------
    DataFrame
        ``occupation, age_band`` (as in the questionnaire), ``national_share_percent, fap_codes`` (labels and
        codes), ``period``. No row for an occupation whose families are not in the table, or lack a band.
    """
    columns = ["occupation", "age_band", "national_share_percent", "fap_codes", "period"]
    if ages is None:
        return pd.DataFrame(columns=columns)
    bounds = ages["period"].str.split("-", expand=True).astype(float)
    far = (bounds.mean(axis=1) - year).abs()
    rows = ages[far == far.min()].merge(linked, on="fap_code")
    band = (
        rows["age_band"].str.replace(" ans", "", regex=False).str.replace(" ou plus", " et plus", regex=False)
    )
    known = rows.assign(age_band=band)[band.isin(AGE_BANDS)]
    table = known.groupby(["occupation", "age_band"]).agg(
        thousands=("employment_thousands", lambda values: values.sum(skipna=False)),
        fap_codes=("fap_code", named_families),
        period=("period", "first"),
    )
    whole = table["thousands"].groupby("occupation").transform(lambda values: values.sum(skipna=False))
    bands = table["thousands"].groupby("occupation").transform("size")
    table["national_share_percent"] = 100 * table["thousands"] / whole.where(whole > 0)
    complete = table["national_share_percent"].notna() & (bands == len(AGE_BANDS))
    return table[complete].reset_index()[columns]


def compare(workforce: pd.DataFrame, national: pd.DataFrame) -> Breakdown:
    """Share of each age band in the study's occupation and in France, with what chance allows.

    Returns
    -------
    Breakdown
        ``COLUMNS``: shares in % of the people of known age with their interval, ``beyond_chance`` (``yes`` or
        ``no``), bands in order, occupations as ``national`` has them, without those of fewer than
        `LEAST_PEOPLE` of known age.
    """
    aged = workforce[workforce["age_band"].isin(AGE_BANDS)]
    people = aged.groupby(["occupation", "age_band"])["headcount"].sum()
    rows = []
    for occupation, part in national.groupby("occupation", sort=False):
        france = part.set_index("age_band")
        own = people.get(occupation, pd.Series(dtype=float)).reindex(list(AGE_BANDS), fill_value=0.0)
        counts = own.round().astype(int)
        if counts.sum() < LEAST_PEOPLE:
            continue
        for band, k in counts.items():
            test = binomtest(k, counts.sum())
            low, high = test.proportion_ci(1 - FALSE_ALARM / len(AGE_BANDS), method="exact")
            share, wanted = test.statistic, france.loc[band, "national_share_percent"] / 100
            beyond = "no" if low <= wanted <= high else "yes"
            rows.append(
                (occupation, band, own[band], 100 * share, 100 * low, 100 * high, 100 * wanted,
                 100 * (share - wanted), beyond, france.loc[band, "fap_codes"])
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    shares = {"share_percent": Share(["occupation"])}
    return Breakdown(table, ["occupation", "age_band"], aged, "headcount", people=True, shares=shares)


def unusual(workforce: pd.DataFrame, national: pd.DataFrame) -> Breakdown:
    """The rows of :func:`compare` that chance does not explain."""
    every = compare(workforce, national)
    return replace(every, frame=every.frame[every.frame["beyond_chance"] == "yes"])


def pooled(workforce: pd.DataFrame, national: pd.DataFrame) -> Breakdown:
    """All the compared occupations as one: their people, and the ages they would have in France.

    p_b = Σ_o n_o p_ob / n: the ages of as many people of each occupation, in France. The count of a band is
    then a sum of binomials, less scattered than one binomial (n, p_b) (Hoeffding, 1956): prudent intervals.
    As :func:`compare`, by ``age_band`` alone.
    """
    rows = workforce[
        workforce["occupation"].isin(national["occupation"]) & workforce["age_band"].isin(AGE_BANDS)
    ]
    people = rows.groupby("occupation")["headcount"].sum()
    weights = national["occupation"].map(people).astype(float).fillna(0.0)
    parts = national.assign(share=weights * national["national_share_percent"] / people.sum())
    shares = parts.groupby("age_band", sort=False)["share"].sum().rename("national_share_percent")
    together = shares.reset_index().assign(occupation="", fap_codes="")
    every = compare(rows.assign(occupation=""), together)
    frame = every.frame.drop(columns=["occupation", "fap_codes"])
    return replace(every, frame=frame, keys=["age_band"])


def comparison_source(national: pd.DataFrame, team: bool = False) -> str:
    """French sentence: where national ages come from, or that they lack and, for the team, what to import."""
    if national.empty:
        return advised("national_ages_missing", team)
    return sentence("national_ages", period=national["period"].iloc[0])
