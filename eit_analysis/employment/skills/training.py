"""Training plan: volume, lead time, and sessions that several firms fill together.

    H = Σ people × missing levels × h                        trainee-hours
    L = p + Σ_sessions missing levels × h / q                months until the last session ends
    sessions of a skill and a number of missing levels = ⌈people / size⌉

with h the hours to gain one level, p the months before the first session and q the hours a month that the one
trainer of a skill teaches. Low and high take the worst and best ends of h, p and q together, for the same
sessions: an envelope, not a confidence interval.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown

SESSION_COLUMNS = [
    "session_id", "skill", "level_gap", "session_hours", "session_people", "n_sites", "members",
]  # fmt: skip
BOUNDS = ("low", "central", "high")


def sessions(skills: pd.DataFrame, norms: pd.DataFrame) -> pd.DataFrame:
    """The fewest sessions of the central size, as even as they can be, and who sends people to each.

    People who miss as many levels of a skill learn together. Firms are seated one after another, those with
    most people first: a large one fills sessions of its own and small ones meet in the last.

    ``skills`` are rows of :func:`skill_gaps.prepare`, ``norms`` those of ``reference/training.csv``. Part of
    a person takes a whole seat.

    Returns
    -------
    DataFrame
        ``SESSION_COLUMNS``: ``session_hours`` is what each trainee attends, ``members`` are site ids.
    """
    norm = _norms(norms)
    size = int(norm["central"]["session_size"])
    people = skills[skills["to_train"] > 0].groupby(["skill", "level_gap", "site_id"])["to_train"].sum()
    heads = np.ceil(people - 1e-9).astype(int).reset_index(name="seats")
    heads = heads.sort_values(["skill", "level_gap", "seats", "site_id"], ascending=[True, True, False, True])
    rows: list[tuple] = []
    for (skill, gap), group in heads.groupby(["skill", "level_gap"]):
        queue = np.repeat(group["site_id"].to_numpy(), group["seats"])
        for part in np.array_split(queue, ceil(len(queue) / size)):
            name = f"F{len(rows) + 1:02d}"
            sent, hours = sorted(set(part)), gap * norm["central"]["hours_per_level"]
            rows.append((name, skill, gap, hours, len(part), len(sent), " ".join(sent)))
    return pd.DataFrame(rows, columns=SESSION_COLUMNS)


def volumes(lacking: Breakdown, skills: pd.DataFrame, norms: pd.DataFrame) -> Breakdown:
    """Hours, sessions and months by skill, in the order of ``skill_gaps.critical_gaps``: ``lacking``.

    Returns
    -------
    Breakdown
        ``skill, to_train, n_sites``, ``training_hours`` with ``_low, _high`` (trainee-hours), ``n_sessions``,
        ``n_shared_sessions`` (of several firms; missing where there is none), ``lead_time_months`` with
        ``_low, _high``.
    """
    norm = _norms(norms)
    plan = lacking.frame.copy()
    table = sessions(skills, norms)
    groups = table.assign(shared=table["n_sites"] > 1).groupby("skill")
    taught = groups["level_gap"].sum().reindex(plan["skill"]).to_numpy(dtype=float)
    for bound, slow in zip(BOUNDS, reversed(BOUNDS), strict=True):
        suffix = "" if bound == "central" else f"_{bound}"
        level_h = norm[bound]["hours_per_level"]
        plan[f"training_hours{suffix}"] = plan["gap_people_levels"] * level_h
        months = taught * level_h / norm[slow]["teaching_h_per_month"]
        plan[f"lead_time_months{suffix}"] = norm[bound]["preparation_months"] + months
    plan["n_sessions"] = groups.size().reindex(plan["skill"]).to_numpy()
    shared = groups["shared"].sum().reindex(plan["skill"]).to_numpy(dtype=float)
    plan["n_shared_sessions"] = np.where(shared > 0, shared, np.nan)
    hours, delays = (
        [f"{name}{suffix}" for suffix in ("", "_low", "_high")]
        for name in ("training_hours", "lead_time_months")
    )
    columns = ["skill", "to_train", "n_sites", *hours, "n_sessions", "n_shared_sessions", *delays]
    return replace(lacking, frame=plan[columns])


def _norms(norms: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {bound: dict(zip(norms["norm"], norms[bound], strict=True)) for bound in BOUNDS}
