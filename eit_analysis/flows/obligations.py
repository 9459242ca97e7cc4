"""How many actors the law concerns, by obligation, and what their answers show.

    n(o, v) = number of actors whose gravest verdict on the rows of obligation o is v

The verdicts are those of :mod:`reference.obligations`; which actor has which is for the team and for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.obligations import VERDICTS, gravest
from eit_analysis.reference.vocabulary import heading

SHOWN = ["site_id", "obligation", "law_flow", "duty_verdict", "fact", "law_question", "text_ref"]
OTHERS = "others"  # verdicts that few actors have, together
KEYS = ["obligation", "duty_verdict"]
FIRST = {"biowaste": "biodéchets", "sorting": "tri"}  # those that a heading always tells of


def counts(judged: pd.DataFrame, fewest: int = 0) -> Breakdown:
    """Actors by obligation and verdict, the gravest of each actor's; zero where nobody has it.

    All actors have one verdict on each obligation: the number that a single line withholds would be what the
    others leave. Verdicts of fewer than ``fewest`` are one line, ``others``, and with them the least grave
    until it is of as many; so is one of all of them that says of each whether it meets the law.

    Parameters
    ----------
    judged : pandas.DataFrame
        ``reference.obligations.verdicts``.

    Returns
    -------
    Breakdown
        ``obligation``, ``duty_verdict``, ``n_sites``: obligations in order of the actors who do not
        meet them, then as they stand in the law; verdicts from the gravest. Beside ``others`` no zero is
        told.
    """
    worst_of = named(gravest(judged))
    sizes = pd.crosstab(worst_of["obligation"], worst_of["duty_verdict"])
    sizes = sizes.reindex(columns=[*VERDICTS], fill_value=0)
    few = {(code, verdict) for code, line in sizes.iterrows() for verdict in _together(line, fewest)}
    together = pd.MultiIndex.from_frame(worst_of[KEYS]).isin(list(few)) if few else False
    told = worst_of.assign(duty_verdict=np.where(together, OTHERS, worst_of["duty_verdict"]))
    lines = pd.crosstab(told["obligation"], told["duty_verdict"])
    lines = lines.reindex(judged["obligation"].unique(), columns=[*VERDICTS, OTHERS], fill_value=0)
    lines = lines.sort_values("not_met", ascending=False, kind="stable")
    rows = pd.DataFrame(lines.stack(), columns=["n_sites"]).reset_index()
    apart = rows["obligation"].map(lines[OTHERS] == 0) & (rows["duty_verdict"] != OTHERS)
    frame = rows[apart | (rows["n_sites"] > 0)].reset_index(drop=True)
    return Breakdown(frame, KEYS, told[["site_id", *KEYS]])


def _together(line: pd.Series, fewest: int) -> list[str]:
    """Of the actors by verdict, the verdicts to tell as one."""
    few = [verdict for verdict in VERDICTS if 0 < line[verdict] < fewest]
    rest = [verdict for verdict in VERDICTS if line[verdict] >= fewest]
    while few and rest and line[few].sum() < fewest:
        few.append(rest.pop())
    return few or [verdict for verdict in ("not_met", "met") if fewest and line[verdict] == line.sum()]


def joined(*tables: Breakdown) -> bool:
    """Whether one of these :func:`counts` tells some verdicts as one: what moves among them is not read."""
    return any(OTHERS in set(table.frame["duty_verdict"]) for table in tables)


def beside(printed: pd.DataFrame) -> pd.DataFrame:
    """The printed :func:`counts`, one line per obligation and one column per verdict, ``n_sites_not_met``...

    What is missing is one of ``others``, or may not be read. An obligation of which ``others`` is all that
    may be told has no line, nor, beside others, has one that nobody could be judged on (:func:`unjudged`).
    """
    wide = _wide(printed)
    apart = wide[[*VERDICTS]].notna()
    wide[OTHERS] = wide[OTHERS].mask(apart.all(axis=1), 0)
    wide = wide[apart.any(axis=1)]
    asked = wide.index.isin(unjudged(printed))
    wide = wide if asked.all() else wide[~asked]
    wide = wide.drop(columns=OTHERS) if (wide[OTHERS] == 0).all() else wide
    return wide.add_prefix("n_sites_").reset_index().rename_axis(columns=None)


def lineless(counted: pd.DataFrame, printed: pd.DataFrame) -> tuple[int, list[str]]:
    """Of how many obligations of :func:`counts` nothing may be told apart, and which :func:`unjudged`, as
    they are printed, have no line of :func:`beside`."""
    lines = {*beside(printed)["obligation"]}
    asked = [code for code in unjudged(printed) if code not in lines]
    return counted["obligation"].nunique() - len(lines) - len(asked), asked


def unjudged(printed: pd.DataFrame) -> list[str]:
    """The obligations of the printed :func:`counts` of which all that is told is that nobody was judged."""
    wide = _wide(printed)
    others = wide.drop(columns=["unknown", OTHERS])
    return wide.index[(others == 0).all(axis=1) & (wide["unknown"] > 0)].tolist()


def _wide(printed: pd.DataFrame) -> pd.DataFrame:
    """The printed :func:`counts`, one line per obligation, in their order, and one column per verdict."""
    wide = printed.pivot(index="obligation", columns="duty_verdict", values="n_sites")
    return wide.reindex(index=printed["obligation"].unique(), columns=[*VERDICTS, OTHERS])


def none_judged(printed: pd.DataFrame) -> bool:
    """Whether no answer lets anybody be judged on any line of the printed :func:`beside`."""
    others = printed.drop(columns=["obligation", "n_sites_unknown"])
    return len(printed) > 0 and bool((others == 0).all(axis=None) and (printed["n_sites_unknown"] > 0).all())


def differing(
    then: pd.DataFrame, now: pd.DataFrame, absent: Mapping[str, Collection[str]] | None = None
) -> pd.DataFrame:
    """The printed :func:`counts` that an earlier law, ``then``, and a later one do not give alike.

    ``absent`` has the obligations that the law of each column does not hold: of nobody, and not withheld.

    Returns
    -------
    pandas.DataFrame
        ``obligation``, ``duty_verdict``, ``n_sites_then``, ``n_sites_now`` and ``n_moved``, the second
        less the first; of what both print, but for ``others``, who are not the same, and for whom a rule
        that the other law does not hold does not concern.
    """
    rows = then.merge(now, on=KEYS, how="outer", suffixes=("_then", "_now"))
    for column, codes in (absent or {}).items():
        rows[column] = rows[column].mask(rows["obligation"].isin(codes), 0)
    rows["n_moved"] = rows["n_sites_now"] - rows["n_sites_then"]
    alone = rows["obligation"].isin([code for codes in (absent or {}).values() for code in codes])
    kept = (rows["duty_verdict"] != OTHERS) & ~(alone & (rows["duty_verdict"] == "not_concerned"))
    rows = rows[(rows["n_moved"].fillna(0) != 0) & kept]
    codes = [*pd.concat([now, then])["obligation"].unique()]
    order = [rows["duty_verdict"].map([*VERDICTS].index), rows["obligation"].map(codes.index)]
    return rows.iloc[np.lexsort(order)].reset_index(drop=True)


def newly_broken(
    then: pd.DataFrame, now: pd.DataFrame, absent: Mapping[str, Collection[str]] | None = None
) -> pd.DataFrame:
    """Of :func:`differing`, the obligations that more actors do not meet: what weighs most of a new law."""
    rows = differing(then, now, absent)
    rows = rows[(rows["duty_verdict"] == "not_met") & (rows["n_moved"] > 0)]
    return rows.drop(columns="duty_verdict").reset_index(drop=True)


def moved(judged: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """:func:`worst` of a later law, but for the verdicts that an earlier one gave already."""
    rows = worst(later)
    now, known = (pd.MultiIndex.from_frame(of[["site_id", *KEYS]]) for of in (rows, worst(judged)))
    return rows[~now.isin(known)].reset_index(drop=True)


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


def to_show(judged: pd.DataFrame, waste: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that concern somebody, with the columns that pages print (``SHOWN``).

    The actor of most tonnes of ``waste``, the outgoing flows, comes first, and of each actor the gravest
    verdict. What two rows of the law say alike, one of offices and one of administrations, is said once.
    """
    mass = waste.groupby("site_id")["mass_t_per_year"].sum()
    rows = named(judged[judged["verdict"] != "not_concerned"])
    order = {"mass": -rows["site_id"].map(mass), "rank": rows["duty_verdict"].map(VERDICTS.index)}
    rows = rows.assign(**order).sort_values(["mass", "site_id", "rank"], kind="stable")[SHOWN]
    return rows.drop_duplicates(ignore_index=True)


def breaches(judged: pd.DataFrame, counted: pd.DataFrame) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What a heading says of obligations, ``{sorting_not_met}`` and so on, and what of `KEYS` it quotes.

    Of what most actors break first, then of each of `FIRST`: as much as :func:`counts` tells. Nobody breaks
    what nobody could be judged on: that alone is said then. Who meets one row of an obligation and may break
    another is not judged on the whole of it.
    """
    known = set(worst(judged).query("duty_verdict in ['met', 'not_met']")["obligation"])
    told = {*counted[KEYS].itertuples(index=False, name=None)}
    broken = counted[(counted["duty_verdict"] == "not_met") & (counted["n_sites"] > 0)]
    most = broken.loc[broken["n_sites"] == broken["n_sites"].max(), "obligation"]
    names = heading("obligation").labels
    fault = "dont les réponses montrent un manquement, sauf dispense"
    own = {"landfill_ban": ", chaque flux tenu pour une charge à part"}  # the ban is of loads of one matter
    said = {
        code: f"{names[code]}, {{{code}_not_met}} {fault}{own.get(code, '')}"
        for code in most
        if code not in FIRST
    }
    for code, name in FIRST.items():
        unsure = f"{{{code}_unknown}} qu'on ne peut juger en entier"
        if (code, "unknown") in told and code not in known:
            said[code] = f"{name}, aucun qu'on puisse juger en entier, sur {{{code}_unknown}}"
        elif (code, "unknown") in told:
            judged_too = f"{{{code}_not_met}} {fault}, et " * ((code, "not_met") in told)
            said[code] = f"{name}, {judged_too}{unsure}"
    return said, [key for key in told if f"{{{key[0]}_{key[1]}}}" in said.get(key[0], "")]
