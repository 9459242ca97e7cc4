"""The waste tax (TGAP) that flows may pay, year by year: a range, since nobody says which plant takes them.

    low_y = min over paths of t_y,  high_y = max over paths of t_y,  T_y = sum of m (low_y + high_y) / 2
    rise_y: the same of t_y - t_first, both years on one path

A path is a plant, from 2019 to 2030 (``waste_tax.csv``). What is burned pays by the plant's performance,
whether its energy is called recovered or not; waste burned for energy may also go to a plant that pays
nothing, and does where it is sold: an incinerator is paid for what it takes, a boiler buys its fuel.
Hazardous waste has rates of its own; whether a cement works that burns it is exempt was not read: it may be,
and what sells proves nothing. A flow without code may be of either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.errors import UsageError
from eit_analysis.flows.costs import PRICES, estimates
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.reference.law_flows import is_gypsum, is_inert

NEVER_HAZARDOUS = ("food", "biowaste")
ENDS = ["low", "high"]
KEYS = ["route", "hazardous"]
PATH = [*KEYS, "plant"]
FORMER = 2025  # law 2018-1317; those of law 2026-103 follow
DECISIVE = 2 / 3  # of the range of all, that one flow makes at least to be named
RATES = ["tax_low", "tax_high", "rise_low", "rise_high"]


@cache
def _paths() -> pd.DataFrame:
    """The rates of every path: ``route, hazardous, plant, year, low, high``."""
    table = reference.load("waste_tax").rename(columns={f"{end}_eur_per_t": end for end in ENDS})
    lists = {"route": table["routes"].str.split(), "plant": table["plants"].str.split()}
    rows = table.assign(**lists).explode("route").explode("plant")
    return rows[[*PATH, "year", *ENDS]].reset_index(drop=True)


def steps(year: int) -> list[int]:
    """The first year of the table from a year on, the last of the former law, the last of all."""
    known = _paths()["year"]
    first = int(np.clip(year, known.min(), known.max()))
    return sorted({first, max(first, FORMER), int(known.max())})


def rates(years: Sequence[int]) -> pd.DataFrame:
    """``route, hazardous, year, tax_low, tax_high, rise_low, rise_high`` (EUR/t), since ``years[0]``.

    Raises
    ------
    UsageError
        When the table does not hold one of the years, or none is asked for.
    """
    known = _paths()
    if not years or not set(years) <= set(known["year"]):
        raise UsageError(
            f"Le barème de TGAP va de {known['year'].min()} à {known['year'].max()}\u00a0: "
            "choisissez une première et une dernière année entre les deux."
        )
    first = known[known["year"] == years[0]].drop(columns="year")
    rows = known[known["year"].isin(years)].merge(first, on=PATH, suffixes=("", "_first"))
    later = rows["year"] != years[0]
    # No rate of a path was ever lowered: where two years are known by one range, the rise is not below zero.
    rows["rise_low"] = (rows["low"] - rows["high_first"]).clip(lower=0) * later
    rows["rise_high"] = (rows["high"] - rows["low_first"]).clip(lower=0) * later
    groups = rows.groupby([*KEYS, "year"])
    return groups.agg(
        tax_low=("low", "min"), tax_high=("high", "max"),
        rise_low=("rise_low", "min"), rise_high=("rise_high", "max"),
    ).reset_index()  # fmt: skip


def mark_tax(out: pd.DataFrame) -> pd.DataFrame:
    """The described outflows with ``tax_status``.

    ``taxed``: landfilled or incinerated; ``hazardous``: the same, at the rates of hazardous waste;
    ``perhaps``: burned for energy, where some plants pay nothing, or a mineral that may be inert without
    being shown to be: its price is below the tax, or neither price, code nor quality tells. Plaster pays, and
    so does a mineral whose price holds the tax or, without a price, one soiled or of a code not in the list;
    ``inert``: its code, else its designation, is of the list that landfills for inert waste take, which pay
    nothing;
    ``fuel``: sold to be burned for energy; ``unknown_route``; ``other_route``: no tax.
    """
    taxable = out["route"].isin(set(_paths()["route"]))
    landfilled, burned, hazardous = (
        out["route"] == "landfill",
        out["route"] == "energy",
        out["hazardous"] == "yes",
    )
    price, tax = out["cost_eur_per_t"], _paths().query("route == 'landfill' and hazardous == 'no'")
    tax = tax.loc[tax["year"] == FORMER, "low"].min()  # what every landfill paid since, at least
    uncoded = out["waste_code"].isna() | out["waste_code"].isin(["unknown", ""])
    maybe_inert = (price < tax) | (price.isna() & uncoded & (out["quality"] != "soiled"))
    mineral = landfilled & (out["category"] == "mineral") & ~hazardous & ~is_gypsum(out)
    reasons = {
        "unknown_route": out["route"] == "unknown",
        "other_route": ~taxable,
        "inert": landfilled & is_inert(out),
        "fuel": burned & (out["cost_eur_per_t"] < 0) & ~hazardous,
        "perhaps": burned | (mineral & maybe_inert),
        "hazardous": hazardous,
    }
    return out.assign(tax_status=np.select(list(reasons.values()), list(reasons), "taxed"))


def each_year(marked: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """The flows of :func:`mark_tax` that may pay, once per year at constant tonnage, with what a tonne pays.

    Returns
    -------
    pandas.DataFrame
        ``year`` and, in EUR/t, ``tax_low``, ``tax_high``, ``rise_low``, ``rise_high`` (since the first year).
    """
    flows = marked[marked["tax_status"].isin(["taxed", "hazardous", "perhaps"])].reset_index(drop=True)
    of_either = (flows["hazardous"] == "unknown") & ~flows["category"].isin(NEVER_HAZARDOUS)
    either = np.where(of_either, "no yes", np.where(flows["hazardous"] == "yes", "yes", "no"))
    kinds = flows.assign(row=range(len(flows)), hazardous=either)[["row", *KEYS]]
    kinds = kinds.assign(hazardous=kinds["hazardous"].str.split()).explode("hazardous")
    sums = {
        name: (name, name.partition("_")[2].replace("low", "min").replace("high", "max")) for name in RATES
    }
    found = kinds.merge(rates(years), on=KEYS).groupby(["row", "year"]).agg(**sums).reset_index()
    yearly = flows.iloc[found["row"]].reset_index(drop=True).assign(**found[["year", *RATES]])
    may_be_none = (yearly["route"] == "landfill") & (yearly["tax_status"] == "perhaps")
    lows = {name: yearly[name].mask(may_be_none, 0.0) for name in ("tax_low", "rise_low")}
    return yearly.assign(**lows)


def decisive(yearly: pd.DataFrame) -> pd.DataFrame:
    """The flow of :func:`each_year` whose rates make `DECISIVE` of the range of the rise, or none."""
    wide = yearly[MASS] * (yearly["rise_high"] - yearly["rise_low"])
    return yearly.loc[(wide > 0) & (wide >= DECISIVE * wide.sum()), ["site_id", "description", MASS]]


def taxes(yearly: pd.DataFrame, by: str | list[str], since_first: bool = False) -> Breakdown:
    """T_g = sum of m t over the flows that may pay, or its rise since the first year.

    Both at once would tell more than either: their rates differ by hazard and route.

    Parameters
    ----------
    yearly : pandas.DataFrame
        :func:`each_year`; of several years, group by ``year`` first: their tonnes do not add up.

    Returns
    -------
    Breakdown
        ``by``, ``tax_eur_per_year`` (of the rise, ``tax_increase_eur_per_year``) at the middle of the rates,
        with bounds that hold the lowest and the highest rate and the interval of the masses
        (:func:`costs.estimates`), ``n_sites``; with a total unless ``by`` has the year.
    """
    rate, name = ("rise", "tax_increase") if since_first else ("tax", "tax")
    low, high = yearly[f"{rate}_low"], yearly[f"{rate}_high"]
    priced = yearly.assign(**dict(zip(PRICES, (low, (low + high) / 2, high), strict=True)))
    found = estimates(priced, by, name, total="year" not in np.atleast_1d(by))
    least = f"{name}_low_eur_per_year"  # of both errors at once, wider than either
    return replace(found, frame=found.frame.assign(**{least: found.frame[least].clip(lower=0)}))
