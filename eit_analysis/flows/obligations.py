"""How many actors the law concerns, by obligation, and what their answers show.

    n(o, v) = number of actors whose gravest verdict on the rows of obligation o is v

The verdicts are those of :mod:`reference.obligations`; which actor has which is for the team and for itself.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.obligations import VERDICTS, gravest

SHOWN = ["site_id", "obligation", "law_flow", "duty_verdict", "fact", "law_question", "text_ref"]
OTHERS = "others"  # verdicts that few actors have, together
KEYS = ["obligation", "duty_verdict"]


def counts(judged: pd.DataFrame, fewest: int = 0) -> Breakdown:
    """Actors by obligation and verdict, the gravest of each actor's.

    All actors have one verdict on each obligation: the number that a single line withholds would be what the
    others leave. Verdicts of fewer than ``fewest`` are one line, ``others``, and with them the least grave
    until it is of as many.

    Parameters
    ----------
    judged : pandas.DataFrame
        ``reference.obligations.verdicts``.

    Returns
    -------
    Breakdown
        ``obligation``, ``duty_verdict``, ``n_sites``: obligations in order of the actors who do not
        meet them, then as they stand in the law; verdicts from the gravest.
    """
    worst_of = named(gravest(judged))
    sizes = _counted(worst_of)
    order = sizes.assign(many=sizes["n_sites"] >= fewest, grave=-sizes["duty_verdict"].map(VERDICTS.index))
    sizes = order.sort_values(["many", "grave"])
    of_one = sizes.groupby("obligation")["n_sites"]
    rare = ~sizes["many"] | (of_one.cumsum() - sizes["n_sites"] < fewest)
    rare &= of_one.transform("min") < fewest
    together = pd.MultiIndex.from_frame(worst_of[KEYS]).isin(pd.MultiIndex.from_frame(sizes.loc[rare, KEYS]))
    told = worst_of.assign(duty_verdict=worst_of["duty_verdict"].mask(together, OTHERS))
    rows = _counted(told)
    of = rows[rows["duty_verdict"] == "not_met"].set_index("obligation")["n_sites"]
    first = {code: place for place, code in enumerate(judged["obligation"].unique())}
    order = rows.assign(
        worst=-rows["obligation"].map(of).astype(float).fillna(0),
        law=rows["obligation"].map(first),
        grave=rows["duty_verdict"].map([*VERDICTS, OTHERS].index),
    )
    rows = order.sort_values(["worst", "law", "grave"], ignore_index=True)[[*KEYS, "n_sites"]]
    return Breakdown(rows, KEYS, told[["site_id", *KEYS]])


def beside(printed: pd.DataFrame) -> pd.DataFrame:
    """The printed :func:`counts`, one line per obligation and one column per verdict, ``n_sites_not_met``...

    Zero where nobody has the verdict, missing where it is one of ``others`` or may not be read. An obligation
    of which ``others`` is all that may be told has no line.
    """
    wide = printed.pivot(index="obligation", columns="duty_verdict", values="n_sites")
    wide = wide.reindex(index=printed["obligation"].unique(), columns=[*VERDICTS, OTHERS])
    wide = wide[wide[list(VERDICTS)].notna().any(axis=1)]
    told = wide.sum(axis=1)
    whole = wide[OTHERS].isna() & (told == told.max())  # all actors are in it
    wide.loc[whole, list(VERDICTS)] = wide.loc[whole, list(VERDICTS)].fillna(0)
    wide = wide.drop(columns=OTHERS) if wide[OTHERS].isna().all() else wide
    return wide.add_prefix("n_sites_").reset_index().rename_axis(columns=None)


def differing(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The lines of :func:`beside` of a later law, ``now``, that are not those of an earlier one."""
    later = beside(now)
    same = later.merge(beside(then))["obligation"]
    return later[~later["obligation"].isin(same)]


def by_actor(judged: pd.DataFrame) -> pd.DataFrame:
    """``site_id`` and one column per obligation: the gravest verdict of each actor."""
    table = gravest(judged).pivot(index="site_id", columns="obligation", values="verdict")
    order = [code for code in judged["obligation"].unique() if code in table]
    return table[order].add_prefix("law_").reset_index().rename_axis(columns=None)


def worst(judged: pd.DataFrame) -> pd.DataFrame:
    """Of each actor and obligation the gravest verdict, with what it rests on and what to ask."""
    return named(gravest(judged))[["site_id", *KEYS, "fact", "law_question"]]


def named(judged: pd.DataFrame) -> pd.DataFrame:
    """The verdicts with the columns that pages print (``SHOWN``)."""
    return judged.rename(columns={"verdict": "duty_verdict", "question": "law_question"})


def to_show(judged: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that concern somebody, the gravest first, with the columns that pages print."""
    rows = named(judged[judged["verdict"] != "not_concerned"])
    rank = rows["duty_verdict"].map(VERDICTS.index)
    order = rows.assign(rank=rank).sort_values(["site_id", "rank"], kind="stable", ignore_index=True)
    return order[SHOWN]


def _counted(worst_of: pd.DataFrame) -> pd.DataFrame:
    return worst_of.groupby(KEYS, sort=False).agg(n_sites=("site_id", "nunique")).reset_index()
