"""How many actors the law concerns, by obligation, and what their answers show.

    n(o, v) = number of actors whose gravest verdict on the rows of obligation o is v

The verdicts are those of :mod:`reference.obligations`; which actor has which is for the team and for itself.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.obligations import VERDICTS, gravest

SHOWN = ["site_id", "obligation", "law_flow", "duty_verdict", "fact", "law_question", "text_ref"]


def counts(judged: pd.DataFrame) -> Breakdown:
    """Actors by obligation and verdict, the gravest of each actor's.

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
    keys = ["obligation", "duty_verdict"]
    rows = worst_of.groupby(keys, sort=False).agg(n_sites=("site_id", "nunique")).reset_index()
    of = rows[rows["duty_verdict"] == "not_met"].set_index("obligation")["n_sites"]
    first = {code: place for place, code in enumerate(judged["obligation"].unique())}
    order = rows.assign(
        worst=-rows["obligation"].map(of).astype(float).fillna(0),
        law=rows["obligation"].map(first),
        grave=rows["duty_verdict"].map(VERDICTS.index),
    )
    rows = order.sort_values(["worst", "law", "grave"], ignore_index=True)[[*keys, "n_sites"]]
    return Breakdown(rows, keys, worst_of[["site_id", *keys]])


def beside(printed: pd.DataFrame) -> pd.DataFrame:
    """The printed :func:`counts`, one line per obligation and one column per verdict, ``n_sites_not_met``...

    A verdict that nobody has, or that the audience may not read, is missing.
    """
    wide = printed.pivot(index="obligation", columns="duty_verdict", values="n_sites")
    wide = wide.reindex(index=printed["obligation"].unique(), columns=list(VERDICTS))
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
    return named(gravest(judged))[["site_id", "obligation", "duty_verdict", "fact", "law_question"]]


def named(judged: pd.DataFrame) -> pd.DataFrame:
    """The verdicts with the columns that pages print (``SHOWN``)."""
    return judged.rename(columns={"verdict": "duty_verdict", "question": "law_question"})


def to_show(judged: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that concern somebody, the gravest first, with the columns that pages print."""
    rows = named(judged[judged["verdict"] != "not_concerned"])
    rank = rows["duty_verdict"].map(VERDICTS.index)
    order = rows.assign(rank=rank).sort_values(["site_id", "rank"], kind="stable", ignore_index=True)
    return order[SHOWN]
