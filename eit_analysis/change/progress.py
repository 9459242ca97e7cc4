"""What moved between two waves of the register, and what is stuck: whom to call and what to decide.

A synergy moves when its stage is another than at the wave before. It is stuck when it has waited longer than
a stated number of months at a stage that it could leave.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.reference.stages import OPEN, RANK, among, brings, not_begun, stopped

MOVED_COLUMNS = [
    "synergy_id", "title", "status_before", "status", "move", "realised_t_per_year", "carrier", "site_ids",
]  # fmt: skip
OWN_COLUMNS = ["synergy_id", "title", "status", "months_at_stage", "waits_for", "is_carrier", "members"]
STUCK_COLUMNS = ["synergy_id", "title", "status", "months_at_stage", "carrier", "site_ids"]


# Whom to ring where it is nobody, by whether nobody carries what is stuck.
NOBODY = {
    True: "Un pilote est à trouver.",
    False: "Personne\u00a0: de ce qui est en cours et a un pilote, le calcul ne propose rien à échanger ni à "
    "commander ensemble.",
}


def moved(before: pd.DataFrame, after: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The synergies whose stage changed from one register to the next, of which the second is that of a day.

    Returns
    -------
    pandas.DataFrame
        Columns ``MOVED_COLUMNS``, those that went farthest first. ``move`` is ``forward``, ``back``,
        ``dropped``, ``taken_up`` (dropped before, no longer) or ``new`` (in the second register alone).
        ``realised_t_per_year`` is missing where a synergy is not done, ended or begins later.
    """
    table = after.merge(
        before[["synergy_id", "status"]].rename(columns={"status": "status_before"}),
        on="synergy_id",
        how="left",
    )
    table["realised_t_per_year"] = table["realised_t_per_year"].where(brings(table, day))
    now, then = table["status"].map(RANK), table["status_before"].map(RANK)
    table["move"] = np.select(
        [table["status_before"].isna(), table["status"] == "dropped", then.isna(), now > then],
        ["new", "dropped", "taken_up", "forward"],
        "back",
    )
    changed = table.assign(now=now)[table["status"] != table["status_before"]]
    ranked = changed.sort_values(["now", "synergy_id"], ascending=[False, True], kind="stable")
    return ranked[MOVED_COLUMNS].reset_index(drop=True)


def became(
    changes: pd.DataFrame, register: pd.DataFrame, day: pd.Timestamp
) -> dict[str, tuple[int, str, str]]:
    """How many moved, of :func:`moved`, and how those done make up those that last: each with its two nouns.

    lasting = since + others,   since = done - stopped - not_begun,   others done before, or new
    """
    new = changes.loc[changes["move"] == "new", "synergy_id"]
    moves, lines = changes["move"].value_counts(), register[register["status"] == "done"]
    over, later = stopped(lines, day), not_begun(lines, day)
    done, last = (
        lines["synergy_id"].isin(changes.loc[changes["move"] != "new", "synergy_id"]),
        ~(over | later),
    )
    others = lines.loc[last & ~done, "synergy_id"].isin(new)
    each = ["inscrite{} depuis"] * bool(others.any()) + ["déjà réalisée{} à la vague précédente"] * bool(
        (~others).any()
    )
    since = " ou ".join(each)
    return {
        "forward": (moves.get("forward", 0), "synergie plus avancée", "synergies plus avancées"),
        "dropped": (moves.get("dropped", 0), "abandonnée", "abandonnées"),
        "done": (done.sum(), "devenue réalisée", "devenues réalisées"),
        "stopped": (int((done & over).sum()), "a pris fin", "ont pris fin"),
        "not_begun": ((done & later & ~over).sum(), "n'a pas commencé", "n'ont pas commencé"),
        "lasting": (last.sum(), "réalisée dure", "réalisées durent"),
        "since": ((done & last).sum(), "de celles-ci", "de celles-ci"),
        "others": (len(others), f"autre, {since.format('', '')}", f"autres, {since.format('s', 's')}"),
    }


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


def unled(register: pd.DataFrame, stuck: pd.DataFrame, most: int) -> pd.DataFrame:
    """So many open synergies that nobody carries: for whom to seek a carrier where none is ``stuck``."""
    alone = register["status"].isin(OPEN) & register["carrier"].isna() & stuck.empty
    return register.loc[alone, ["synergy_id", "title", "site_ids"]].head(most)


def own(stays: pd.DataFrame, register: pd.DataFrame, site: str | None, months: float) -> pd.DataFrame:
    """The synergies that one actor is part of: stage, for how long, what they wait for, who carries them.

    Returns
    -------
    pandas.DataFrame
        Columns ``OWN_COLUMNS``, those that it carries and the oldest first; ``months_at_stage`` is missing
        where a synergy waits nowhere. ``waits_for`` is ``decision`` (stuck, as in :func:`stuck`), ``carrier``
        (nobody carries it), ``both``, or missing: an open synergy waits for its members, whoever carries it.
    """
    lines = register[among(register, site)]
    waiting = stays[stays["passage"] == "waiting"].drop_duplicates("synergy_id", keep="last")
    since = lines["synergy_id"].map(waiting.set_index("synergy_id")["months_at_stage"]).astype(float)
    carries = ["yes" if carrier == site else "no" for carrier in lines["carrier"]]
    late, open_ = since > months, lines["status"].isin(OPEN)
    alone = open_ & lines["carrier"].isna()
    waits = np.select([late & alone, late, alone], ["both", "decision", "carrier"], "")
    table = lines.assign(
        months_at_stage=since,
        waits_for=pd.Series(waits, lines.index, dtype=object).replace("", None),
        is_carrier=carries,
        members=lines["site_ids"],
    )
    ordered = table.sort_values(["is_carrier", "months_at_stage"], ascending=False, kind="stable")
    return ordered[OWN_COLUMNS].reset_index(drop=True)
