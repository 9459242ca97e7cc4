"""Occupations by priority, one line each: posts, tension, bridge, training, who could act; all in short.

Reckoned from what the tables of an audience print, and from nothing else: it knows no more than they say. The
order is that of ``labour_gap.by_occupation``: short by posts, then uncertain by their chances of shortage,
then the others by posts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.employment.forecast.labour_gap import SILENT, counts
from eit_analysis.employment.skills.actions import moves, pressing, served
from eit_analysis.french import counted, one_decimal, whole
from eit_analysis.reference.scales import beyond, ends
from eit_analysis.reference.vocabulary import heading

MOST, NAMED = 10, 3
APART = 10.0  # chances in a hundred: closer than that, draws or one firm more put another first
LIKELY = 50.0  # from here on, a shortage is no less likely than none
NOBODY_APART = "aucun ne se détache"
_QUOTED = "«\u00a0{}\u00a0»".format
COLUMNS = [
    "occupation", "posts_said", "gap_verdict", "shortage_chances", "tension_said", "bridge_said",
    "training_said", "who_acts",
]  # fmt: skip
ANSWERS = [
    "year", "verdicts_said", "short_said", "most_exposed", "most_posts_said", "unjudged_people", "moves_said",
    "balance_said",
]  # fmt: skip
NOTE = "hiring_difficulty"
SAID = {
    NOTE: lambda note: f"déclarée {one_decimal(note)}/4",
    "basin_difficult_share_percent": lambda share: f"BMO {whole(round(share))}\u00a0%",
    "tension_class": lambda tension: f"DARES {whole(round(tension))}/5",
}
PUBLISHED_FOR = {"basin_difficult_share_percent": "basin_difficult_level", "tension_class": "tension_level"}


def lines(
    gap: pd.DataFrame,
    firms: pd.DataFrame,
    basin: pd.DataFrame,
    dares: pd.DataFrame,
    bridges: pd.DataFrame,
    training: pd.DataFrame,
) -> pd.DataFrame:
    """The lines, `COLUMNS`.

    Parameters
    ----------
    gap, firms, basin, dares : DataFrame
        Of ``labour_gap.by_occupation``, ``workforce.occupations``, ``basin_needs.tension`` and
        ``dares_tension.published_tension``.
    bridges, training : DataFrame
        Of ``mobility.study_bridges`` (the widest to each occupation, from one that is by `APART` less likely
        to be short; none to one in surplus) and ``skill_gaps.gaps_by_occupation`` (the skill that most people
        lack). Without the key ``occupation``, where an audience gets them by domain, they say nothing.
    """
    short, surplus = (gap.loc[gap["gap_verdict"] == name, "occupation"] for name in ("short", "surplus"))
    usable = bridges[~bridges["origin"].isin(short) & ~bridges["destination"].isin(surplus)]
    usable = usable.dropna(subset=["origin", "destination"])
    likely = gap.dropna(subset=["occupation"]).set_index("occupation")["shortage_chances"].astype(float)
    origins, ends_at = (usable[name].map(likely).astype(float) for name in ("origin", "destination"))
    usable = usable[ends_at - origins >= APART]
    origin = usable.drop_duplicates("destination").set_index("destination")["origin"]
    taught = training.reindex(columns=["occupation", "skill", "to_train"]).dropna()
    taught = taught.sort_values("to_train", ascending=False, kind="stable")
    skill = taught.drop_duplicates("occupation").set_index("occupation")["skill"]
    voices = [
        _voice(table.dropna(subset=["occupation", column]), column)
        for column, table in zip(SAID, (firms, basin, dares), strict=True)
        if {"occupation", column} <= {*table}
    ]
    rows = []
    for row in gap.dropna(subset=["occupation", "openings"]).to_dict("records"):
        name = row["occupation"]
        said = [voice[name] for voice in voices if name in voice]
        rows.append((
            name, ranged(row, "openings"), row["gap_verdict"], row["shortage_chances"],
            ", ".join(said) or None, origin.get(name), skill.get(name),
            _who(row, name in origin.index),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _voice(table: pd.DataFrame, column: str) -> dict[str, str]:
    """What one source says of each occupation, and of which territory where it publishes for several."""
    level = PUBLISHED_FOR.get(column, "")
    areas = heading(level).labels if level in table else {}
    # A mean beyond an end of those printed is printed as that end, unless one is printed beyond.
    clipped = column == NOTE and table[column].between(*ends(NOTE)).all()
    said = {}
    for row in table.to_dict("records"):
        area = areas.get(str(row.get(level)))
        after = beyond(row[column], NOTE) if clipped else f" ({area})" if area else ""
        said[row["occupation"]] = SAID[column](row[column]) + after
    return said


def ranged(row: dict, name: str) -> str:
    """``30 (9 à 75)``: people and their 80 % interval."""
    middle, *ends = (whole(round(row[f"{name}{end}"])) for end in ("", "_low80", "_high80"))
    return f"{middle} ({' à '.join(ends)})"


def first(lines: pd.DataFrame, decisions: pd.DataFrame, *, today: str) -> pd.DataFrame:
    """The `MOST` first lines to act on, one side of paper, with what is decided (:func:`told`).

    Without any bridge there is no column of bridges.
    """
    ten = told(pressing(lines).head(MOST), decisions, today=today)
    return ten if ten["bridge_said"].notna().any() else ten.drop(columns="bridge_said")


def likely(lines: pd.DataFrame, *, year: int, today: str) -> pd.DataFrame:
    """The lines whose recruitments are to prepare: a shortage is at least as likely as none.

    None once the ``year`` that they are forecast for is over: there is nothing left to prepare.
    """
    return lines[(lines["shortage_chances"] >= LIKELY) & (str(year) >= today[:4])]


def told(lines: pd.DataFrame, decisions: pd.DataFrame, *, today: str) -> pd.DataFrame:
    """Who acts on each line as ``actions.decided`` says, the nearest deadline to come first; else who could.

    A deadline before ``today``, as ``2026-07-01``, is said to be past. A bridge that is decided goes before
    one that skills suggest.
    """
    rows = decisions.assign(served=served(decisions), past=decisions["due_date"] < today)
    done: dict[str, str] = {}
    for row in rows[::-1].sort_values("past", ascending=False, kind="stable").to_dict("records"):
        late = ", échéance dépassée" if row["past"] else ""
        done[row["served"]] = f"décidé\u00a0: {row['job_action']} ({row['action_carrier']}){late}"
    said = {"who_acts": done}
    if "bridge_said" in lines:
        led = rows[rows["action_kind"] == "bridge"].drop_duplicates("served")
        said["bridge_said"] = dict(zip(led["served"], led["occupation"], strict=True))
    return lines.assign(
        **{name: lines["occupation"].map(x).astype(object).fillna(lines[name]) for name, x in said.items()}
    )


def answers(
    gap: pd.DataFrame,
    fan: pd.DataFrame | None = None,
    ten: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    steps: pd.DataFrame | None = None,
    *,
    year: int,
    now: int,
    today: str,
) -> pd.DataFrame:
    """What a first screen says of the occupations that an audience reads: one row, `ANSWERS`.

    ``gap`` is of ``labour_gap.by_occupation`` up to ``year``, ``fan`` of ``outlook.by_scenario``, for all
    people. Those whose occupation has no row, or no chances, have no verdict: how many is not said where a
    number of the year of the survey, ``now``, is withheld. Of a single occupation nothing is the most, nor
    is the most exposed named when the next is within `APART` of it. ``ten``, of :func:`first`, and
    ``decisions`` give ``actions.moves``; ``steps``, of ``labour_gap.steps``, on which side the gap is.
    """
    judged = gap.dropna(subset=["occupation", "gap_verdict", "shortage_chances"])
    rows = judged.sort_values("openings", ascending=False, kind="stable")
    labels = heading("gap_verdict").labels
    several = {name: word if " " in word else f"{word}s" for name, word in labels.items()}
    verdicts = [counted(n, labels[name], several[name]) for name, n in counts(rows).items() if len(rows)]
    short = rows.loc[rows["gap_verdict"] == "short", "occupation"].head(NAMED)
    compared = rows if len(rows) > 1 else rows.head(0)
    likely = compared.sort_values("shortage_chances", ascending=False, kind="stable").head(2)
    leads = likely["shortage_chances"].diff().iloc[-1:].le(-APART).any()
    exposed = [
        f"le plus exposé\u00a0: {_QUOTED(name)}" if leads else NOBODY_APART
        for name in likely["occupation"].head(1)
    ]
    most = compared.dropna(subset=["openings"]).head(NAMED).to_dict("records")
    posts = [
        f"{_QUOTED(row['occupation'])} {ranged(row, 'openings')}, {labels[row['gap_verdict']]}"
        for row in most
    ]
    total = np.nan if fan is None else fan.loc[fan["year"] == now, "people"].mean()
    left = total - rows["headcount"].sum(skipna=False)
    said = verdicts, map(_QUOTED, short), exposed, ["\u00a0; ".join(posts)] * bool(posts)
    unjudged = left if left >= 0.5 else np.nan
    move = None if ten is None or decisions is None else moves(ten, decisions, today=today)
    side = None if steps is None else _side(steps)
    row = (year, *(", ".join(words) or None for words in said), unjudged, move, side)
    return pd.DataFrame([row], columns=ANSWERS)


def _side(steps: pd.DataFrame) -> str | None:
    """What there is more of, where all of the interval at 80 % says so."""
    gap = steps[steps["account_step"] == "gap"]
    sides = {
        "Plus d'arrivées que de postes": gap["step_people_high80"] < 0,
        "Plus de postes que d'arrivées": gap["step_people_low80"] > 0,
    }
    return next((name for name, holds in sides.items() if holds.any()), None)


def _who(row: dict, bridge: bool) -> str | None:
    """Who could act first, a code of ``labels.csv``; nobody where there is no gap and no post opens.

    Nobody is asked for what was told: where firms did and doubt remains, it is of chance and of who comes.
    A skill that people in post lack fills no post: training in it answers no opening.
    """
    if row["gap_verdict"] == "short":
        return "bridge" if bridge else "places"
    if row["uncertain_reason"] in SILENT:
        return str(row["uncertain_reason"])
    if row["gap_verdict"] == "surplus":
        return "lend"
    return "replace" if round(row["openings"]) else None
