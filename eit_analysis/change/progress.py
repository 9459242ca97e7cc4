"""What moved between two waves of the register, and what is stuck: whom to call and what to decide.

A synergy moves when its stage is another than at the wave before. It is stuck when it has waited longer than
a stated number of months at a stage that it could leave.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.reference.stages import RANK, actors

MOVED_COLUMNS = [
    "synergy_id", "title", "status_before", "status", "move", "realised_t_per_year", "carrier", "site_ids",
]  # fmt: skip
OWN_COLUMNS = ["synergy_id", "title", "status", "months_at_stage", "is_carrier", "members"]
STUCK_COLUMNS = ["synergy_id", "title", "status", "months_at_stage", "carrier", "site_ids"]


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The synergies whose stage changed from one register to the next.

    Returns
    -------
    pandas.DataFrame
        Columns ``MOVED_COLUMNS``, those that went farthest first. ``move`` is ``forward``, ``back``,
        ``dropped``, ``taken_up`` (dropped before, no longer) or ``new`` (in the second register alone).
    """
    table = after.merge(
        before[["synergy_id", "status"]].rename(columns={"status": "status_before"}),
        on="synergy_id",
        how="left",
    )
    now, then = table["status"].map(RANK), table["status_before"].map(RANK)
    table["move"] = np.select(
        [table["status_before"].isna(), table["status"] == "dropped", then.isna(), now > then],
        ["new", "dropped", "taken_up", "forward"],
        "back",
    )
    changed = table[table["status"] != table["status_before"]].assign(now=now)
    ranked = changed.sort_values(["now", "synergy_id"], ascending=[False, True], kind="stable")
    return ranked[MOVED_COLUMNS].reset_index(drop=True)


def by_move(changes: pd.DataFrame) -> Breakdown:
    """How many synergies moved, by way; from :func:`moved`, with the actors of each."""
    counts = changes.groupby("move").size().rename("n_synergies").reset_index()
    return Breakdown(counts, ["move"], actors(changes)[["move", "site_id"]])


def stuck(stays: pd.DataFrame, register: pd.DataFrame, months: float) -> pd.DataFrame:
    """The synergies that have waited longer than so many months, those with a carrier and the oldest first.

    Parameters
    ----------
    stays : pandas.DataFrame
        ``synergy_id, status, passage, months_at_stage`` of each stay at a stage; ``waiting`` are those that
        go on.
    register : pandas.DataFrame
        Of the wave studied.

    Returns
    -------
    pandas.DataFrame
        Columns ``STUCK_COLUMNS``.
    """
    waiting = stays[(stays["passage"] == "waiting") & (stays["months_at_stage"] > months)]
    lines = register[["synergy_id", "title", "carrier", "site_ids"]]
    table = waiting[["synergy_id", "status", "months_at_stage"]].merge(lines, on="synergy_id")
    order = table.assign(nobody=table["carrier"].isna()).sort_values(
        ["nobody", "months_at_stage"], ascending=[True, False], kind="stable"
    )
    return order[STUCK_COLUMNS].reset_index(drop=True)


def own(stays: pd.DataFrame, register: pd.DataFrame, site: str | None) -> pd.DataFrame:
    """The synergies that one actor is part of: their stage, for how long, and whether it carries them.

    Returns
    -------
    pandas.DataFrame
        Columns ``OWN_COLUMNS``, those that it carries and the oldest first; ``months_at_stage`` is missing
        where a synergy waits nowhere.
    """
    among = np.array([site in str(ids).split() for ids in register["site_ids"]], dtype=bool)
    lines = register[among]
    waiting = stays[stays["passage"] == "waiting"].drop_duplicates("synergy_id", keep="last")
    months = lines["synergy_id"].map(waiting.set_index("synergy_id")["months_at_stage"]).astype(float)
    carries = ["yes" if carrier == site else "no" for carrier in lines["carrier"]]
    table = lines.assign(months_at_stage=months, is_carrier=carries, members=lines["site_ids"])
    ordered = table.sort_values(["is_carrier", "months_at_stage"], ascending=False, kind="stable")
    return ordered[OWN_COLUMNS].reset_index(drop=True)
