"""What one operation costs, by profile (a collection, an order, a session), and from which volume it pays.

    T = P F / (φ u)

with F the fixed cost of an operation, P of them a year, u the price of a unit to who does it alone and φ its
part that does not follow the volume: at T units a year, P operations cost each unit what it costs alone.
Where what an operation holds says when it is full (a lorry, a skip, a supplier's first discount), the table
gives the threshold: who is there alone has nobody to wait for, and ``savings`` tells which groups pay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.config_synergies import PoolingCostOverride
from eit_analysis.errors import InputError

# The one unit of each cost: what the savings assume.
COST_UNITS = {
    "fixed_cost": "eur/operation",
    "km_cost": "eur/km",
    "stop_cost": "eur/stop",
    "fill": "share",
    "fixed_share": "share",
    "discount": "share",
}
VALUES = ["low", "central", "high"]


class Range(NamedTuple):
    low: float
    central: float
    high: float


class Costs(NamedTuple):
    """A profile of ``reference/pooling_costs.csv``; what it leaves out costs nothing, or has no effect."""

    fixed_cost: Range
    km_cost: Range = Range(0, 0, 0)
    stop_cost: Range = Range(0, 0, 0)
    fill: Range = Range(1, 1, 1)
    fixed_share: Range = Range(1, 1, 1)
    discount: Range = Range(0, 0, 0)
    # €/year of each member, whatever is pooled.
    own_time: float = 0.0
    # €/year of who brings a group together and asks for the quotes, whoever is in it.
    organising: float = 0.0

    @property
    def alone(self) -> tuple[float, float, float]:
        """Central fixed cost, fill and fixed share: what tells the cost of doing it alone."""
        return self.fixed_cost.central, self.fill.central, self.fixed_share.central

    @property
    def travels(self) -> bool:
        """Whether something goes round the members, so that a distance costs."""
        return self.km_cost.central > 0


FREE = Costs(Range(0, 0, 0))  # of what is not reckoned


def cost_table(overrides: Iterable[PoolingCostOverride] = ()) -> pd.DataFrame:
    """The reference costs of pooling, each overridden row replaced by the study's own values and source.

    ``overrides`` are ``[[pooling_costs]]`` of ``study.toml``.

    Returns
    -------
    pandas.DataFrame
        Columns ``profile, cost, low, central, high, unit, source, year``; no ``year`` on an overridden row.

    Raises
    ------
    InputError
        When an override names no known profile or cost, is given twice, or cannot be in the unit of its cost.
    """
    table = reference.load("pooling_costs")
    table["year"] = table["year"].astype("Int64")
    profiles = sorted(table["profile"].unique())
    own = {}
    for override in overrides:
        key = (override.profile, override.cost)
        problem = (
            "cette valeur est donnée deux fois, gardez-en une" if key in own else _wrong(override, profiles)
        )
        if problem:
            raise InputError(problem, file="study.toml", column=f"pooling_costs, {'/'.join(key)}")
        own[key] = override
    if not own:
        return table
    study = pd.DataFrame(
        [(*key, o.low, o.central, o.high, COST_UNITS[o.cost], o.source, pd.NA) for key, o in own.items()],
        columns=["profile", "cost", *VALUES, "unit", "source", "year"],
    ).astype({"year": "Int64"})
    kept = ~pd.MultiIndex.from_frame(table[["profile", "cost"]]).isin(list(own))
    return pd.concat([table[kept], study[table.columns]], ignore_index=True)


def by_profile(table: pd.DataFrame) -> dict[str, Costs]:
    """The profiles of :func:`cost_table`, each with the time that a group takes of people."""
    ranges: dict[str, dict[str, Range]] = {}
    for profile, cost, low, central, high in table[["profile", "cost", *VALUES]].itertuples(index=False):
        ranges.setdefault(str(profile), {})[str(cost)] = Range(float(low), float(central), float(high))
    nothing = {"fixed_cost": Range(0, 0, 0)}
    own, organising = (ranges.get(name, nothing)["fixed_cost"].central for name in ("meeting", "organising"))
    return {profile: Costs(**costs, own_time=own, organising=organising) for profile, costs in ranges.items()}


def meeting_eur(table: pd.DataFrame) -> float:
    """What each member of a group gives of its time, in €/year: nothing is proposed that brings no more."""
    return by_profile(table)["meeting"].fixed_cost.central


def threshold_table(costs: pd.DataFrame) -> pd.DataFrame:
    """``reference/pooling_thresholds.csv`` with every ``threshold``, in whole units where derived.

    ``costs`` are those of :func:`cost_table`: a study that has a quote moves the threshold with it.
    """
    table, profiles = reference.load("pooling_thresholds"), by_profile(costs)
    used = [profiles[name] for name in table["cost_profile"]]
    per_unit = table["unit_price_eur"] * [each.fixed_share.central for each in used]
    fixed = table["operations_per_year"] * [each.fixed_cost.central for each in used]
    return table.assign(threshold=table["threshold"].fillna(np.ceil(fixed / per_unit - 1e-9)))


def _wrong(override: PoolingCostOverride, profiles: list[str]) -> str:
    """What is wrong with an override, in one French sentence; empty when nothing is."""
    if override.profile not in profiles:
        return f"ce profil est inconnu, choisissez parmi {', '.join(profiles)}"
    if override.cost not in COST_UNITS:
        return f"ce coût est inconnu, choisissez parmi {', '.join(COST_UNITS)}"
    if override.cost in ("fill", "fixed_share") and override.low == 0:
        return "cette part est supérieure à 0, corrigez sa valeur basse"
    return override.problem(COST_UNITS[override.cost])
