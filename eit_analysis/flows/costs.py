"""What the outflows cost today, and under the announced path of the waste tax (TGAP)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.errors import UsageError
from eit_analysis.flows.diagnosis import TOTAL
from eit_analysis.flows.uncertainty import HIGH, LOW, MASS, half_width, interval, propagate


def costs(out: pd.DataFrame, by: str) -> pd.DataFrame:
    """C_g = sum of m c over the flows whose cost is stated; H^2 = sum (h c)^2, bounds C -/+ H.

    Only the mass is uncertain here, the price is taken as stated. Revenues are negative costs, so the
    interval is symmetric.

    Parameters
    ----------
    out : pandas.DataFrame
        :func:`outgoing`.
    by : str
        Key column.

    Returns
    -------
    pandas.DataFrame
        ``by``, cost and bounds (EUR/year), ``n_sites``, with a row « Total »; groups without any stated cost
        are missing.
    """
    stated = out[out["cost_known"] == "yes"]
    square = (half_width(stated[LOW], stated[HIGH]) * stated["cost_eur_per_t"]) ** 2
    stated = stated.assign(square=square)
    rows = (
        stated.groupby(by)
        .agg(
            cost_eur_per_year=("cost_eur_per_year", "sum"),
            square=("square", "sum"),
            n_sites=("site_id", "nunique"),
        )
        .reset_index()
        .sort_values(["cost_eur_per_year", by], ascending=[False, True])
    )
    if len(stated):
        whole = [
            TOTAL,
            stated["cost_eur_per_year"].sum(),
            stated["square"].sum(),
            stated["site_id"].nunique(),
        ]
        rows = pd.concat([rows, pd.DataFrame([whole], columns=rows.columns)], ignore_index=True)
    half = np.sqrt(rows["square"].astype(float))
    rows["cost_low_eur_per_year"] = rows["cost_eur_per_year"] - half
    rows["cost_high_eur_per_year"] = rows["cost_eur_per_year"] + half
    columns = [by, "cost_eur_per_year", "cost_low_eur_per_year", "cost_high_eur_per_year", "n_sites"]
    return rows[columns].reset_index(drop=True)


def mark_hazard(out: pd.DataFrame, waste_codes: pd.DataFrame) -> pd.DataFrame:
    """The flows with ``hazardous`` (yes, no) by their code in the European list; no code counts as no."""
    hazardous = waste_codes.loc[waste_codes["hazardous"] == 1, "waste_code"]
    return out.assign(hazardous=np.where(out["waste_code"].isin(hazardous), "yes", "no"))


def tax_path(out: pd.DataFrame, tax: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """T_y = M x t_y at constant tonnage: waste tax (TGAP) on what is landfilled or incinerated, by year.

    Hazardous waste is taxed by other rates: its tonnes are shown without tax.

    Parameters
    ----------
    out : pandas.DataFrame
        :func:`mark_hazard` of the outflows.
    tax : pandas.DataFrame
        ``treatment`` (a route), ``year``, ``eur_per_t``, for non-hazardous waste.
    years : list of int
        Years of the path; the increase is counted from the first to the last.

    Returns
    -------
    pandas.DataFrame
        ``recovery``, ``route``, ``hazardous``, mass, ``tax_<year>_eur_per_year`` for each year,
        ``tax_increase_eur_per_year`` with its 95 % bounds (from the mass); last the row of all taxed tonnes.

    Raises
    ------
    UsageError
        When the path does not hold one of the years, or none is asked for.
    """
    rates = tax.pivot(index="treatment", columns="year", values="eur_per_t")
    if not years or not set(years) <= set(rates.columns):
        raise UsageError(
            f"Le barème de TGAP va de {rates.columns.min()} à {rates.columns.max()}\u00a0: "
            "choisissez une première et une dernière année entre les deux."
        )
    rows = propagate(out[out["route"].isin(rates.index)], ["recovery", "route", "hazardous"])
    applied = rates.reindex(rows["route"]).reset_index(drop=True).where(rows["hazardous"] == "no")
    rise = applied[years[-1]] - applied[years[0]]
    taxes = [f"tax_{year}_eur_per_year" for year in years]
    for year, column in zip(years, taxes, strict=True):
        rows[column] = rows[MASS] * applied[year]
    rows["tax_increase_eur_per_year"] = rows[MASS] * rise
    rows["half"] = rows["half_t_per_year"] * rise
    taxed = rows[rows["hazardous"] == "no"]
    if len(taxed):
        whole = taxed[[MASS, *taxes, "tax_increase_eur_per_year"]].sum().to_frame().T
        keys = {"recovery": "disposal", "route": TOTAL, "hazardous": "no"}
        rows = pd.concat([rows, whole.assign(**keys, half=np.sqrt((taxed["half"] ** 2).sum()))])
    low, high = interval(rows["tax_increase_eur_per_year"], rows["half"])
    rows = rows.assign(tax_increase_low_eur_per_year=low, tax_increase_high_eur_per_year=high)
    bounds = [f"tax_increase_{side}_eur_per_year" for side in ("low", "high")]
    columns = ["recovery", "route", "hazardous", MASS, *taxes, "tax_increase_eur_per_year", *bounds]
    return rows[columns].reset_index(drop=True)
