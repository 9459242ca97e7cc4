"""What the register has reached by kind, and what was done by family: the counts that territories exchange.

An exchange or a pooling that is done has been a lead, a study and a commitment; a dropped one counts as a
lead alone. The tonnes of a synergy are one record, which each of its actors knows.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.breakdown import SOURCE, TOTAL, Breakdown
from eit_analysis.reference.stages import RANK, STAGES, wholes

TONNES = "realised_t_per_year"
KEYS = ["category", "kind"]


def by_stage(register: pd.DataFrame) -> Breakdown:
    """Synergies that reached each stage, by kind and in all; no row without a register.

    Returns
    -------
    Breakdown
        ``kind, status, n_synergies``; kinds in alphabetical order, then ``TOTAL``.
    """
    reached = register["status"].map(RANK).fillna(0)
    parts = [register[reached >= rank].assign(status=stage) for rank, stage in enumerate(STAGES)]
    rows = pd.concat(parts, ignore_index=True)
    kinds = sorted(register["kind"].dropna().unique())
    counts = rows.groupby(["kind", "status"]).size()
    lines = [(kind, stage, int(counts.get((kind, stage), 0))) for kind in kinds for stage in STAGES]
    whole = rows["status"].value_counts()
    lines += [(TOTAL, stage, int(whole.get(stage, 0))) for stage in STAGES if len(register)]
    frame = pd.DataFrame(lines, columns=["kind", "status", "n_synergies"])
    records = actors_of(rows, ["kind", "status"])
    return Breakdown(frame, ["kind", "status"], records, total=TOTAL)


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


def employees(sites: pd.DataFrame, counted: pd.Series) -> Breakdown:
    """People employed by the actors whose ids are ``counted``, in all.

    No row where one of them states nothing: every amount per employee would be too large.
    """
    rows = sites[sites["site_id"].isin(counted)][["site_id", "headcount"]].assign(actor_type=TOTAL)
    known = len(rows) > 0 and rows["headcount"].notna().all()
    values = [(TOTAL, rows["headcount"].sum(), len(rows))] if known else []
    frame = pd.DataFrame(values, columns=["actor_type", "headcount", "n_sites"])
    return Breakdown(frame, ["actor_type"], rows, "headcount", TOTAL, people=True)


def actors_of(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """One row per synergy, actor and values of ``columns``; a synergy without actors counts for one."""
    named = rows["site_ids"].replace("", None).fillna(rows["synergy_id"])
    wanted = list(dict.fromkeys(["synergy_id", *columns]))
    split = rows[wanted].assign(site_id=named.astype(str).str.split()).explode("site_id")
    return split.drop_duplicates([*wanted, "site_id"]).reset_index(drop=True)
