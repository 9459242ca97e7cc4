"""What was done by family and kind, and who is counted: what territories exchange beside the funnel.

The tonnes of a synergy are one record, which each of its actors knows.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.records import SOURCE, TOTAL, cell_columns
from eit_analysis.reference.stages import wholes

TONNES = "realised_t_per_year"
KEYS = ["category", "kind"]


def done(register: pd.DataFrame) -> Breakdown:
    """Synergies done and their tonnes by family and kind, the heaviest first, then in all.

    Returns
    -------
    Breakdown
        ``category, kind, n_synergies, realised_t_per_year``; one without a family is among the others. Its
        records are synergies.
    """
    rows = register[register["status"] == "done"].fillna({"category": "other", TONNES: 0.0})
    groups = rows.groupby(KEYS, as_index=False).agg(
        n_synergies=("synergy_id", "size"), **{TONNES: (TONNES, "sum")}
    )
    groups = groups.sort_values([TONNES, *KEYS], ascending=[False, True, True], ignore_index=True)
    whole = pd.DataFrame(
        [(TOTAL, TOTAL, len(rows), rows[TONNES].sum())], columns=[*KEYS, "n_synergies", TONNES]
    )
    frame = pd.concat([groups, whole], ignore_index=True) if len(rows) else groups
    records = wholes(rows, TONNES)[[*KEYS, "site_id", TONNES, *SOURCE]]
    return Breakdown(frame, KEYS, records, TONNES, TOTAL)


def employees(sites: pd.DataFrame, counted: Iterable[str]) -> Breakdown:
    """People employed by the actors whose ids are ``counted``, in all.

    No row where one of them states nothing: every amount per employee would be too large.
    """
    columns = ["site_id", "headcount", *cell_columns(sites)]
    rows = sites[sites["site_id"].isin(list(counted))][columns].assign(actor_type=TOTAL)
    known = len(rows) > 0 and rows["headcount"].notna().all()
    values = [(TOTAL, rows["headcount"].sum(), len(rows))] if known else []
    frame = pd.DataFrame(values, columns=["actor_type", "headcount", "n_sites"])
    return Breakdown(frame, ["actor_type"], rows, "headcount", TOTAL, people=True)
