"""What each synergy needs next, what blocks it, and what it has brought so far."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.register.links import POOLING, is_network

NEXT_STEP = {
    "lead": "meet", "study": "agree", "committed": "start", "done": "measure", "ended": "ended",
    "dropped": "close",
}  # fmt: skip
QUOTE = "quote"  # the first step of a network
LITTLE = 0.5  # of the tonnes promised
# Evidence that a decision to invest should not rest on.
WEAK_EVIDENCE = ("estimated", "inferred")
STEP_COLUMNS = [
    "synergy_id", "title", "site_ids", "status", "next_step", "blocked_by", "carrier", "months_at_stage",
    "counted_date",
]  # fmt: skip
BROUGHT = ["realised_t_per_year", "promised_t_per_year", "realised_eur_per_year"]
REALISATION_COLUMNS = [
    "synergy_id", "title", "category", "status", "site_ids", "potential_t_per_year", "allocated_t_per_year",
    "realised_t_per_year",
]  # fmt: skip


def next_steps(
    recalled: pd.DataFrame,
    candidates: pd.DataFrame,
    stays: pd.DataFrame,
    ended: Collection[str] = (),
    team: bool = False,
) -> pd.DataFrame:
    """For each synergy, the next step by its stage, what blocks it and who acts.

    From ``recall.recall``, ``Assessment.standing`` and ``durations.passages``; ``ended`` are the codes of
    those that bring nothing more: there is nothing left to weigh. ``team``: who reads is of it, and may know
    which exchange gains and how a group that is found stands to its threshold.

    Returns
    -------
    pandas.DataFrame
        Columns ``STEP_COLUMNS``. ``blocked_by``: for a synergy on its way and for the team ``no_gain`` where
        none of its exchanges gains (nobody is sought to carry a loss), else ``no_carrier``, else the
        ``miss_reason`` of one that is not found, for the team ``below_threshold`` of one whose own actors
        stay below it, for all
        ``contractor`` where each only changes who takes, else ``weak_mass`` when a mass of
        every matching exchange is estimated or inferred, else ``none``; ``no_tonnes`` for one that is done
        without tonnes; missing for another that is done or dropped: nothing is in the way of what goes on,
        which may still disappoint (:func:`shortfalls`).
        ``carrier`` acts, and where there is none the first act is to find one. ``months_at_stage`` are
        counted until ``counted_date``.
    """
    waiting = stays[stays["passage"] == "waiting"].drop_duplicates("synergy_id", keep="last")
    seen = waiting.set_index("synergy_id").reindex(recalled["synergy_id"]).set_axis(recalled.index)
    over = (recalled["status"] == "done") & recalled["synergy_id"].isin(list(ended))
    stage = recalled["status"].mask(over, "ended")
    step = stage.map(NEXT_STEP) + (recalled["kind"] == POOLING).map({True: "_group", False: ""})
    return recalled.assign(
        next_step=step.mask(is_network(recalled) & (stage == "lead"), QUOTE),
        blocked_by=_blocked(recalled, candidates, team),
        months_at_stage=seen["months_at_stage"].astype(float),
        counted_date=pd.to_datetime(seen["left_on"]).dt.strftime("%Y-%m-%d").astype("str"),
    )[STEP_COLUMNS].reset_index(drop=True)


def realisation(recalled: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Realised beside possible tonnes of each synergy of the register (``recall.recall``).

    With what each keeps in a joint plan once all compete for the same tonnes. A synergy that is not found, or
    that pools no tonnes, has no potential. Possible tonnes do not add up from one synergy to the next;
    realised ones do. Columns ``REALISATION_COLUMNS``.
    """
    ids = recalled[["synergy_id", "candidate_ids"]].assign(
        candidate_id=recalled["candidate_ids"].fillna("").astype(str).str.split()
    )
    shares = ids.explode("candidate_id").merge(
        plan[["candidate_id", "allocated_t_per_year"]].drop_duplicates("candidate_id"), on="candidate_id"
    )
    allocated = recalled["synergy_id"].map(shares.groupby("synergy_id")["allocated_t_per_year"].sum())
    return recalled.assign(allocated_t_per_year=allocated.astype(float))[REALISATION_COLUMNS].reset_index(
        drop=True
    )


def shortfalls(recalled: pd.DataFrame) -> pd.Series:
    """What each line brought, in words, where it is done with a loss or under half of its promise."""
    figures = recalled[BROUGHT].astype(float).to_numpy().tolist()
    told = []
    for tonnes, promised, euros in figures:
        less = [of_promise(tonnes, promised)] * (tonnes < LITTLE * promised) + [
            f"{french.short(euros)}\u00a0€/an"
        ] * (euros < 0)
        told.append(french.listed(less) if less else None)
    return pd.Series(told, recalled.index, dtype="str").where(recalled["status"] == "done")


def of_promise(tonnes: float, promised: float) -> str:
    """Tonnes a year beside those that were promised, where some were."""
    return f"{french.short(tonnes)}\u00a0t/an" + f" sur {french.short(promised)} promises" * (promised > 0)


def _blocked(recalled: pd.DataFrame, candidates: pd.DataFrame, team: bool) -> pd.Series:
    on_its_way = ~recalled["status"].isin(["done", "dropped"])
    without_tonnes = (recalled["status"] == "done") & ~(recalled["realised_t_per_year"] > 0)
    sides = candidates[["giver_evidence", "taker_evidence"]].isin(WEAK_EVIDENCE).any(axis=1)
    loses, same = candidates["choice"] == "nobody_gains", candidates["choice"].isna()
    listed = [set(str(ids).split()) if pd.notna(ids) else set() for ids in recalled["candidate_ids"]]
    guessed, losing, no_change = (
        np.array([bool(ids) and ids <= set(candidates.loc[which, "candidate_id"]) for ids in listed], bool)
        for which in (sides, loses, same)
    )
    blocked = np.select(
        [
            without_tonnes,
            on_its_way & team & losing,
            on_its_way & recalled["carrier"].isna(),
            on_its_way & (recalled["found"] == "no"),
            on_its_way & team & recalled["falls_short"].eq(True),
            on_its_way & no_change,
            on_its_way & guessed,
        ],
        [
            "no_tonnes",
            "no_gain",
            "no_carrier",
            recalled["miss_reason"].fillna("none").astype(str),
            "below_threshold",
            "contractor",
            "weak_mass",
        ],
        default="none",
    )
    return pd.Series(blocked, recalled.index, dtype="str").where(on_its_way | without_tonnes)
