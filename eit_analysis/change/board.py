"""The board of a wave: governance, economic model, activities and results, each indicator beside its target.

    trend = up, down or same,   same where the value before is within the interval of the value

An indicator without an interval moved whenever its value did. The error of the wave before is left out, so
that a move close to an end of the interval may be none. Indicators, their definitions and the way that is
wanted are rows of ``reference/board_indicators.csv``, by the axes on which approaches are usually assessed;
the board is material for an assessment and is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.change.efforts import stated
from eit_analysis.change.funnel import reached_stages
from eit_analysis.change.opinions import agreeing_interval
from eit_analysis.change.results import RESULTS, counted, half_width, ledger
from eit_analysis.config_change import Means, Project, Target
from eit_analysis.derived import Derived
from eit_analysis.records import SOURCE
from eit_analysis.reference.intervals import wilson
from eit_analysis.reference.stages import RANK, actors, equal_parts, not_begun, stopped, wholes

VALUE_COLUMNS = ["indicator", "value", "value_low", "value_high"]
BOARD_COLUMNS = [
    "axis", "indicator", "indicator_definition", "unit", "better", "value", "value_low", "value_high",
    "target_value", "target_year", "value_before", "trend",
]  # fmt: skip
PART = "part"


def values(
    register: pd.DataFrame,
    people: pd.DataFrame,
    projects: Sequence[Project],
    means: Sequence[Means],
    day: pd.Timestamp,
    registers: dict[str, pd.DataFrame] | None = None,
) -> Breakdown:
    """Every indicator of one wave, with what it is summed from.

    Parameters
    ----------
    register : pandas.DataFrame
        Tidy ``synergy_register`` of the wave.
    people : pandas.DataFrame
        Of :func:`answers.respondents`, as the audience may read them (:func:`opinions.grouped`).
    projects, means : sequence
        Of ``study.toml``.
    day : pandas.Timestamp
        The end of the wave's year.
    registers : dict or None
        Those of all waves up to this one, which remember what was done before it was dropped (:mod:`funnel`).

    Returns
    -------
    Breakdown
        Columns ``VALUE_COLUMNS``, in the unit of each; what is not known is missing. Counts and shares of
        synergies have equal parts of their actors for records, sums the synergies, whose results all their
        actors know; means and projects are about no actor.
    """
    on = register[~stopped(register, day)]
    # Waves without a line are not among them.
    *_, (_, _, reached) = reached_stages(registers if registers and len(register) else {"": register})
    ever = pd.Series(reached == RANK["done"], dtype=bool)  # if only for a time
    done = on[(on["status"] == "done") & ~not_begun(on, day)]
    trusting = people[people["readiness_dimension"] == "trust"]
    entries, whole = ledger(register, day), stated(means, day.year)
    hours, public, private = whole
    found = {
        "n_members": (actors(on)["site_id"].nunique() if len(register) else np.nan,),
        "n_carriers": (next((one.carriers for one in means if one.year == day.year), None),),
        "carried_percent": (_percent(on["carrier"].notna()),),
        "dated_percent": (_percent(pd.Series([one.deadline is not None for one in projects], dtype=bool)),),
        "trust_percent": (_percent(trusting["opinion"] == "agree"), *agreeing_interval(trusting)),
        "private_percent": (100 * private / (public + private),),
        "hours_per_done": (hours / len(done) if len(done) else np.nan,),
        "n_done": (len(done) if len(register) else np.nan,),
        "conversion_percent": (_percent(ever), *(wilson(int(ever.sum()), len(ever)) if len(ever) else ())),
        **{name: _result(entries, name) for name in RESULTS},
    }
    found["eur_per_public_eur"] = (found["realised_eur_per_year"][0] / public,)
    sums = {name: counted(entries, name).rename(columns={"result": PART}) for name in RESULTS}
    records = {
        "n_members": actors(on).drop_duplicates("site_id").assign(part=1.0),
        "trust_percent": trusting.assign(part=1.0),
        "carried_percent": _each(on),
        "n_done": _each(done),
        "conversion_percent": _each(register),
        **{name: wholes(own, PART) for name, own in sums.items()},
    }
    records |= {"hours_per_done": records["n_done"], "eur_per_public_eur": records["realised_eur_per_year"]}
    rows = [
        (code, *found[code], *[np.nan] * (3 - len(found[code])))
        for code in reference.load("board_indicators")["code"]
    ]
    columns = ["site_id", PART, *SOURCE]
    behind = [own.reindex(columns=columns).assign(indicator=code) for code, own in records.items()]
    frame = pd.DataFrame(rows, columns=VALUE_COLUMNS).astype(dict.fromkeys(VALUE_COLUMNS[1:], float))
    return Breakdown(frame, ["indicator"], pd.concat(behind, ignore_index=True), PART)


def board(now: Breakdown, before: Breakdown | None, targets: Iterable[Target], year: int) -> Derived:
    """The indicators of a wave beside their targets and the wave before.

    Parameters
    ----------
    now, before : Breakdown
        Of :func:`values`; None without a wave before.
    targets : iterable
        Of ``study.toml``: the next one from ``year`` on, else the last.
    year : int
        Of the wave.

    Returns
    -------
    Derived
        Columns ``BOARD_COLUMNS``, in the order of the axes; the last two only with a wave before.
        ``trend`` is ``up``, ``down``, ``same`` or ``unknown``, and what is wanted is in ``better``:
        ``higher`` or ``lower``. A row leaves when those of both waves may: where that closes what this wave
        has to say, it says it without the wave before.
    """
    listed = reference.load("board_indicators").rename(
        columns={"code": "indicator", "definition_fr": "indicator_definition"}
    )
    table = listed.drop(columns="label_fr").merge(now.frame, on="indicator")
    aims = {code: _aim([t for t in targets if t.indicator == code], year) for code in table["indicator"]}
    table["target_value"] = [aim.value if aim else np.nan for aim in aims.values()]
    table["target_year"] = pd.array([aim.year if aim else None for aim in aims.values()], dtype="Int64")
    if before is None:
        return Derived(table[BOARD_COLUMNS[:-2]], ["indicator"], [now])
    table["value_before"] = table["indicator"].map(before.frame.set_index("indicator")["value"])
    low, high = (table[name].fillna(table["value"]) for name in VALUE_COLUMNS[2:])
    unknown = table["value"].isna() | table["value_before"].isna()
    moved = [unknown, table["value_before"] < low, table["value_before"] > high]
    table["trend"] = np.select(moved, ["unknown", "up", "down"], "same")
    return Derived(table[BOARD_COLUMNS], ["indicator"], [now, before])


def met(table: pd.DataFrame, year: int) -> tuple[int, int]:
    """How many targets of a year are met, and how many there are; of a board's frame."""
    due = table[table["target_year"] == year]
    reached = np.where(due["better"] == "lower", -1.0, 1.0) * (due["value"] - due["target_value"]) >= 0
    return int(reached.sum()), len(due)


def _aim(targets: Sequence[Target], year: int) -> Target | None:
    ordered = sorted(targets, key=lambda target: target.year)
    return next((target for target in ordered if target.year >= year), ordered[-1] if ordered else None)


def _each(synergies: pd.DataFrame) -> pd.DataFrame:
    """Synergies as records, each of weight 1 over its actors."""
    return equal_parts(synergies.assign(part=1.0), PART)


def _percent(those: pd.Series) -> float:
    return 100 * float(those.mean()) if len(those) else np.nan


def _result(entries: pd.DataFrame, indicator: str) -> tuple[float, ...]:
    """The sum of what counts and its interval; missing where nobody says what any synergy brings."""
    if not (entries["indicator"] == indicator).any():
        return (np.nan,)
    own = counted(entries, indicator)
    total, half = float(own["result"].sum()), half_width(own)
    return total, total - half, total + half
