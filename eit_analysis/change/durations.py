"""How long synergies stay at a stage, those still there included.

    S(t) = product over t_i ≤ t of (1 − d_i / n_i), median = first t with S(t) ≤ 1/2

with d_i stays that ended at t_i months and n_i that had lasted as long (Kaplan & Meier 1958).

A passage is seen when two waves give a synergy two stages: from the date of the first to the date of the
second. One that is still there at the last wave is censored, and so is one that was dropped: leaving out the
slow ones would make every stage look short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from eit_analysis.reference.stages import OPEN, RANK

if TYPE_CHECKING:
    from lifelines import KaplanMeierFitter

DAYS_PER_MONTH = 365.25 / 12
# Stays that ended, or have not, otherwise than by a later stage.
CENSORED = ("waiting", "dropped", "back")
PASSAGE_COLUMNS = [
    "synergy_id", "title", "kind", "site_ids", "status", "next_status", "status_date", "left_on",
    "months_at_stage", "passage",
]  # fmt: skip


def passages(registers: dict[str, pd.DataFrame], observed_on: pd.Timestamp) -> pd.DataFrame:
    """Each stay of a synergy at a stage, from wave to wave.

    Waves years apart may hide a stage: a lead seen again when done has spent its study and its commitment in
    the stay that this table calls ``lead``. ``registers`` are by wave, which follow one another by name; a
    synergy that has not moved is known not to have until ``observed_on``.

    Returns
    -------
    pandas.DataFrame
        Columns ``PASSAGE_COLUMNS``. ``passage`` is ``passed`` (``next_status`` is a later stage), ``back``
        (an earlier one), ``dropped``, ``waiting``, or ``undated``, without a length, when a date is missing
        or the dates run backwards, or when the last register no longer has the synergy. A synergy that is
        done or dropped stays nowhere any more.
    """
    lines = _history(registers)
    # One line per stay: a status repeated by the next wave is the same stay.
    again = lines["status"].eq(lines.groupby("synergy_id")["status"].shift())
    stays = lines[~again].copy()
    after = stays.groupby("synergy_id")[["status", "date"]].shift(-1)
    listed = set(registers[max(registers)]["synergy_id"]) if registers else set()
    last = after["status"].isna()
    open_end = pd.Timestamp(observed_on)
    stays["next_status"] = after["status"]
    stays["left_on"] = after["date"].mask(last & stays["synergy_id"].isin(listed), open_end)
    stays["months_at_stage"] = (stays["left_on"] - stays["date"]).dt.days / DAYS_PER_MONTH
    passage = np.select(
        [
            ~(stays["months_at_stage"] >= 0),
            last,
            stays["next_status"] == "dropped",
            stays["next_status"].map(RANK) < stays["status"].map(RANK),
        ],
        ["undated", "waiting", "dropped", "back"],
        default="passed",
    )
    stays["months_at_stage"] = stays["months_at_stage"].where(passage != "undated")
    stays = stays.drop(columns="status_date").rename(columns={"date": "status_date"})
    stays = stays.assign(passage=passage)[stays["status"].isin(OPEN)]
    return stays[PASSAGE_COLUMNS].reset_index(drop=True)


def survival(stays: pd.DataFrame) -> KaplanMeierFitter:
    """The curve of Kaplan and Meier of some stays, one at least that has a length."""
    # It takes a second to import.
    from lifelines import KaplanMeierFitter

    known = stays[stays["passage"].isin(["passed", *CENSORED])]
    months = known["months_at_stage"].to_numpy(dtype=float)
    return KaplanMeierFitter().fit(months, known["passage"] == "passed")


def _history(registers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    columns = ["synergy_id", "title", "kind", "site_ids", "status", "status_date"]
    waves = [registers[wave][columns] for wave in sorted(registers)]
    lines = pd.concat(waves, ignore_index=True) if waves else pd.DataFrame(columns=columns)
    lines = lines.assign(date=pd.to_datetime(lines["status_date"], errors="coerce"))
    return lines.sort_values("synergy_id", kind="stable", ignore_index=True)
