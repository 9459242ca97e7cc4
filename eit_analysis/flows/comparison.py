"""Two waves of one study side by side: what changed, through whom, and beyond its own uncertainty or not.

    d = M_now - M_before = d_both + d_once + m_new - m_gone

``both`` are the lines of the sites that declared the family in both waves: the only change that says
something about what sites produce. ``new`` and ``gone`` answered one of the two surveys only. ``once``
answered both and has the family counted in one, or a line of it beside all those of the other wave: a
quantity left out (« NC »), or set aside, is missing, not zero, and reads neither as a decrease nor as an
increase. Such a line may also be a part of another that was split: no change is said of the others that it
would undo. The parts add up to the whole exactly.

The errors of two waves are taken as independent. The same scale or contractor, and the same habit of
declaring, err alike twice, which cancels in a difference: the intervals err on the wide side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, difference_interval
from eit_analysis.french import exact, fold_words
from eit_analysis.records import TOTAL

PAIR = ["site_id", "category"]
# What follows the keys in a table of masses, and then in a table of changes.
VALUES = [MASS, LOW, HIGH, "n_sites"]
BEFORE = {name: name.replace("mass", "mass_before") for name in (MASS, LOW, HIGH)}
BEFORE["n_sites"] = "n_sites_before"
CHANGE = [f"change{end}_{unit}" for unit in ("t_per_year", "percent") for end in ("", "_low", "_high")]
LINE = [*PAIR, "line"]


def with_before(flows: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """The flows with ``mass_before_t_per_year``, of the same line of the same actor at an earlier wave.

    Missing where no line there, or more than one, has the family and the words of its description.
    """
    now, then = _lines(flows), _lines(previous)
    then = then.assign(**{BEFORE[MASS]: previous[MASS].to_numpy()}).drop_duplicates(LINE, keep=False)
    return flows.assign(**{BEFORE[MASS]: now.merge(then, on=LINE, how="left")[BEFORE[MASS]].to_numpy()})


def slips(aside: pd.DataFrame) -> pd.DataFrame:
    """``implausible``, the tonnes set aside, as they are marked, and those of the same flows before
    (:func:`with_before`).

    One row, or none; before is missing unless it is known of all.
    """
    row = {"implausible": "mass", "raw_value": f"{exact(aside[MASS].sum())}\u00a0t/an"}
    return pd.DataFrame([{**row, BEFORE[MASS]: aside[BEFORE[MASS]].sum(skipna=False)}]).head(len(aside))


def thousandfold(aside: pd.DataFrame) -> bool:
    """Whether all that is set aside is about a thousand times what it was before: kilograms, or a comma."""
    return bool(len(aside) and (aside[MASS] / aside[BEFORE[MASS]]).between(500, 2_000).all())


def match(
    current: pd.DataFrame, previous: pd.DataFrame, answered: Iterable[str], answered_before: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The flows of both waves with ``presence``: both, once, and new (now) or gone (before).

    ``added`` is a line, counted once, whose actor has of the family all the lines of the other wave and more.

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
    lines, others = _lines(flows), _lines(other)
    new = ~pd.MultiIndex.from_frame(lines).isin(pd.MultiIndex.from_frame(others))
    lost = ~pd.MultiIndex.from_frame(others).isin(pd.MultiIndex.from_frame(lines))
    renamed = pd.MultiIndex.from_frame(lines[PAIR]).isin(pd.MultiIndex.from_frame(others.loc[lost, PAIR]))
    added = pairs & new & ~renamed
    presence = np.select([pairs & ~added, present], ["both", "once"], alone)
    return flows.assign(presence=presence, added=added)


def _lines(flows: pd.DataFrame) -> pd.DataFrame:
    texts = flows["description"].astype("str").fillna("")
    words = {text: fold_words(text) for text in texts.unique()}
    return flows[PAIR].astype("str").assign(line=texts.map(words)).reset_index(drop=True)


def masses(flows: pd.DataFrame, by: str) -> Breakdown:
    """M and its 95 % interval by group and presence, with the margins of both.

    Parameters
    ----------
    flows : pandas.DataFrame
        Flows of one wave, with ``presence``; t/year.
    by : str
        Key column, such as ``category``, ``site_id`` or ``route``.

    Returns
    -------
    Breakdown
        ``by``, ``presence``, mass and bounds (t/year), ``n_sites``; « Total » in a key means all of it.
    """
    table = totals(flows, [by, "presence"])
    every = totals(flows, "presence", total=False).frame.assign(**{by: TOTAL})
    rows = pd.concat([table.frame, every], ignore_index=True)
    return replace(table, frame=rows[[by, "presence", *VALUES]])


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
        the waves does not have; other sites, be it in part: a « Total » holding any part but ``both``; a
        rise or a fall that is none with the ``added`` lines), and then without a relative change.
        The figures of a row depend on the rows of the same keys only. From the heaviest group down, each with
        its total first; all groups together come last.
    """
    keys = [by, _] = list(now.keys)
    rows = before.frame.rename(columns=BEFORE).merge(now.frame, on=keys, how="outer")
    later, earlier = rows[[MASS, LOW, HIGH]], rows[[BEFORE[MASS], BEFORE[LOW], BEFORE[HIGH]]]
    comparable = (
        rows["presence"].isin(["both", TOTAL]) & later.notna().all(axis=1) & earlier.notna().all(axis=1)
    )
    # A total of the group may have moved by the sites it lost or won alone: no verdict from it.
    mixed = rows[by].isin(rows.loc[~rows["presence"].isin(["both", TOTAL]), by])
    same_sites = comparable & (~mixed | (rows["presence"] == "both"))
    tonnes = _difference(later.fillna(0.0), earlier.fillna(0.0))
    added = _added(now, rows[by]) - _added(before, rows[by])
    undone = ((tonnes["low"] > 0) & (tonnes["low"] + added <= 0)) | (
        (tonnes["high"] < 0) & (tonnes["high"] + added >= 0)
    )
    same_sites &= ~undone
    # A wave without any tonne has no ratio.
    positive = same_sites & (later.iloc[:, 0] > 0) & (earlier.iloc[:, 0] > 0)
    with np.errstate(divide="ignore", over="ignore"):
        logarithms = _difference(later[positive].transform("log"), earlier[positive].transform("log"))
        relative = 100 * logarithms.transform("expm1").replace(np.inf, np.nan)
    rows[CHANGE[:3]] = tonnes
    rows[CHANGE[3:]] = relative.reindex(rows.index)
    verdicts = {"not_comparable": ~same_sites, "increase": tonnes["low"] > 0, "decrease": tonnes["high"] < 0}
    rows["change"] = np.select(list(verdicts.values()), list(verdicts), "within")
    rows = _sorted(rows[[*keys, *BEFORE.values(), *VALUES, *CHANGE, "change"]], by)
    sums = {MASS: [(0, MASS, 1.0)], BEFORE[MASS]: [(1, MASS, 1.0)]}
    return Derived(rows, keys, [now, before], TOTAL, sums)


def _added(table: Breakdown, groups: pd.Series) -> pd.Series:
    """Tonnes in the added lines of each group, or of all."""
    lines = table.records[table.records["added"].astype(bool)]
    sums = lines.groupby(lines[str(groups.name)].astype("str"))[MASS].sum()
    # Of no group, Arrow would give texts.
    return groups.astype("str").map({**sums, TOTAL: sums.sum()}).astype(float).fillna(0.0)


def _difference(later: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Later less earlier, each with its bounds in columns 2 and 3."""
    x, y = (tuple(wave[name] for name in wave) for wave in (later, earlier))
    low, high = difference_interval(x, y)  # type: ignore[arg-type]
    return pd.DataFrame({"value": x[0] - y[0], "low": low, "high": high})


def _sorted(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    weight = -rows[[MASS, BEFORE[MASS]]].sum(axis=1).groupby(rows[by]).transform("max")
    part = rows["presence"].map({name: i for i, name in enumerate([TOTAL, "both", "once", "new", "gone"])})
    order = rows[[by]].assign(last=rows[by] == TOTAL, weight=weight, part=part)
    return rows.loc[order.sort_values(["last", "weight", by, "part"]).index].reset_index(drop=True)


def slopes(changed: pd.DataFrame, wave: str, previous: str) -> pd.DataFrame:
    """Both masses of every group of the same sites, one above the other, and whether they differ.

    Of :func:`changes` as they are printed: the keys, ``wave``, mass and bounds (t/year), ``change``; only the
    groups that both waves have, without totals.
    """
    keys = [*changed.columns[:2]]
    same = (changed["presence"] == "both") & (changed["change"] != "not_comparable")
    rows = changed[same & (changed[keys[0]] != TOTAL)]
    then = rows[[*keys, *BEFORE.values(), "change"]].rename(columns={v: k for k, v in BEFORE.items()})
    both = pd.concat([then.assign(wave=previous), rows.assign(wave=wave)], ignore_index=True)
    return both[[*keys, "wave", MASS, LOW, HIGH, "change"]]


def moved(changed: pd.DataFrame) -> pd.DataFrame:
    """Of :func:`changes` as they are printed, the groups of the same sites that rise or fall, the most first.

    Returns
    -------
    pandas.DataFrame
        The key, ``change_t_per_year`` with its bounds, ``change`` and ``rank``.
    """
    by = changed.columns[0]
    rows = changed[(changed["presence"] == "both") & changed["change"].isin(["increase", "decrease"])]
    rows = rows[(rows[by] != TOTAL) & rows[CHANGE[0]].notna()]
    rows = rows.sort_values(CHANGE[0], key=abs, ascending=False, ignore_index=True)
    return rows.assign(rank=range(1, len(rows) + 1))[[by, *CHANGE[:3], "change", "rank"]]
