"""What the outflows cost today, and what those without a stated cost may cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, difference_interval
from eit_analysis.flows.uncertainty.scaling import scaled
from eit_analysis.records import TOTAL
from eit_analysis.reference.factors import for_flows
from eit_analysis.reference.law_flows import is_liquid

PRICES = ["price_low_eur_per_t", "price_eur_per_t", "price_high_eur_per_t"]
EUROS = "eur_per_year"


def valued(
    flows: pd.DataFrame,
    price: str,
    by: str | list[str],
    name: str,
    total: bool = True,
    of: str | None = None,
    unit: str = EUROS,
) -> Breakdown:
    """V_g = sum of m p over group g, with the 95 % interval that the masses give it.

    What is paid (p > 0) and what is earned (p < 0) are each a sum of positive amounts m |p|, with the
    interval of such a sum (:func:`diagnosis.totals`); V is their difference, with the interval of the
    difference of two independent quantities: an error that both share would cancel in part, so the interval
    errs on the wide side. The price is taken as stated.

    Parameters
    ----------
    flows : pandas.DataFrame
        Flows with the columns ``by`` and ``price``; t/year.
    price : str
        Their column p, EUR/t (or whatever a tonne is worth), not missing.
    by : str or list of str
        Key columns.
    name : str
        What V is, as :func:`amounts` takes it: ``cost``, ``tax``...
    total : bool
        Add the rows « Total » of :func:`diagnosis.totals`.
    of : str or None
        ``mass_t_per_year`` where the price is public.
    unit : str
        That of V.

    Returns
    -------
    Breakdown
        ``by``, V and its bounds (EUR/year), ``n_sites``; the first keys and the years in order, then the
        dearest first, totals last.
    """
    value, low, high = amounts(name, unit)
    paid, earned = (totals(scaled(flows, (sign * flows[price]).clip(lower=0)), by, total) for sign in (1, -1))
    keys = list(paid.keys)
    rows = paid.frame.drop(columns="n_sites").merge(
        earned.frame[[*keys, MASS, LOW, HIGH]], on=keys, suffixes=("", "_earned")
    )
    rows = rows.merge(totals(flows, by, total).frame[[*keys, "n_sites"]], on=keys)
    bounds = [tuple(rows[f"{c}{end}"] for c in (MASS, LOW, HIGH)) for end in ("", "_earned")]
    rows[value] = rows[MASS] - rows[f"{MASS}_earned"]
    rows[low], rows[high] = difference_interval(*bounds)  # type: ignore[arg-type]
    rows = _ordered(rows, keys, value)[[*keys, value, low, high, "n_sites"]].reset_index(drop=True)
    return Breakdown(rows, keys, flows.assign(**{value: flows[MASS] * flows[price]}), value, paid.total, of)


def amounts(name: str, unit: str = EUROS) -> list[str]:
    """Columns of an amount: ``cost_eur_per_year``, ``cost_low_eur_per_year``, ``cost_high_eur_per_year``."""
    return [f"{name}{end}_{unit}" for end in ("", "_low", "_high")]


def costs(out: pd.DataFrame, by: str | list[str], total: bool = True) -> Breakdown:
    """C_g = sum of m c over the flows whose cost is stated (:func:`valued`); revenues are negative costs.

    Parameters
    ----------
    out : pandas.DataFrame
        Described outflows (:mod:`dimensions`).
    by : str or list of str
        Key columns.

    Returns
    -------
    Breakdown
        ``by``, cost and bounds (EUR/year), ``n_sites`` that stated one. A group of which no cost is stated
        has a row without cost, for it is missing, not free, with the actors who have such flows.
    """
    keys = [by] if isinstance(by, str) else by
    groups, unknown = pd.MultiIndex.from_frame(out[keys]), (out["cost_known"] == "no").to_numpy()
    silent = ~groups.isin(groups[~unknown])
    # Without a cost a flow weighs nothing; its actor is one of the group.
    known = valued(
        out[~unknown | silent].fillna({"cost_eur_per_t": 0.0}), "cost_eur_per_t", by, "cost", total
    )
    rows, stated = known.frame, totals(out[~unknown], keys, total).frame
    behind = rows[keys].merge(stated[[*keys, "n_sites"]], on=keys, how="left")["n_sites"]
    missing, last = behind.isna(), (rows[keys] == TOTAL).all(axis=1)
    rows = rows.assign(**{amount: rows[amount].mask(missing) for amount in amounts("cost")})
    rows["n_sites"] = behind.fillna(rows["n_sites"]).astype(int)  # a total is of no silent group
    order = np.lexsort((missing, last.to_numpy()))
    return replace(known, frame=rows.iloc[order].reset_index(drop=True))


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
        missing where no factor answers, and for a liquid of unknown destination: it may be sold, spread or
        sent to a sewer, and no treatment of its family is a guess of that.
    """
    prices = for_flows(flows, factors, "treatment_cost").set_axis(PRICES, axis=1)
    prices[(is_liquid(flows) & (flows["route"] == "unknown")).to_numpy()] = np.nan
    return prices


def estimated(out: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The flows without a stated cost that a reference cost answers for, with :func:`reference_prices`."""
    silent = out[out["cost_known"] == "no"]
    return pd.concat([silent, reference_prices(silent, factors)], axis=1).dropna(subset=PRICES)


def estimates(
    priced: pd.DataFrame,
    by: str | list[str],
    name: str = "estimated_cost",
    total: bool = True,
    of: str | None = MASS,
    prices: Sequence[str] = PRICES,
    unit: str = EUROS,
) -> Breakdown:
    """E_g = sum of m p at reference prices, with an interval of both mass and price.

    [E - hypot(E - L, E - E_low), E + hypot(U - E, E_high - E)], where [L, U] is the interval that the masses
    give and E_low, E_high are the sums at the low and the high prices: all prices are taken to err the same
    way, since one reference serves many flows. Where no price is below zero, never below the lowest masses at
    the low prices.

    Parameters
    ----------
    priced : pandas.DataFrame
        Flows with the columns ``prices``, those of :func:`reference_prices` by default: low, central, high.

    Returns
    -------
    Breakdown
        ``by``, ``estimated_cost_eur_per_year`` (or what ``name`` and ``unit`` say) with its bounds,
        ``n_sites``.
    """
    value, low, high = amounts(name, unit)
    cheap, central, dear = (valued(priced, price, by, name, total, of, unit) for price in prices)
    keys = list(central.keys)
    rows = central.frame
    for other, suffix in ((cheap, "_cheap"), (dear, "_dear")):
        rows = rows.merge(other.frame[[*keys, value, low]], on=keys, suffixes=("", suffix))
    rows[low] = rows[value] - np.hypot(rows[value] - rows[low], rows[value] - rows[f"{value}_cheap"])
    rows[high] = rows[value] + np.hypot(rows[high] - rows[value], rows[f"{value}_dear"] - rows[value])
    if (priced[list(prices)] >= 0).all(axis=None):
        # Both errors at once would reach below any of the products.
        rows[low] = rows[low].clip(lower=rows[f"{low}_cheap"])
    return replace(central, frame=rows[[*keys, value, low, high, "n_sites"]])


def _ordered(rows: pd.DataFrame, by: list[str], value: str) -> pd.DataFrame:
    last = {f"last_{key}": rows[key] == TOTAL for key in by}
    order = [column for key in by for column in (f"last_{key}", key)]
    if by[-1] != "year":
        order.insert(-1, value)
    return rows.assign(**last).sort_values(order, ascending=[column != value for column in order])
