"""Two waves of one study side by side: what changed, through whom, and beyond its own uncertainty or not.

    d = M_now - M_before = d_both + d_once + m_new - m_gone

``both`` are the sites that declared the family in both waves: the only change that says something about
what sites produce. ``new`` and ``gone`` answered one of the two surveys only. ``once`` answered both and
declared the family in one: a quantity left out (« NC ») is missing, not zero, and reads neither as a decrease
nor as an increase. The parts add up to the whole exactly.

The errors of two waves are taken as independent. The same scale or contractor, and the same habit of
declaring, err alike twice, which cancels in a difference: the intervals err on the wide side.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from eit_analysis.breakdown import TOTAL, Breakdown, Derived
from eit_analysis.flows.diagnosis import empty
from eit_analysis.flows.uncertainty.propagation import (
    HIGH,
    LOW,
    MASS,
    difference_interval,
    prepared,
    propagate,
)

PAIR = ["site_id", "category"]
# What follows the keys in a table of masses, and then in a table of changes.
VALUES = [MASS, LOW, HIGH, "n_sites"]
BEFORE = {
    MASS: "mass_before_t_per_year",
    LOW: "mass_before_low_t_per_year",
    HIGH: "mass_before_high_t_per_year",
    "n_sites": "n_sites_before",
}
CHANGE = [
    "change_t_per_year", "change_low_t_per_year", "change_high_t_per_year",
    "change_percent", "change_low_percent", "change_high_percent", "change",
]  # fmt: skip


def match(
    current: pd.DataFrame, previous: pd.DataFrame, answered: Iterable[str], answered_before: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The flows of both waves with ``presence``: both, once, and new (now) or gone (before).

    Parameters
    ----------
    current, previous : pandas.DataFrame
        Flows of one direction of each wave.
    answered, answered_before : iterable of str
        Ids of the sites that answered each survey, even where they declared no such flow.
    """
    return (
        _present(current, previous, answered_before, "new"),
        _present(previous, current, answered, "gone"),
    )


def _present(flows: pd.DataFrame, other: pd.DataFrame, answered: Iterable[str], alone: str) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_frame(flows[PAIR]).isin(pd.MultiIndex.from_frame(other[PAIR]))
    present = flows["site_id"].isin({*answered, *other["site_id"]})
    return flows.assign(presence=np.select([pairs, present], ["both", "once"], alone))


def mark_every(waves: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The flows of each wave with ``presence``: ``every`` where the site declared the family in every wave,
    else ``some``."""
    pairs = [set(flows[PAIR].itertuples(index=False, name=None)) for flows in waves.values()]
    kept = set.intersection(*pairs) if pairs else set()
    return {
        wave: flows.assign(
            presence=np.where(pd.MultiIndex.from_frame(flows[PAIR]).isin(kept), "every", "some")
        )
        for wave, flows in waves.items()
    }


def masses(flows: pd.DataFrame, by: list[str]) -> Breakdown:
    """M and its 95 % interval by group and presence, with every margin of the last key and of the presence.

    Parameters
    ----------
    flows : pandas.DataFrame
        Flows of one wave, marked by :func:`match` or :func:`mark_every`; t/year.
    by : list of str
        Key columns, such as ``["category"]``, ``["site_id"]`` or ``["route"]``.

    Returns
    -------
    Breakdown
        ``by``, ``presence``, mass and bounds (t/year), ``n_sites``; « Total » in a key means all of it.
    """
    keys, head = [*by, "presence"], by[:-1]
    known, rows = prepared(flows), [empty([*keys, *VALUES], keys)]
    if len(flows):
        rows = [_level(known, keys, level) for level in (keys, by, [*head, "presence"], head)]
    return Breakdown(pd.concat(rows, ignore_index=True), keys, flows, MASS, TOTAL)


def _level(flows: pd.DataFrame, keys: list[str], level: list[str]) -> pd.DataFrame:
    rows = propagate(flows, level)
    if level:
        counted = flows.groupby(level, observed=True)["site_id"].nunique().rename("n_sites").reset_index()
        rows = rows.merge(counted, on=level)
    else:
        rows["n_sites"] = flows["site_id"].nunique()
    return rows.assign(**{key: TOTAL for key in keys if key not in level})[[*keys, *VALUES]]


def changes(now: Breakdown, before: Breakdown) -> Derived:
    """d = M_now - M_before of each row of two tables of masses, and whether 0 is outside its 95 % interval.

    The intervals of d, and of ln M_now - ln M_before for the relative change 100 (M_now / M_before - 1), are
    MOVER (see :func:`lognormal.difference_interval`): the second is the ratio of two lognormals.

    Parameters
    ----------
    now, before : Breakdown
        :func:`masses` of each wave, by the same keys.

    Returns
    -------
    Derived
        The keys; ``mass_before_...`` and ``mass_...`` with their bounds and number of sites, missing where
        nothing was declared; ``change_t_per_year`` and ``change_percent``, each with its bounds; ``change``:
        ``increase``, ``decrease``, ``within`` its uncertainty, or ``not_comparable`` (a family that one of
        the waves does not have; other sites, be it in part: a « Total » holding any part but ``both``).
        The figures of a row depend on the rows of the same keys only. From the heaviest group down, each with
        its total first; all groups together come last.
    """
    keys = list(now.keys)
    rows = before.frame.rename(columns=BEFORE).merge(now.frame, on=keys, how="outer")
    later, earlier = rows[[MASS, LOW, HIGH]], rows[[BEFORE[MASS], BEFORE[LOW], BEFORE[HIGH]]]
    comparable = (
        rows["presence"].isin(["both", TOTAL]) & later.notna().all(axis=1) & earlier.notna().all(axis=1)
    )
    # A total of the group may have moved by the sites it lost or won alone: no verdict from it.
    others = rows.loc[~rows["presence"].isin(["both", TOTAL]), keys[:-1]]
    mixed = pd.MultiIndex.from_frame(rows[keys[:-1]]).isin(pd.MultiIndex.from_frame(others))
    same_sites = comparable & (~mixed | (rows["presence"] == "both"))
    tonnes = _difference(later.fillna(0.0), earlier.fillna(0.0))
    # A wave without any tonne has no ratio.
    positive = comparable & (later.iloc[:, 0] > 0) & (earlier.iloc[:, 0] > 0)
    with np.errstate(divide="ignore", over="ignore"):
        logarithms = _difference(later[positive].transform("log"), earlier[positive].transform("log"))
        relative = 100 * logarithms.transform("expm1").replace(np.inf, np.nan)
    rows[CHANGE[:3]] = tonnes
    rows[CHANGE[3:6]] = relative.reindex(rows.index)
    rows["change"] = np.select(
        [~same_sites, tonnes["low"] > 0, tonnes["high"] < 0],
        ["not_comparable", "increase", "decrease"],
        "within",
    )
    rows = _sorted(rows[[*keys, *BEFORE.values(), *VALUES, *CHANGE]], keys)
    return Derived(rows, keys, [now, before], TOTAL)


def _difference(later: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Later less earlier, each with its bounds in columns 2 and 3."""
    x, y = ([wave.iloc[:, i] for i in range(3)] for wave in (later, earlier))
    low, high = difference_interval((x[0], x[1], x[2]), (y[0], y[1], y[2]))
    return pd.DataFrame({"value": x[0] - y[0], "low": low, "high": high})


def _sorted(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    group, part = rows[keys[:-1]].astype(str), rows["presence"].astype(str)
    heaviest = rows[[MASS, BEFORE[MASS]]].sum(axis=1).groupby([group[key] for key in group]).transform("max")
    order = pd.DataFrame(
        {
            "last": (group == TOTAL).any(axis=1),
            "weight": -heaviest,
            **{f"key{i}": group[key] for i, key in enumerate(group)},
            "part": part.map({name: i for i, name in enumerate([TOTAL, "both", "once", "new", "gone"])}),
        }
    )
    return rows.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def trend(waves: dict[str, pd.DataFrame], by: list[str]) -> Derived:
    """Masses of any number of waves one above the other, for the sites that declared the family in every one.

    Parameters
    ----------
    waves : dict
        By name of wave in order of time, its flows as :func:`mark_every` gives them; t/year.
    by : list of str
        Key columns beside the wave, such as ``["category"]``.

    Returns
    -------
    Derived
        ``wave``, ``by``, ``presence`` (``every``), mass and bounds, ``n_sites``.
    """
    parents = [masses(flows, by) for flows in waves.values()]
    rows = [part.frame.assign(wave=wave) for wave, part in zip(waves, parents, strict=True)]
    table = pd.concat(rows, ignore_index=True)[["wave", *by, "presence", *VALUES]]
    table = table[table["presence"] == "every"].reset_index(drop=True)
    return Derived(table, ["wave", *by, "presence"], parents, TOTAL)


def slopes(now: Breakdown, before: Breakdown, wave: str, previous: str) -> Derived:
    """Both masses of every group of the same sites, one above the other, and whether they differ.

    Parameters
    ----------
    now, before : Breakdown
        :func:`masses` of each wave, by the same keys.
    wave, previous : str
        Their names.

    Returns
    -------
    Derived
        The keys, ``wave``, mass and bounds (t/year), ``change`` of :func:`changes`; only the groups that both
        waves have, without totals.
    """
    keys = list(now.keys)
    rows = changes(now, before).frame
    rows = rows[(rows["presence"] == "both") & (rows["change"] != "not_comparable")]
    rows = rows[(rows[keys[:-1]] != TOTAL).all(axis=1)]
    then = rows[[*keys, *BEFORE.values(), "change"]].rename(columns={v: k for k, v in BEFORE.items()})
    both = pd.concat([then.assign(wave=previous), rows.assign(wave=wave)], ignore_index=True)
    return Derived(both[[*keys, "wave", MASS, LOW, HIGH, "change"]], [*keys, "wave"], [now, before])
