"""The waste tax (TGAP) that flows may pay, year by year: a range, since nobody says which plant takes them.

    low_y = min over paths of t_y,  high_y = max over paths of t_y,  T_y = sum of m (low_y + high_y) / 2
    rise_y: the same of t_y - t_first, both years on one path

A path is a plant, from 2019 to 2030 (``waste_tax.csv``). What is burned pays by the plant's performance,
whether its energy is called recovered or not; waste burned for energy may also go to a plant that pays
nothing. Where some plant pays nothing, a stated price below the tax says that one takes it: the tax is in the
price of those that pay. In a landfill of its own a firm would pay the tax itself: its cost is no price,
and proves nothing. Hazardous waste has rates of its own; whether a cement works that burns it is exempt was
not read: it may be, and its price proves nothing. A flow without code may be of either where its designation
may be of hazardous waste or says nothing (:mod:`reference.uncertain_hazard`).
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
from eit_analysis.flows.costs import amounts, valued
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.dimensions import UNKNOWN
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.french import fold_words
from eit_analysis.records import TOTAL
from eit_analysis.reference.inert import inert, is_gypsum
from eit_analysis.reference.law_flows import folded
from eit_analysis.reference.needs import without_code
from eit_analysis.reference.uncertain_hazard import may_be_hazardous

# A contractor that is the firm itself; « propre » alone may be of a name (Alsace Propre).
OWN = r"\b(?:internes?|(?:sur|notre|nos|leur) (?:propre )?(?:sites?|place|decharges?)|nous memes?)\b"
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


@cache
def _least() -> pd.Series:
    """The least rate of plants that pay, of waste that is not hazardous, by year and route."""
    paying = _paths().query("hazardous == 'no' and plant != 'exempt'")
    return paying.groupby(["year", "route"])["low"].min()


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


def mark_tax(out: pd.DataFrame, year: int) -> pd.DataFrame:
    """The described outflows, at prices of a year, with ``tax_status`` and, yes or no, ``price_below_tax``.

    ``taxed``: landfilled or incinerated; ``hazardous``: the same, at the rates of hazardous waste;
    ``inert``: its code, else its designation, is of the list that landfills for inert waste take, which pay
    nothing, and it says what the list asks;
    ``below_tax``: a mineral landfilled, but plaster, or what is burned for energy and not hazardous, at a
    price below the least tax of that year: a plant that pays nothing takes it. No such plant takes the rest:
    it is taxed, whatever its price;
    ``perhaps``: a mineral, but plaster, that its firm landfills itself, whatever its price; burned for
    energy, or of the list of inert waste without what it asks, whatever its price, or
    another mineral that may be inert without being shown to be: its price is below what every landfill paid
    since `FORMER`, or neither price, code nor quality tells, or its contractor takes another that pays
    nothing. Without a price it is taxed where it is soiled or of a code not in the
    list;
    ``unknown_route``; ``other_route``: no tax.
    """
    taxable = out["route"].isin(set(_paths()["route"]))
    landfilled, burned, hazardous = (
        out["route"] == "landfill",
        out["route"] == "energy",
        out["hazardous"] == "yes",
    )
    below = out["cost_eur_per_t"] < out["route"].map(_least()[steps(year)[0]]).astype(float)
    mineral, told = landfilled_mineral(out), inert(out)
    # The price of earth proves nothing: no plant that pays nothing may take that of a contaminated site.
    own = mineral & folded(out["contractor"]).str.contains(OWN)
    cheap = mineral & ~own & (told != "perhaps")
    reasons = {
        "unknown_route": out["route"] == "unknown",
        "other_route": ~taxable,
        "inert": landfilled & (told == "yes"),
        "below_tax": below & (cheap | (burned & ~hazardous)),
        "perhaps": burned | own | (landfilled & perhaps_inert(out)),
        "hazardous": hazardous,
    }
    status = pd.Series(np.select(list(reasons.values()), list(reasons), "taxed"), out.index)
    taker = out["contractor"].replace(UNKNOWN, None).map(fold_words, na_action="ignore")
    exempt = set(taker[mineral & status.isin(["inert", "below_tax"])].dropna())
    status = status.mask((status == "taxed") & mineral & taker.isin(exempt), "perhaps")
    return out.assign(tax_status=status, price_below_tax=below)


def landfilled_mineral(out: pd.DataFrame) -> pd.Series:
    """Which described outflows are landfilled minerals that an inert landfill may take: no plaster."""
    mineral = (out["route"] == "landfill") & (out["category"] == "mineral")
    return mineral & (out["hazardous"] != "yes") & ~is_gypsum(out)


def perhaps_inert(out: pd.DataFrame) -> pd.Series:
    """Which described outflows may be inert without being shown to be: the list has more to ask of them.

    Of other minerals those that are landfilled, by their price or for want of any sign.
    """
    price, told = out["cost_eur_per_t"], inert(out)
    silent = price.isna() & without_code(out) & (out["quality"] != "soiled")
    by_price = (price < _least()[FORMER, "landfill"]) | silent
    return (told == "perhaps") | (landfilled_mineral(out) & (told == "no") & by_price)


def may_pay(marked: pd.DataFrame) -> pd.DataFrame:
    """The flows of :func:`mark_tax` that pay the tax, or may."""
    return marked[marked["tax_status"].isin(["taxed", "hazardous", "perhaps"])]


def cheap(marked: pd.DataFrame) -> pd.DataFrame:
    """Those at a price below the tax, which proves nothing there (in a landfill of their own)."""
    return may_pay(marked).query("price_below_tax")


def kept(marked: pd.DataFrame) -> pd.DataFrame:
    """The tonnes of :func:`cheap` by ``tax_status``, and their total."""
    return totals(cheap(marked), "tax_status").frame


def each_year(marked: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """The flows of :func:`mark_tax` that may pay, once per year at constant tonnage, with what a tonne pays.

    Returns
    -------
    pandas.DataFrame
        ``year`` and, in EUR/t, ``tax_low``, ``tax_high``, ``rise_low``, ``rise_high`` (since the first year).
    """
    flows = may_pay(marked).reset_index(drop=True)
    either = np.where(may_be_hazardous(flows), "no yes", np.where(flows["hazardous"] == "yes", "yes", "no"))
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


def rising(marked: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """The rows of :func:`each_year` for the last of the years, with the rise since the first."""
    return each_year(marked, [years[0], years[-1]]).query("year == @years[-1]")


def decisive(marked: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """The flow whose rates make `DECISIVE` of the range of the rise (:func:`rise`), or none."""
    last = rising(marked, years)
    wide = last[MASS] * (last["rise_high"] - last["rise_low"])
    return last.loc[(wide > 0) & (wide >= DECISIVE * wide.sum()), ["site_id", "description", MASS]]


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
        with its bounds at the lowest and the highest, ``n_sites``; with a total unless ``by`` has the year.
        All at the declared masses, whose error is no matter of rates: bounds add up as the tonnes do.
    """
    rate, name = ("rise", "tax_increase") if since_first else ("tax", "tax")
    low, high = yearly[f"{rate}_low"], yearly[f"{rate}_high"]
    total, amount = "year" not in np.atleast_1d(by), amounts(name)
    middle, *bounds = (
        valued(yearly.assign(rate=own), "rate", by, name, total, MASS)
        for own in ((low + high) / 2, low, high)
    )
    keys, ends = list(middle.keys), dict(zip(amount[1:], bounds, strict=True))
    frame, records = middle.frame.set_index(keys), middle.records
    for end, own in ends.items():  # each a sum: one firm may have most of it, and not of the middle
        frame = frame.assign(**{end: own.frame.set_index(keys)[amount[0]]})
        records = records.assign(**{end: own.records[amount[0]]})
    return replace(middle, frame=frame.reset_index(), records=records, ends=amount[1:])


def rise(marked: pd.DataFrame, years: Sequence[int]) -> Breakdown:
    """What :func:`taxes` rise by from the first to the last of the years, by route."""
    return taxes(rising(marked, years), "route", since_first=True)


def total_bounds(printed: pd.DataFrame) -> pd.DataFrame:
    """Of the :func:`rise` as it is printed, the bounds of the total; no low one where that is 0.

    Rounded outward for an audience, a low bound may be 0 where something surely pays more.
    """
    _, low, high = amounts("tax_increase")
    total = printed.loc[printed["route"] == TOTAL, ["route", low, high]]
    return total.assign(**{low: total[low].where(total[low] > 0)})


def proviso(marked: pd.DataFrame) -> str:
    """Of what masses, and under which condition, a rise is what it is said to be: in words."""
    return reference.sentence("tax_if") + reference.sentence("tax_if_cheap") * bool(len(cheap(marked)))
