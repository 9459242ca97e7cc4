"""Occupations by priority, one line each: posts, tension, bridge, training, who could act; all in short.

Reckoned from what the tables of an audience print, and from nothing else: it knows no more than they say. The
order is that of ``labour_gap.by_occupation``: short by posts, then uncertain by their chances of shortage,
then the others by posts.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from eit_analysis.employment.forecast.labour_gap import counts
from eit_analysis.employment.skills.actions import served
from eit_analysis.french import counted, one_decimal, whole
from eit_analysis.reference.scales import beyond, ends
from eit_analysis.reference.vocabulary import heading

MOST, NAMED = 10, 3
_QUOTED = "«\u00a0{}\u00a0»".format
COLUMNS = [
    "occupation", "posts_said", "gap_verdict", "shortage_chances", "tension_said", "bridge_said",
    "training_said", "who_acts",
]  # fmt: skip
ANSWERS = [
    "year", "verdicts_said", "short_said", "most_exposed", "most_posts_said", "unjudged_people"
]  # fmt: skip
NOTE = "hiring_difficulty"
SAID = {
    NOTE: lambda note: f"déclarée {one_decimal(note)}/4",
    "basin_difficult_share_percent": lambda share: f"BMO {whole(round(share))}\u00a0%",
    "tension_class": lambda tension: f"DARES {whole(round(tension))}/5",
}


def lines(
    gap: pd.DataFrame,
    firms: pd.DataFrame,
    basin: pd.DataFrame,
    dares: pd.DataFrame,
    bridges: pd.DataFrame,
    training: pd.DataFrame,
    plans: pd.DataFrame,
) -> pd.DataFrame:
    """The lines, `COLUMNS`.

    Parameters
    ----------
    gap, firms, basin, dares : DataFrame
        Of ``labour_gap.by_occupation``, ``workforce.occupations``, ``basin_needs.tension`` and
        ``dares_tension.published_tension``.
    bridges, training, plans : DataFrame
        Of ``mobility.study_bridges`` (the widest to each occupation, from one that is not short, none to one
        in surplus), ``skill_gaps.gaps_by_occupation`` (the skill that most people lack) and
        ``workforce.announced_plans``. Without the key ``occupation``, where an audience gets them by domain,
        they say nothing.
    """
    short, surplus = (gap.loc[gap["gap_verdict"] == name, "occupation"] for name in ("short", "surplus"))
    usable = bridges[~bridges["origin"].isin(short) & ~bridges["destination"].isin(surplus)]
    usable = usable.dropna(subset=["origin", "destination"])
    origin = usable.drop_duplicates("destination").set_index("destination")["origin"]
    taught = training.reindex(columns=["occupation", "skill", "to_train"]).dropna()
    taught = taught.sort_values("to_train", ascending=False, kind="stable")
    skill = taught.drop_duplicates("occupation").set_index("occupation")["skill"]
    voices = {
        column: table.dropna(subset=["occupation"]).set_index("occupation")[column].dropna()
        for column, table in zip(SAID, (firms, basin, dares), strict=True)
        if {"occupation", column} <= {*table}
    }
    heard = {column: voice.map(SAID[column]) for column, voice in voices.items()}
    notes = voices.get(NOTE, pd.Series(dtype=float))
    if notes.between(*ends(NOTE)).all():  # else no mean is printed short of an end of the scale
        heard[NOTE] = heard.get(NOTE, notes) + notes.map(partial(beyond, column=NOTE))
    planned = set(plans.reindex(columns=["occupation", "planned_hires_3y"]).dropna()["occupation"])
    rows = []
    for row in gap.dropna(subset=["occupation", "openings"]).to_dict("records"):
        name = row["occupation"]
        said = [voice[name] for voice in heard.values() if name in voice]
        rows.append((
            name, ranged(row, "openings"), row["gap_verdict"], row["shortage_chances"],
            ", ".join(said) or None, origin.get(name), skill.get(name),
            _who(row, name in origin.index, name in skill.index, name in planned),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def ranged(row: dict, name: str) -> str:
    """``30 (9 à 75)``: people and their 80 % interval."""
    middle, *ends = (whole(round(row[f"{name}{end}"])) for end in ("", "_low80", "_high80"))
    return f"{middle} ({' à '.join(ends)})"


def first(lines: pd.DataFrame, decisions: pd.DataFrame, *, today: str) -> pd.DataFrame:
    """The `MOST` first lines, one side of paper, with what is decided (:func:`told`)."""
    return told(lines.head(MOST), decisions, today=today)


def told(lines: pd.DataFrame, decisions: pd.DataFrame, *, today: str) -> pd.DataFrame:
    """Who acts on each line as ``actions.decided`` says, the nearest deadline to come first; else who could.

    A deadline before ``today``, as ``2026-07-01``, is said to be past.
    """
    rows = decisions.assign(served=served(decisions), past=decisions["due_date"] < today)
    done: dict[str, str] = {}
    for row in rows[::-1].sort_values("past", ascending=False, kind="stable").to_dict("records"):
        late = ", échéance dépassée" if row["past"] else ""
        done[row["served"]] = f"décidé\u00a0: {row['job_action']} ({row['action_carrier']}){late}"
    return lines.assign(who_acts=lines["occupation"].map(done).fillna(lines["who_acts"]))


def answers(gap: pd.DataFrame, fan: pd.DataFrame | None = None, *, year: int, now: int) -> pd.DataFrame:
    """What a first screen says of the occupations that an audience reads: one row, `ANSWERS`.

    ``gap`` is of ``labour_gap.by_occupation`` up to ``year``, ``fan`` of ``outlook.by_scenario``, for all
    people. Those whose occupation has no row, or no chances, have no verdict: how many is not said where a
    number of the year of the survey, ``now``, is withheld. Of a single occupation nothing is the most.
    """
    judged = gap.dropna(subset=["occupation", "gap_verdict", "shortage_chances"])
    rows = judged.sort_values("openings", ascending=False, kind="stable")
    labels = heading("gap_verdict").labels
    several = {name: word if " " in word else f"{word}s" for name, word in labels.items()}
    verdicts = [counted(n, labels[name], several[name]) for name, n in counts(rows).items() if len(rows)]
    short = rows.loc[rows["gap_verdict"] == "short", "occupation"].head(NAMED)
    compared = rows if len(rows) > 1 else rows.head(0)
    likely = compared.sort_values("shortage_chances", ascending=False, kind="stable").head(1)
    most = compared.dropna(subset=["openings"]).head(NAMED).to_dict("records")
    posts = [f"{_QUOTED(row['occupation'])} {ranged(row, 'openings')}" for row in most]
    total = np.nan if fan is None else fan.loc[fan["year"] == now, "people"].mean()
    left = total - rows["headcount"].sum(skipna=False)
    said = verdicts, map(_QUOTED, short), map(_QUOTED, likely["occupation"]), posts
    unjudged = left if left >= 0.5 else np.nan
    return pd.DataFrame([(year, *(", ".join(words) or None for words in said), unjudged)], columns=ANSWERS)


def _who(row: dict, bridge: bool, skill: bool, planned: bool) -> str | None:
    """Who could act first, a code of ``labels.csv``; nobody where there is no gap and no post opens.

    Where firms told their plans, what is uncertain is who comes.
    """
    if row["gap_verdict"] == "short":
        return "bridge" if bridge else "train" if skill else "places"
    if row["gap_verdict"] == "uncertain":
        known = "arrivals" if planned else "plans"
        return "no_entrants" if row["uncertain_reason"] == "no_entrants" else known
    if row["gap_verdict"] == "surplus":
        return "lend"
    return "replace" if round(row["openings"]) else None
