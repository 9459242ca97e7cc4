"""What the outflows cost today, what those without a stated cost may cost, and the path of the waste tax."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis.errors import UsageError
from eit_analysis.flows.diagnosis import TOTAL, totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, difference_interval
from eit_analysis.flows.uncertainty.scaling import scaled

COST = ["cost_eur_per_year", "cost_low_eur_per_year", "cost_high_eur_per_year"]
TAX = ["tax_eur_per_year", "tax_low_eur_per_year", "tax_high_eur_per_year"]
INCREASE = ["tax_increase_eur_per_year", "tax_increase_low_eur_per_year", "tax_increase_high_eur_per_year"]
PRICES = ["price_low_eur_per_t", "price_eur_per_t", "price_high_eur_per_t"]


def valued(flows: pd.DataFrame, price: pd.Series, by: list[str], total: bool = True) -> pd.DataFrame:
    """V_g = sum of m p over group g, with the 95 % interval that the masses give it.

    What is paid (p > 0) and what is earned (p < 0) are each a sum of positive amounts m |p|, with the
    interval of such a sum (:func:`diagnosis.totals`); V is their difference, with the interval of the
    difference of two independent quantities: an error that both share would cancel in part, so the interval
    errs on the wide side. The price is taken as stated.

    Parameters
    ----------
    flows : pandas.DataFrame
        Flows with the columns ``by``; t/year.
    price : pandas.Series
        EUR/t of each flow, not missing, on the index of ``flows``.
    by : list of str
        Key columns.
    total : bool
        Add the rows « Total » of :func:`diagnosis.totals`.

    Returns
    -------
    pandas.DataFrame
        ``by``, ``value``, ``low``, ``high`` (EUR/year), ``n_sites``; the first keys and the years in order,
        then the dearest first, totals last.
    """
    paid, earned = (
        totals(scaled(flows, part), by, total) for part in (price.clip(lower=0), (-price).clip(lower=0))
    )
    rows = paid.merge(earned[[*by, MASS, LOW, HIGH]], on=by, suffixes=("", "_earned"))
    bounds = [tuple(rows[f"{c}{end}"] for c in (MASS, LOW, HIGH)) for end in ("", "_earned")]
    rows["value"] = rows[MASS] - rows[f"{MASS}_earned"]
    rows["low"], rows["high"] = difference_interval(*bounds)  # type: ignore[arg-type]
    rows = _ordered(rows, by)
    return rows[[*by, "value", "low", "high", "n_sites"]].reset_index(drop=True)


def costs(out: pd.DataFrame, by: list[str], total: bool = True) -> pd.DataFrame:
    """C_g = sum of m c over the flows whose cost is stated (:func:`valued`); revenues are negative costs.

    Parameters
    ----------
    out : pandas.DataFrame
        Described outflows (:mod:`dimensions`).
    by : list of str
        Key columns.

    Returns
    -------
    pandas.DataFrame
        ``by``, cost and bounds (EUR/year), ``n_sites`` that stated one. A group of which no cost is stated
        has a row without cost: it is missing, not free.
    """
    stated = out[out["cost_known"] == "yes"]
    rows = _named(valued(stated, stated["cost_eur_per_t"], by, total), COST)
    silent = totals(out, by, total=False)[by].merge(rows[by], on=by, how="left", indicator=True)
    silent = silent.loc[silent["_merge"] == "left_only", by].assign(n_sites=0)
    if silent.empty:
        return rows
    grand = (rows[by] == TOTAL).all(axis=1)
    return pd.concat([rows[~grand], silent, rows[grand]], ignore_index=True)


def reference_prices(flows: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Low, central and high treatment cost (EUR/t) of each flow's family and present route, else route.

    Parameters
    ----------
    flows : pandas.DataFrame
        Outflows with ``category`` and ``route``.
    factors : pandas.DataFrame
        :func:`reference.factors.factor_table`; its treatment costs leave transport out and hold the tax.

    Returns
    -------
    pandas.DataFrame
        ``price_low_eur_per_t``, ``price_eur_per_t``, ``price_high_eur_per_t`` on the index of ``flows``;
        missing where no factor answers.
    """
    table = factors[factors["factor"] == "treatment_cost"]
    table = table.rename(columns=dict(zip(["low", "central", "high"], PRICES, strict=True)))
    exact = flows[["category", "route"]].merge(
        table.dropna(subset="category")[["category", "route", *PRICES]], on=["category", "route"], how="left"
    )
    general = flows[["route"]].merge(
        table[table["category"].isna()][["route", *PRICES]], on="route", how="left"
    )
    return exact[PRICES].fillna(general[PRICES]).set_axis(flows.index)


def estimated(out: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The flows without a stated cost that a reference cost answers for, with the columns of that cost.

    Adds :func:`reference_prices` and ``estimated_cost_eur_per_year`` = mass x central price.
    """
    silent = out[out["cost_known"] == "no"]
    priced = pd.concat([silent, reference_prices(silent, factors)], axis=1).dropna(subset=PRICES)
    return priced.assign(estimated_cost_eur_per_year=priced[MASS] * priced["price_eur_per_t"])


def estimates(priced: pd.DataFrame, by: list[str], total: bool = True) -> pd.DataFrame:
    """E_g = sum of m p at reference prices, with an interval of both mass and price.

    [E - hypot(E - L, E - E_low), E + hypot(U - E, E_high - E)], where [L, U] is the interval that the masses
    give and E_low, E_high are the sums at the low and the high prices: all prices are taken to err the same
    way, since one reference serves many flows.

    Parameters
    ----------
    priced : pandas.DataFrame
        Flows with the columns of :func:`reference_prices`.

    Returns
    -------
    pandas.DataFrame
        ``by``, ``estimated_cost_eur_per_year`` with its bounds, ``n_sites``.
    """
    cheap, rows, dear = (valued(priced, priced[price], by, total) for price in PRICES)
    prices = cheap[[*by, "value"]].merge(dear[[*by, "value"]], on=by, suffixes=("_cheap", "_dear"))
    rows = rows.merge(prices, on=by)
    value = rows["value"]
    low = value - np.hypot(value - rows["low"], value - rows["value_cheap"])
    high = value + np.hypot(rows["high"] - value, rows["value_dear"] - value)
    rows = rows.assign(low=low, high=high)[[*by, "value", "low", "high", "n_sites"]]
    return _named(rows, [f"estimated_{column}" for column in COST])


def mark_tax(out: pd.DataFrame, tax: pd.DataFrame) -> pd.DataFrame:
    """The flows with ``tax_status``: ``taxed``, or why the rates for non-hazardous waste do not apply.

    ``hazardous`` waste has rates of its own, ``inert`` waste (the mineral family) goes to sites that pay
    none, ``other_route`` is neither landfilled nor incinerated. A flow without code is taken as not
    hazardous, since mixed waste often has none.
    """
    ended = out["route"].isin(set(tax["treatment"]))
    reasons = [~ended, out["hazardous"] == "yes", out["category"] == "mineral"]
    return out.assign(tax_status=np.select(reasons, ["other_route", "hazardous", "inert"], "taxed"))


def each_year(flows: pd.DataFrame, tax: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """The flows once per year of the tax path, at constant tonnage; increases count from the first year.

    Parameters
    ----------
    flows : pandas.DataFrame
        :func:`mark_tax` of described outflows.
    tax : pandas.DataFrame
        ``treatment`` (a route), ``year``, ``eur_per_t``, for non-hazardous waste.
    years : sequence of int
        In order.

    Returns
    -------
    pandas.DataFrame
        ``year``, ``tax_eur_per_t`` and ``tax_eur_per_year`` (missing where not taxed),
        ``tax_increase_eur_per_t`` and ``tax_increase_eur_per_year`` (0 where not taxed), and
        ``cost_eur_per_t`` and ``cost_eur_per_year`` raised by the increase.

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
    taxed = flows["tax_status"] == "taxed"
    parts = []
    for year in years:
        rate, first = (flows["route"].map(rates[y]).astype(float).where(taxed) for y in (year, years[0]))
        rise = (rate - first).fillna(0.0)
        cost = flows["cost_eur_per_t"] + rise
        parts.append(
            flows.assign(
                year=year,
                tax_eur_per_t=rate,
                tax_eur_per_year=flows[MASS] * rate,
                tax_increase_eur_per_t=rise,
                tax_increase_eur_per_year=flows[MASS] * rise,
                cost_eur_per_t=cost,
                cost_eur_per_year=flows[MASS] * cost,
            )
        )
    return pd.concat(parts, ignore_index=True)


def taxes(yearly: pd.DataFrame, by: list[str], total: bool = False) -> pd.DataFrame:
    """T_g = sum of m t over the taxed flows, and its increase since the first year.

    Parameters
    ----------
    yearly : pandas.DataFrame
        :func:`each_year`; group by ``year`` first, for tonnes of several years do not add up.

    Returns
    -------
    pandas.DataFrame
        ``by``, tax and increase (EUR/year) each with its 95 % bounds (from the mass), ``n_sites``.
    """
    taxed = yearly[yearly["tax_eur_per_t"].notna()]
    rows = _named(valued(taxed, taxed["tax_eur_per_t"], by, total), TAX)
    rise = _named(valued(taxed, taxed["tax_increase_eur_per_t"], by, total), INCREASE)
    return rows.merge(rise[[*by, *INCREASE]], on=by)[[*by, *TAX, *INCREASE, "n_sites"]]


def _ordered(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    last = {f"last_{key}": rows[key] == TOTAL for key in by}
    order = [column for key in by for column in (f"last_{key}", key)]
    if by[-1] != "year":
        order.insert(-1, "value")
    return rows.assign(**last).sort_values(order, ascending=[column != "value" for column in order])


def _named(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return rows.rename(columns=dict(zip(["value", "low", "high"], names, strict=True)))
