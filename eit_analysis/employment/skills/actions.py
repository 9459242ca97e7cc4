"""The action plan: for each occupation what is decided, by whom and for when, then what is left to decide."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from eit_analysis.config_change import JobAction

DECIDED_COLUMNS = [
    "occupation", "action_kind", "job_action", "action_carrier", "due_date", "action_target", "organiser",
    "start_day", "end_day", "n_action_seats", "published_cost_eur", "cost_source",
]  # fmt: skip
PLAN_COLUMNS = ["occupation", "openings", "job_action", "action_carrier", "due_date"]
WITH_DATES = ("training", "bridge")
ROWS = 6  # of a plan that is read at a glance
# What could be done for an occupation to which no other leads, and for one to which one does.
RECRUIT = "Apprentissage et formation"
BRIDGE = "Passerelle depuis « {origin} »"


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


def plan(decisions: pd.DataFrame, outlook: pd.DataFrame, bridges: pd.DataFrame) -> pd.DataFrame:
    """What is decided, then, up to `ROWS` in all, what could be for other occupations, most openings first.

    Parameters
    ----------
    decisions, outlook, bridges : DataFrame
        As a reader gets them: rows of :func:`decided`, ``occupation, openings`` and the best ``origin`` of
        each ``destination`` first (:func:`mobility.bridges`).

    Returns
    -------
    DataFrame
        ``PLAN_COLUMNS``: nobody carries what is not decided, and it has no deadline.
    """
    openings = outlook.drop_duplicates("occupation").set_index("occupation")["openings"].astype(float)
    origin = bridges.drop_duplicates("destination").set_index("destination")["origin"]
    served = {*decisions["occupation"], *decisions["action_target"]}  # by a bridge, where it leads
    free = openings[(openings > 0) & ~openings.index.isin(served)]
    names = free.sort_values(ascending=False, kind="stable").index[: max(ROWS - len(decisions), 0)]
    texts = [BRIDGE.format(origin=origin[name]) if name in origin else RECRUIT for name in names]
    rows = pd.concat(
        [decisions.reindex(columns=PLAN_COLUMNS), pd.DataFrame({"occupation": names, "job_action": texts})]
    )
    return rows.assign(openings=rows["occupation"].map(openings))[PLAN_COLUMNS].reset_index(drop=True)
