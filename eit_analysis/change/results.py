"""The ledger of results: what each synergy is said to bring, and whether that counts at a day.

    total = Σ v_i over the results that count,   half-width = (Σ h_i²)^½,   h_i = v_i × margin_i

A result counts when its synergy is done, its effects have begun and have not ended: a synergy that stopped
brings nothing more. The margin that the register asks for is that of the tonnes, errors of two synergies
taken as independent; euros, emissions, hours and jobs have no interval. Whether a result would have come
without the approach is what the register says, and no estimate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.records import SOURCE, TOTAL
from eit_analysis.reference.stages import among, begins, given, not_begun, stopped, wholes

# Columns of the register, and codes of their indicators (reference/board_indicators.csv).
RESULTS = (
    "realised_t_per_year", "realised_eur_per_year", "realised_tco2e_per_year", "insertion_hours_per_year",
    "realised_fte",
)  # fmt: skip
LEAST = 3  # synergies
STEPS = (10.0, 20.0, 30.0)  # percent
OPEN = 0.15  # of a result: how near nobody may come to it
WITH_MARGIN = "realised_t_per_year"
BOUNDS = ["realised_low_t_per_year", "realised_high_t_per_year"]
OPTIONAL = ("start_date", "end_date", "status_date", "happens_anyway", "realised_uncertainty_percent")
ATTRIBUTIONS = ("no", "unknown", "yes")  # whether it would have happened anyway
LEDGER_COLUMNS = [
    "synergy_id", "title", "site_ids", "indicator", "result", "result_low", "result_high", "start_date",
    "end_date", "happens_anyway", "counts", "not_counted_reason",
]  # fmt: skip


def ledger(register: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """One row for each result that a synergy is said to have, in the unit of its indicator.

    Parameters
    ----------
    register : pandas.DataFrame
        Tidy ``synergy_register``; columns that older files lack are taken as empty.
    day : pandas.Timestamp
        At which results are counted: the end of the wave's year.

    Returns
    -------
    pandas.DataFrame
        Columns ``LEDGER_COLUMNS``. An amount of zero claims nothing. ``start_date`` is that of the status
        where the register gives none of the effects. ``counts`` is ``yes`` or ``no``, then with
        ``not_counted_reason``: ``stopped`` (:func:`stopped`), ``not_done`` or ``not_started``.
    """
    lines = register.reindex(columns=[*dict.fromkeys([*register, *RESULTS, *OPTIONAL])])
    done = lines["status"] == "done"
    tests = {"stopped": stopped(lines, day), "not_done": ~done, "not_started": not_begun(lines, day)}
    reason = np.select(list(tests.values()), list(tests), "")
    anyway = lines["happens_anyway"].where(lines["happens_anyway"].isin(ATTRIBUTIONS), "unknown")
    lines = lines.assign(
        start_date=begins(lines), end_date=given(lines, "end_date"), happens_anyway=anyway,
        not_counted_reason=reason, counts=np.where(reason == "", "yes", "no"),
    )  # fmt: skip
    parts = []
    for indicator in RESULTS:
        amount = lines[indicator].astype(float)
        margin = lines["realised_uncertainty_percent"].astype(float) if indicator == WITH_MARGIN else np.nan
        half = amount.abs() * margin / 100
        part = lines.assign(
            indicator=indicator, result=amount, result_low=amount - half, result_high=amount + half
        )
        parts.append(part.loc[amount.notna() & (amount != 0), LEDGER_COLUMNS])
    table = pd.concat(parts, ignore_index=True)
    return table.assign(not_counted_reason=table["not_counted_reason"].replace("", None))


def of_member(entries: pd.DataFrame, site: str | None) -> pd.DataFrame:
    """The entries of the synergies of one actor, under its ``site_id``, but for opinions of their cause."""
    return entries[among(entries, site)].drop(columns=["site_ids", "happens_anyway"]).assign(site_id=site)


def counted(entries: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The rows of a ledger that count, for one indicator."""
    return entries[(entries["indicator"] == indicator) & (entries["counts"] == "yes")]


def half_width(entries: pd.DataFrame) -> float:
    """Of the sum of some results, errors independent; missing where the margin of one is, or without any."""
    half = (entries["result_high"] - entries["result"]).to_numpy(dtype=float)
    return float(np.sqrt((half**2).sum())) if len(half) else np.nan


def total(entries: pd.DataFrame, indicator: str) -> Breakdown:
    """The sum of the results of one indicator that count; no row where nothing does."""
    whole = by_attribution(entries, indicator)
    frame = whole.frame[whole.frame["happens_anyway"] == TOTAL].drop(columns="happens_anyway")
    records = whole.records.drop(columns="happens_anyway").assign(indicator=indicator)
    return Breakdown(frame.assign(indicator=indicator), ["indicator"], records, indicator)


def caused(entries: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Between which percents of the whole what would not have come without the approach is.

        min(high T - n, n - low T) >= 15 % of the largest result,   n the part, T the whole

    Each actor knows the synergies that it is in, whole: of all but one it would find that one in the part,
    or in the rest. The range is the narrowest of ``STEPS`` that leaves it open on both sides.

    Returns
    -------
    pandas.DataFrame
        ``indicator, caused_low_percent, caused_high_percent``; no row where no range does, or where fewer
        than ``LEAST`` results count.
    """
    rows = counted(entries, indicator)
    amount = rows["result"].to_numpy(dtype=float)
    columns = ["indicator", "caused_low_percent", "caused_high_percent"]
    if len(rows) >= LEAST and (amount > 0).all():
        whole, part = amount.sum(), amount[(rows["happens_anyway"] == "no").to_numpy()].sum()
        for step in STEPS:
            middle = step * np.round(100 * part / whole / step)
            low, high = max(middle - step / 2, 0.0), min(middle + step / 2, 100.0)
            if min(high * whole / 100 - part, part - low * whole / 100) >= OPEN * amount.max():
                return pd.DataFrame([(indicator, low, high)], columns=columns)
    return pd.DataFrame(columns=columns)


def by_attribution(entries: pd.DataFrame, indicator: str) -> Breakdown:
    """The results of one indicator that count, by whether they would have come anyway, with a total line.

    Each is one record, which all actors of its synergy know. ``n_synergies`` and the sum, in the column of
    the indicator; tonnes have bounds at 95 %. No row where nothing counts.
    """
    rows = counted(entries, indicator)
    groups = [*((code, rows[rows["happens_anyway"] == code]) for code in ATTRIBUTIONS), (TOTAL, rows)]
    lines = [(code, len(own), own["result"].sum(), half_width(own)) for code, own in groups if len(own)]
    frame = pd.DataFrame(lines, columns=["happens_anyway", "n_synergies", indicator, "half"])
    half = frame.pop("half")
    if indicator == WITH_MARGIN:
        frame = frame.assign(
            **dict(zip(BOUNDS, (frame[indicator] - half, frame[indicator] + half), strict=True))
        )
    records = wholes(rows.rename(columns={"result": indicator}), indicator)
    records = records[["happens_anyway", "site_id", indicator, *SOURCE]]
    return Breakdown(frame, ["happens_anyway"], records, indicator, TOTAL)
