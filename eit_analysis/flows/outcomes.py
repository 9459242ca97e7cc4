"""What each scenario would give, beside today: tonnes by route, recovery, euros, tax, emissions, jobs.

    level_s  = sum of p x r                  over the parts p of every flow x in scenario s
    change_s = sum of p x (r - r_today)      over the parts that the scenario moves or taxes more

r is what a tonne costs (its stated price, else the reference price of its family and route), pays of the
waste tax in one year, emits, spares elsewhere or keeps in direct jobs. What does not move cancels exactly.
What moves has the reference price of where it goes, never the price of the actor who was paid before. The
bounds of a change take the rates after and before at their worst together, and the interval of the masses.
What leaves an unknown outlet has no emissions nor jobs before, so none after: a sum of nothing else is
missing, not zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.costs import PRICES, amounts, estimates
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.dimensions import UNKNOWN
from eit_analysis.flows.diversion import BEFORE, DECLARED, GONE, TODAY, touched
from eit_analysis.flows.emissions import ACCOUNTS, RATES, rated
from eit_analysis.flows.potential import mark_bill
from eit_analysis.flows.taxes import each_year, mark_tax
from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import group
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.flows.uncertainty.scaling import together
from eit_analysis.records import Share

UNITS = {
    "cost": "€/an", "tax": "€/an", "impact": "tCO₂e/an", "spared": "tCO₂e/an", "direct_jobs": "ETP",
}  # fmt: skip
BRIEF = {
    "cost": "bill_change_eur_per_year", "tax": "tax_change_eur_per_year",
    "impact": "impact_change_tco2e_per_year", "spared": "spared_change_tco2e_per_year",
    "direct_jobs": "direct_jobs_change_fte",
}  # fmt: skip
KEYS = ["scenario", "effect"]
VALUES = ["value", "value_low", "value_high"]
CHANGES = ["effect_change", "effect_change_low", "effect_change_high"]
LEFT_OUT = "unrated_t_per_year"
AS_MATERIAL = {"material": "yes", "organic": "yes", "energy": "no", "disposal": "no", UNKNOWN: UNKNOWN}


def by_route(parts: pd.DataFrame, by: str = "route") -> Breakdown:
    """M_sk = sum of p x over the parts of scenario s on route k (:func:`diversion.what_if`).

    Returns
    -------
    Breakdown
        ``scenario``, ``by``, mass and bounds (t/year), ``share_percent`` of its scenario, ``n_sites``.
    """
    keys = ["scenario", by]
    joined = together(parts, keys)
    rows = totals(joined, keys, total=False)
    # A route of today that a scenario empties has its zero.
    names = parts["scenario"].unique()
    there = rows.frame.set_index(keys)
    kept = [(name, route) for name in names for route in there.loc[names[:1]].index.get_level_values(1)]
    filled = there.reindex(there.index.union(kept, sort=False), fill_value=0).reset_index()
    whole = filled.groupby("scenario")[MASS].transform("sum")
    frame = _in_order(filled.assign(share_percent=100 * filled[MASS] / whole), parts)
    shares = {"share_percent": Share(["scenario"])}
    return replace(rows, frame=frame, of=DECLARED, shares=shares, regrouped=None)


def recovery(parts: pd.DataFrame, by: str = "valorised") -> Breakdown:
    """r_s = M_valorised / M: share of the tonnes of each scenario that is recovered.

    The unknown is in M (:func:`diagnosis.recovery_rates`); what is lost with an actor is in neither.

    Returns
    -------
    Breakdown
        ``scenario``, ``by``, mass and bounds (t/year), ``share_percent`` with its bounds, ``n_sites``.
    """
    left = parts[parts["route"] != GONE]
    rows = by_route(left, by)
    joined = propagation.prepared(rows.records)
    shares = [f"share{end}_percent" for end in ("", "_low", "_high")]
    bounds = [pd.DataFrame(columns=[*rows.keys, *shares[1:]])] + [
        propagation.shares(propagation.error_cells(own, group(own, [by]))).assign(scenario=name)
        for name, own in joined.groupby("scenario", sort=False)
    ]
    frame = rows.frame.merge(pd.concat(bounds), how="left", on=list(rows.keys))
    frame[shares] = frame[shares].astype(float).fillna(0.0)
    return replace(rows, frame=frame[[*rows.keys, MASS, LOW, HIGH, *shares, "n_sites"]])


def as_material(parts: pd.DataFrame) -> Breakdown:
    """The same of what is recovered as material, compost and digestate included: ``as_material``."""
    return recovery(parts.assign(as_material=parts["recovery"].map(AS_MATERIAL)), "as_material")


def levels(parts: pd.DataFrame, factors: pd.DataFrame, years: Sequence[int]) -> Breakdown:
    """What the flows cost, pay, emit, spare and employ today and in each scenario.

    Parameters
    ----------
    parts : pandas.DataFrame
        :func:`diversion.what_if`; t/year.
    factors : pandas.DataFrame
        :func:`reference.factors.factor_table`.
    years : sequence of int
        That of the prices and, last, that of the rates of the tax (:mod:`taxes`).

    Returns
    -------
    Breakdown
        ``scenario``, ``effect`` (``cost``, ``tax``, ``impact``, ``spared``, ``direct_jobs``), ``unit``,
        ``value`` with its bounds (missing where no rate answers for any of it), ``n_sites``.
    """
    return _effects(parts, _rates(parts, factors, years))


def changes(parts: pd.DataFrame, factors: pd.DataFrame, years: Sequence[int]) -> Breakdown:
    """What each scenario changes, of the same effects; parameters of :func:`levels`.

    Its columns too, but ``effect_change`` with its bounds for the value: a difference of uncertain sums is
    printed to two digits.
    """
    scenarios = parts["scenario"].unique()[1:]
    # Of all parts, for whether one pays the tax may hang on what else its contractor takes.
    at = touched(parts).to_numpy()
    after, before = (
        {
            effect: Rates(own.bounds[at], own.stated[at])
            for effect, own in _rates(rows, factors, years).items()
        }
        for rows in (parts, _before(parts))
    )
    other = parts[at].reset_index(drop=True)
    moved = (other["moved"] == "yes").to_numpy()[:, None]
    differences = {}
    for effect, new in after.items():
        old = before[effect]
        # One factor cannot be at its lowest before and at its highest after.
        bounds = new.bounds - np.where(moved, old.bounds[:, ::-1], old.bounds)
        differences[effect] = Rates(bounds, new.stated - old.stated)
    found = _effects(other, differences, scenarios)
    named = dict(zip(VALUES, CHANGES, strict=True))
    frame, records = (rows.rename(columns=named) for rows in (found.frame, found.records))
    return replace(found, frame=frame, records=records, measure=CHANGES[0])


def in_brief(recovered: pd.DataFrame, changed: pd.DataFrame, material: pd.DataFrame) -> pd.DataFrame:
    """One row a scenario, today first: what is recovered of its tonnes, then what it changes, to two digits.

    A change of which the printed bounds do not say the sign is none.

    Parameters
    ----------
    recovered, changed, material : pandas.DataFrame
        The rows of :func:`recovery`, :func:`changes` and :func:`as_material` that may be read.

    Returns
    -------
    pandas.DataFrame
        ``scenario``, ``recovered_percent``, ``as_material_percent``, then each effect with its unit
        (``BRIEF``), which is zero today; missing where it may not be read, or its sign is not sure.
    """
    change, low, high = (changed[name] for name in CHANGES)
    told = changed.assign(told=change.where((low > 0) | (high < 0) | (change == 0)))
    wide = told.pivot(index="scenario", columns="effect", values="told").reindex(columns=list(BRIEF))
    wide = wide.map(lambda amount: float(f"{amount:.2g}"))
    told = wide.rename(columns=BRIEF).dropna(how="all").reindex([TODAY, *changed["scenario"].unique()])
    told.loc[TODAY] = 0.0
    for place, (rows, by) in enumerate(((recovered, "valorised"), (material, "as_material"))):
        share = rows[rows[by] == "yes"].set_index("scenario")["share_percent"]
        told.insert(place, ("recovered", "as_material")[place] + "_percent", share.reindex(told.index))
    return told.dropna(how="all").reset_index()


def leading(recovered: pd.DataFrame) -> str:
    """Of :func:`recovery`, the scenario whose recovered share is furthest from today's, if any moves it."""
    share = recovered[recovered["valorised"] == "yes"].set_index("scenario")["share_percent"]
    gap = (share - share.get(TODAY, 0.0)).abs()
    return str(gap.idxmax()) if gap.max() > 0 else ""


def concerned(parts: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """``scenario``, the tonnes that each moves or taxes more (t/year), those of them that no factor of
    emissions answers for before or after (missing for none), and of how many actors."""
    other = parts[touched(parts)].reset_index(drop=True)
    rows = totals(other, "scenario", total=False).frame
    unrated = _accounts(other, factors, "impact").isna() | _accounts(_before(other), factors, "impact").isna()
    left_out = other[unrated.any(axis=1)].groupby("scenario")[MASS].sum()
    return rows.assign(**{LEFT_OUT: rows["scenario"].map(left_out)})[["scenario", MASS, LEFT_OUT, "n_sites"]]


def established(changed: pd.DataFrame, most: int) -> list[str]:
    """Of :func:`changes`, the scenarios whose change of the bill has a sure sign, the largest first.

    Those that move no tonnes come last: a tax that rises costs what it is said to.
    """
    bill = changed[changed["effect"] == "cost"].set_index("scenario")
    sure = bill[(bill[CHANGES[1]] > 0) | (bill[CHANGES[2]] < 0)].assign(size=bill[CHANGES[0]].abs())
    physical = changed["effect"].isin(ACCOUNTS) & (changed[CHANGES[0]] != 0)
    sure["moves"] = sure.index.isin(changed.loc[physical, "scenario"])
    return sure.sort_values(["moves", "size"], ascending=False, kind="stable").index[:most].tolist()


class Rates(NamedTuple):
    """What a tonne of each part is worth: low, central, high (parts, 3), and what of it was stated."""

    bounds: np.ndarray
    stated: np.ndarray


def _rates(parts: pd.DataFrame, factors: pd.DataFrame, years: Sequence[int]) -> dict[str, Rates]:
    """The rates of each effect; what is gone has none, missing is what no factor answers for."""
    none = np.zeros(len(parts))
    gone = (parts["route"] == GONE).to_numpy()
    tax, pays = _tax(parts, years)
    rise = np.where(pays, parts["tax_rise_eur_per_t"], 0.0)[:, None]
    prices = mark_bill(parts, factors)[PRICES].to_numpy(dtype=float)
    found = {
        "cost": Rates(prices + rise, parts["cost_eur_per_t"].fillna(0.0).to_numpy(dtype=float)),
        "tax": Rates(tax + rise, none),
    }
    found = {
        effect: Rates(np.where(gone[:, None], 0.0, own.bounds), np.where(gone, 0.0, own.stated))
        for effect, own in found.items()
    }
    return found | {
        account: Rates(_accounts(parts, factors, account).to_numpy(dtype=float), none) for account in ACCOUNTS
    }


def _accounts(parts: pd.DataFrame, factors: pd.DataFrame, account: str) -> pd.DataFrame:
    """The rates of one account; none after of what leaves an unknown destination, which has none before."""
    rates = rated(parts, factors, account)[RATES]
    return rates.mask(parts["route"] == GONE, 0.0).mask(parts["route_before"] == UNKNOWN)


def _tax(parts: pd.DataFrame, years: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """The tax of a tonne of each part (parts, 3), zero where none is due, and whether any may be."""
    yearly = each_year(mark_tax(parts.assign(place=range(len(parts))), years[0]), [years[-1]])
    ends = yearly.set_index("place")[["tax_low", "tax_high"]].reindex(range(len(parts)))
    low, high = ends.fillna(0.0).to_numpy(dtype=float).T
    return np.column_stack([low, (low + high) / 2, high]), ends["tax_high"].notna().to_numpy()


def _before(parts: pd.DataFrame) -> pd.DataFrame:
    """The same parts where and at the price that they are today."""
    today = {column: parts[name] for name, column in BEFORE.items()}
    return parts.assign(**today, tax_rise_eur_per_t=0.0)


def _effects(parts: pd.DataFrame, rates: dict[str, Rates], scenarios: np.ndarray | None = None) -> Breakdown:
    """Every effect summed by scenario, in one table: what an actor declared is its tonnes or its bill."""
    names = parts["scenario"].unique() if scenarios is None else scenarios
    frames, records = [], []
    for effect, own in rates.items():
        known = ~np.isnan(own.bounds).any(axis=1)
        rows, bounds, stated = parts[known], own.bounds[known], own.stated[known]
        whole = _of_flows(rows, bounds)
        sums = estimates(whole, "scenario", effect, False, None, RATES, "x").frame
        sums = sums.rename(columns=dict(zip(amounts(effect, "x"), VALUES, strict=True)))
        sums = _as_signed(sums.set_index("scenario"), rows["scenario"].to_numpy(), bounds)
        sums = sums.reindex(names, fill_value=0.0)
        unrated = sums.index.isin(parts["scenario"]) & ~sums.index.isin(rows["scenario"])
        sums.loc[unrated, VALUES] = np.nan
        sums = sums.reset_index()
        frames.append(sums.assign(effect=effect, unit=UNITS[effect]))
        public = bounds[:, 1] - stated
        for worth, declared in ((public, rows[DECLARED]), (stated, rows[DECLARED] * stated)):
            record = rows.assign(effect=effect, value=rows[MASS] * worth, declared_value=declared)
            records.append(record[(worth != 0) & (rows[MASS] > 0).to_numpy()])
    frame = pd.concat(frames)[[*KEYS, "unit", *VALUES, "n_sites"]]
    told = pd.concat(records, ignore_index=True)
    sites = told.groupby(KEYS)["site_id"].nunique().rename("n_sites").reset_index()
    frame = frame.drop(columns="n_sites").merge(sites, on=KEYS, how="left").fillna({"n_sites": 0})
    return Breakdown(
        _in_order(frame.astype({"n_sites": int}), parts, names), KEYS, told, VALUES[0], of="declared_value"
    )


def _as_signed(sums: pd.DataFrame, scenario: np.ndarray, bounds: np.ndarray) -> pd.DataFrame:
    """Sums by scenario that do not pass zero where no rate does: a half-width knows no sign."""
    ends = pd.DataFrame({"least": bounds.min(axis=1), "most": bounds.max(axis=1)}).groupby(scenario)
    least, most = ends["least"].min().reindex(sums.index), ends["most"].max().reindex(sums.index)
    low, high = sums[VALUES[1]], sums[VALUES[2]]
    low, high = low.mask(least.ge(0) & low.lt(0), 0.0), high.mask(most.le(0) & high.gt(0), 0.0)
    return sums.assign(**{VALUES[1]: low, VALUES[2]: high})


def _of_flows(parts: pd.DataFrame, bounds: np.ndarray) -> pd.DataFrame:
    """The parts of each flow in each scenario as one mass, at the mean of their rates: they err together."""
    weighed = parts.assign(**{name: parts["part"] * rate for name, rate in zip(RATES, bounds.T, strict=True)})
    by = ["scenario", "flow_id"]
    sums = weighed.groupby(by)[[*RATES, "part"]].sum()
    mean = sums[RATES].div(sums["part"], axis=0).reset_index()
    return together(parts.drop(columns=RATES, errors="ignore"), ["scenario"]).merge(mean, on=by)


def _in_order(frame: pd.DataFrame, parts: pd.DataFrame, names: np.ndarray | None = None) -> pd.DataFrame:
    """Rows with scenarios in the order of the study, today first; in each as they were."""
    order = {name: place for place, name in enumerate(parts["scenario"].unique() if names is None else names)}
    return frame.sort_values("scenario", key=lambda own: own.map(order), kind="stable", ignore_index=True)
