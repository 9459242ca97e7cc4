"""The waves of a study in a row: what the same actors did from one to the next, and where definitions break.

    r_w = M_w / M_{w-1}              of the sites and families declared in wave w and in the one before it
    L_w = M_last / (r_{w+1} ... r_last)                              the last total, carried back

    ln L_w within [- sqrt(sum (u_v - x_v)^2), + sqrt(sum (x_v - l_v)^2)],   x_v = ln r_v in [l_v, u_v],  v > w

Totals of two waves differ by who answered, too; L, the chained series of matched respondents, does not: each
r_w is of the same sites. It chains the errors of all r_w, so it shows a direction, and no amount of old: its
95 % interval is that of all that changed since w, M_last being taken as it is. Steps are taken as
independent; what is wrong in a wave raises one of them and lowers the next, so the interval errs wide.
Source: matched models and chaining of IMF, ILO, Eurostat et al., Consumer Price Index Manual (2020); Zou &
Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER, for a sum).

A break is one of nomenclature (a list that changed by law), of respondents (``MOST_CHANGED`` of the actors of
two waves answered one of them only), of evidence (``MOST_MOVED`` of the tonnes known in another way) or of
cleaning (other settings or another version of the program).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.comparison import BEFORE, CHANGE, changes, masses, match
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS, difference_interval
from eit_analysis.records import TOTAL, Share

MOST_CHANGED, MOST_MOVED = 50.0, 25.0  # percent
WHOLE = (98, 102)  # percent: parts that are all printed, each rounded
Waves = Mapping[str, pd.DataFrame]


def stacked(waves: Waves) -> pd.DataFrame:
    """The flows of one direction of all waves, each with its ``wave``."""
    return pd.concat([flows.assign(wave=wave) for wave, flows in waves.items()], ignore_index=True)


def whole(flows: pd.DataFrame) -> Breakdown:
    """M of each wave with its interval (t/year) and actors, in order; of :func:`stacked` flows."""
    table = totals(flows, "wave", total=False)
    frame = table.frame.drop(columns="share_percent").sort_values("wave", kind="stable", ignore_index=True)
    return replace(table, frame=frame, shares={}, regrouped=None)


def by_wave(flows: pd.DataFrame, key: str) -> Breakdown:
    """M by wave and ``key``, with its share of the wave; waves in order, « Total » of each last.

    Parameters
    ----------
    flows : pandas.DataFrame
        :func:`stacked`; t/year.
    """
    table = totals(flows, ["wave", key])
    frame = table.frame[table.frame["wave"] != TOTAL].sort_values("wave", kind="stable", ignore_index=True)
    whole = flows.groupby("wave")[MASS].sum()
    frame["share_percent"] = 100 * frame[MASS] / frame["wave"].map(whole).astype(float)
    shares = {"share_percent": Share(within=["wave"])}
    return replace(table, frame=frame, shares=shares, regrouped=None)


def respondents(sites: Waves) -> Breakdown:
    """Actors of each wave after the first: those who answered the one before too, or not, and who left.

    Returns
    -------
    Breakdown
        ``wave``, ``panel`` (``again``, ``joined``, ``left``), ``n_sites``.
    """
    parts = [pd.DataFrame(columns=["site_id", "wave", "panel"], dtype="str")]
    for (_, before), (wave, now) in pairwise(sites.items()):
        again = now["site_id"].isin(before["site_id"]).map({True: "again", False: "joined"})
        left = before.loc[~before["site_id"].isin(now["site_id"]), ["site_id"]]
        parts += [now[["site_id"]].assign(wave=wave, panel=again), left.assign(wave=wave, panel="left")]
    records = pd.concat(parts, ignore_index=True)
    frame = records.groupby(["wave", "panel"], as_index=False).agg(n_sites=("site_id", "nunique"))
    return Breakdown(frame, ["wave", "panel"], records)


def steps(waves: Waves, sites: Waves) -> Derived:
    """Each wave beside the one before, as :func:`comparison.changes` sets two; ``wave`` is the later.

    Parameters
    ----------
    waves, sites : mapping
        By name of wave in order of time, its flows of one direction and who answered.
    """
    later: list[pd.DataFrame] = []
    earlier: list[pd.DataFrame] = []
    for (past, before), (wave, now) in pairwise(waves.items()):
        matched = match(now, before, sites[wave]["site_id"], sites[past]["site_id"])
        for part, rows in zip((later, earlier), matched, strict=True):
            part.append(rows.assign(wave=wave))
    if not later:  # one wave: nothing to set beside it
        none = [flows.head(0).assign(wave="", presence="", added=False) for flows in waves.values()]
        later, earlier = none, none
    both = [_apart(masses(pd.concat(part, ignore_index=True), "wave")) for part in (later, earlier)]
    table = changes(*both)
    return replace(table, frame=table.frame.sort_values("wave", kind="stable", ignore_index=True))


def _apart(table: Breakdown) -> Breakdown:
    """Without the sums over waves, which are of nothing."""
    kept = table.frame[table.frame["wave"] != TOTAL].reset_index(drop=True)
    return replace(table, frame=kept, regrouped=None)


def chained(
    whole: pd.DataFrame, steps: pd.DataFrame, breaks: pd.DataFrame, waves: Sequence[str]
) -> pd.DataFrame:
    """Of each wave M, ``all``, and L, ``matched`` (equations above), from released tables alone.

    Parameters
    ----------
    whole, steps, breaks : pandas.DataFrame
        Totals by wave, :func:`steps` and :func:`breaks`, as they are printed.
    waves : sequence of str
        All names in order, of waves of which nothing is printed too.

    Returns
    -------
    pandas.DataFrame
        ``series``, ``wave``, mass and bounds (t/year), ``n_breaks`` between the wave and the one before. L
        begins at the last total printed and ends where a change is not, or something came from nothing; no
        row of it where it would have one only.
    """
    whole = whole[["wave", MASS, LOW, HIGH]].sort_values("wave", kind="stable").assign(series="all")
    same = steps[steps["presence"] == "both"].set_index("wave").reindex(list(waves))
    back = (same[BEFORE[MASS]] / same[MASS]).replace([0.0, np.inf], np.nan)
    ends = 1 + same[["change_high_percent", "change_low_percent"]] / 100
    apart = ends.where(ends > 0).mul(back, axis=0).transform("log") ** 2
    totals, carried, sides = whole.set_index("wave")[MASS].dropna(), list[tuple[object, ...]](), np.zeros(2)
    level = totals.iloc[-1] if len(totals) else np.nan
    for wave in [wave for wave in waves if wave <= max(totals.index, default="")][::-1]:
        carried.append(("matched", wave, level, *level * np.exp(np.sqrt(sides) * [-1, 1])))
        level, sides = level * back[wave], sides + apart.loc[wave].to_numpy()
    matched = pd.DataFrame(carried[::-1], columns=["series", "wave", MASS, LOW, HIGH])
    matched = matched.dropna(subset=[MASS])
    rows = pd.concat([whole, *([matched] if len(matched) > 1 else [])], ignore_index=True)
    rows["n_breaks"] = rows["wave"].map(breaks["wave"].value_counts()).fillna(0).astype(int)
    return rows[["series", "wave", MASS, LOW, HIGH, "n_breaks"]]


def breaks(
    respondents: pd.DataFrame,
    evidence: pd.DataFrame,
    years: Mapping[str, int],
    changes_of_lists: pd.DataFrame,
    manifests: Mapping[str, dict],
) -> pd.DataFrame:
    """Where two waves in a row are not defined alike, from released tables and what is public.

    Parameters
    ----------
    respondents, evidence : pandas.DataFrame
        :func:`respondents` and :func:`by_wave` of ``evidence``, as they are printed.
    years : mapping
        By wave in order, the year of its answers.
    changes_of_lists : pandas.DataFrame
        ``from_date``, ``nomenclature``, ``text``: what changed when.
    manifests : mapping
        By wave, what its cleaning wrote of itself.

    Returns
    -------
    pandas.DataFrame
        ``wave`` (the later one), ``break_kind``, ``break_text``, ``break_percent``: of a change of
        respondents the share of actors, of one of evidence that of tonnes, that changed.
    """
    rows: list[tuple[str, str, str, float]] = []
    actors = respondents.pivot_table(index="wave", columns="panel", values="n_sites", aggfunc="sum")
    # A row that is withheld is no zero: a wave is judged by what is printed of it.
    actors = actors.reindex(columns=["again", "joined", "left"]).dropna(subset="again").fillna(0.0)
    once = 100 * (1 - actors["again"] / actors.sum(axis=1))
    parts = evidence[evidence["evidence"] != TOTAL]
    known = parts.pivot_table(index="wave", columns="evidence", values="share_percent").fillna(0.0)
    known = known[known.sum(axis=1).between(*WHOLE)]
    for past, wave in pairwise(years):
        begun = changes_of_lists["from_date"].between(f"{years[past]}-01-02", f"{years[wave]}-12-31")
        for change in changes_of_lists[begun].itertuples():
            rows.append((wave, "nomenclature", f"{change.nomenclature} ({change.text})", np.nan))
        if wave in once.index and once[wave] > MOST_CHANGED:
            rows.append((wave, "respondents", "", once[wave]))
        if {past, wave} <= set(known.index):
            moved = float(np.abs(known.loc[wave].to_numpy() - known.loc[past].to_numpy()).sum()) / 2
            if moved > MOST_MOVED:
                rows.append((wave, "evidence", "", moved))
        if _cleaned_with(manifests[past]) != _cleaned_with(manifests[wave]):
            rows.append((wave, "cleaning", "", np.nan))
    found = pd.DataFrame(rows, columns=["wave", "break_kind", "break_text", "break_percent"])
    return found.astype({"break_percent": float})


def _cleaned_with(manifest: dict) -> tuple[object, object]:
    return manifest["parameters"], manifest["versions"]["eit-analysis"]


def in_brief(chained: pd.DataFrame) -> pd.DataFrame:
    """Of each series its ends, and how many waves a break parts from the one before.

    Parameters
    ----------
    chained : pandas.DataFrame
        :func:`chained`, as it is printed.

    Returns
    -------
    pandas.DataFrame
        ``series``, ``first_wave``, ``wave``, ``mass_before_t_per_year`` (then), ``mass_t_per_year`` (now),
        ``change_percent`` and bounds (MOVER on logarithms), ``evolution`` (``up`` or ``down`` where these
        leave no zero between them, else ``unclear``), ``n_breaks``; no row of a series of one wave.
    """
    rows = []
    for series, part in chained.groupby("series", sort=True):
        ends = part.iloc[[0, -1]]
        start, end = ends["wave"]
        if start != end:
            masses = ends[[MASS, LOW, HIGH]]
            then, now = masses.where(masses > 0).transform("log").itertuples(index=False, name=None)
            change = 100 * np.expm1([now[0] - then[0], *difference_interval(now, then)])
            way = "up" if change[1] > 0 else "down" if change[2] < 0 else "unclear"
            rows.append((series, start, end, *ends[MASS], *change, way, int((part["n_breaks"] > 0).sum())))
    columns = ["series", "first_wave", "wave", BEFORE[MASS], MASS, *CHANGE[3:], "evolution", "n_breaks"]
    return pd.DataFrame(rows, columns=columns)
