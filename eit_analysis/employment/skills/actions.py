"""The action plan: for each occupation what is decided, by whom and for when, then what is left to decide."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
from rapidfuzz import fuzz, process

from eit_analysis.config_change import JobAction
from eit_analysis.errors import InputError
from eit_analysis.french import day, whole
from eit_analysis.reference.vocabulary import heading

DECIDED_COLUMNS = [
    "occupation", "action_kind", "job_action", "action_carrier", "due_date", "action_target", "organiser",
    "start_day", "end_day", "n_action_seats", "published_cost_eur", "cost_source",
]  # fmt: skip
PLAN_COLUMNS = ["occupation", "posts_said", "job_action", "action_carrier", "due_date"]
WITH_DATES = ("training", "bridge")
ALIKE = 85  # of 100: a name this near another is that one, mistyped
NAMED = 2  # sessions, and bridges, on a first screen
UNREAD = "non lus ici"  # posts of an occupation that is not judged, or not to this reader
ROWS = 6  # of a plan that is read at a glance
WATCHED = 100 / 3  # chances in a hundred: a shortage less likely is not to be prepared for; of the project


def known_actions(actions: Sequence[JobAction], workforce: pd.DataFrame, sites: pd.DataFrame) -> None:
    """No action has the mistyped name of an occupation, and the actors that it names are the study's.

    An occupation that resembles none of the study is one that nobody has yet. The tables are of all waves:
    ``workforce`` from ``workforce.prepare`` without merging, ``site_id`` of ``sites``. A word shaped as the
    study's identifiers, letters and digits in the same places, is one.

    Raises
    ------
    InputError
        The first that is not: left alone, its action would be read beside no occupation, or by the wrong
        audiences.
    """
    ids = set(sites["site_id"].astype(str))
    shapes = {_shape(name) for name in ids}
    occupations = workforce["occupation"].dropna().unique().tolist()
    for action in actions:
        near = process.extractOne(action.occupation, occupations, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if near and near[0] != action.occupation:
            wrong = f"le métier « {action.occupation} » (occupation, pour « {near[0]} »)"
        else:
            named = {"carrier": action.carrier, "organiser": action.organiser}
            strange = [
                f"l'acteur « {who} » ({field})"
                for field, who in named.items()
                if who.strip() not in ids and _shape(who.strip()) in shapes
            ]
            wrong = next(iter(strange), "")
        if wrong:
            raise InputError(
                f"clé « job_actions »\u00a0: l'action « {action.text} » nomme {wrong}, que l'étude n'a pas, "
                "corrigez ce nom ou retirez l'action",
                file="study.toml",
            )


def _shape(name: str) -> str:
    """``E07`` -> ``A00``."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", name))


def decided(actions: Sequence[JobAction]) -> pd.DataFrame:
    """What ``study.toml`` declares, the nearest deadline first.

    Returns
    -------
    DataFrame
        ``DECIDED_COLUMNS``; days as ``2019-06-28``. ``action_carrier`` and ``organiser`` are site ids or the
        words of the study; who carries an action organises it unless another is named.
    """
    rows = [
        (a.occupation, a.kind, a.text, a.carrier, a.deadline, a.target or None, a.organiser or a.carrier,
         a.start, a.end, a.seats, a.cost_eur, a.cost_source or None)
        for a in sorted(actions, key=lambda action: action.deadline)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=DECIDED_COLUMNS).astype(
        {"n_action_seats": float, "published_cost_eur": float}
    )
    for name in ("due_date", "start_day", "end_day"):
        table[name] = table[name].map(str, na_action="ignore")
    return table


def sessions(decisions: pd.DataFrame) -> pd.DataFrame:
    """The sessions and bridges among rows of :func:`decided`, the first day first."""
    rows = decisions[decisions["action_kind"].isin(WITH_DATES)].sort_values("start_day", kind="stable")
    columns = [name for name in DECIDED_COLUMNS if name not in ("job_action", "due_date")]
    return rows[columns].reset_index(drop=True)


def served(decisions: pd.DataFrame) -> pd.Series:
    """The occupation that each row of :func:`decided` is for: of a bridge, where it leads."""
    return decisions["action_target"].where(decisions["action_kind"] == "bridge", decisions["occupation"])


def moves(lines: pd.DataFrame, decisions: pd.DataFrame, *, today: str) -> str | None:
    """The first `NAMED` sessions decided, those to come before, and as many bridges that nobody decided.

    Parameters as in :func:`plan`; ``lines`` may be without bridges. What ends before ``today`` is past.
    """
    rows = decisions[decisions["action_kind"].isin(WITH_DATES)]
    over = rows["end_day"].fillna(rows["start_day"]).fillna(rows["due_date"]) < today
    rows = rows.assign(past=over).sort_values(["past", "start_day"], kind="stable")
    said = [_session(row) for row in rows.head(NAMED).to_dict("records")]
    led = served(decisions[decisions["action_kind"] == "bridge"])
    free = lines.reindex(columns=["bridge_said", "occupation"]).dropna()
    free = free[~free["occupation"].isin(led)].head(NAMED)
    ways = [f"de «\u00a0{origin}\u00a0» à «\u00a0{end}\u00a0»" for origin, end in free.to_numpy()]
    parts = {"Décidé": "\u00a0; ".join(said), "Possible, par les compétences": ", ".join(ways)}
    return ". ".join(f"{how}\u00a0: {what}" for how, what in parts.items() if what) or None


def _session(row: dict) -> str:
    """``formation « Soudage », du 04/03/2019 au 29/03/2019, 9 600 €, centre (passée)``."""
    kind = heading("action_kind").labels[row["action_kind"]]
    what = f"{kind}{' vers' * (row['action_kind'] == 'bridge')} «\u00a0{row['action_target']}\u00a0»"
    days = [day(row[name]) for name in ("start_day", "end_day") if pd.notna(row[name])]
    cost = row["published_cost_eur"]
    price = f"{whole(round(cost))}\u00a0€" if pd.notna(cost) else None
    when = {0: f"d'ici le {day(row['due_date'])}", 1: f"à partir du {''.join(days)}"}
    known = [what, when.get(len(days), f"du {' au '.join(days)}"), price, row["organiser"]]
    return ", ".join(filter(pd.notna, known)) + " (passée)" * bool(row["past"])


def pressing(lines: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``priorities.lines`` with a post to fill, but those of which there is enough, or too much.

    Nor those in doubt whose chances of a shortage are below `WATCHED`.
    """
    some = ~lines["posts_said"].str.startswith("0 (", na=True)
    unlikely = lines["gap_verdict"].eq("uncertain") & lines["shortage_chances"].lt(WATCHED)
    return lines[some & ~unlikely & lines["gap_verdict"].isin(["short", "uncertain", "unjudged"])]


def plan(decisions: pd.DataFrame, lines: pd.DataFrame, *, today: str) -> pd.DataFrame:
    """What is decided, then, up to `ROWS` in all, who could act for others, by priority.

    Parameters
    ----------
    decisions, lines : DataFrame
        As a reader gets them: rows of :func:`decided`, and of ``priorities.lines``. A deadline before
        ``today``, as ``2026-07-01``, is said to be past.

    Returns
    -------
    DataFrame
        ``PLAN_COLUMNS``: nobody carries what is not decided, and it has no deadline.
    """
    decisions = decisions.assign(occupation=served(decisions))
    free = pressing(lines[~lines["occupation"].isin(decisions["occupation"])])
    free = free.head(max(ROWS - len(decisions), 0))
    who = free["who_acts"].map(heading("who_acts").labels)
    could = pd.DataFrame({"occupation": free["occupation"], "job_action": who})
    past = decisions["due_date"].map(lambda due: f"{day(due)}, dépassée à ce jour" if due < today else due)
    rows = pd.concat([decisions.assign(due_date=past).reindex(columns=PLAN_COLUMNS), could])
    posts = lines.set_index("occupation")["posts_said"]
    rows["posts_said"] = rows["occupation"].map(posts).fillna(UNREAD)
    return rows[PLAN_COLUMNS].reset_index(drop=True)
