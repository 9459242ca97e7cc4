"""The universes of the register: what each synergy brings, known to all its actors and to nobody else.

The attacker knows who is in which synergy, its family, its kind and since when it is done; no amount.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

import eit_analysis as eit

from .knowledge import Known, Terms

TONNES = "realised_t_per_year"
RESULTS = (
    TONNES,
    "realised_eur_per_year",
    "realised_tco2e_per_year",
    "insertion_hours_per_year",
    "realised_fte",
)


def add_synergies(known: Known, tag: str, study: eit.Study, refused: set[str]) -> None:
    """Synergies done whose effects have begun and last to the end of the year of the survey."""
    register = study.load("synergy_register")
    members = [sorted(set(str(ids).split())) for ids in register["site_ids"].fillna("")]
    end = f"{int(study.load('sites')['reference_year'].max())}-12-31"
    dates = register.reindex(columns=["start_date", "status_date", "end_date"]).fillna("").astype(str)
    begun = dates["start_date"].where(dates["start_date"] != "", dates["status_date"]) <= end
    on = (register["status"] == "done") & begun & ~dates["end_date"].between("0", end)
    on &= np.array([bool(who) and refused.isdisjoint(who) for who in members], dtype=bool)
    done = register.assign(site_id=[" ".join(who) for who in members])[on].fillna({"category": "other"})
    if done.empty:
        return
    rows, ids = [], []
    for name in RESULTS:
        amounts = done[name].fillna(0.0) if name in done else pd.Series(0.0, done.index)
        # Whether a synergy saves or costs is known.
        signs = np.sign(amounts).astype(int)
        rows.append(done.assign(indicator=name))
        ids.append(known.variables(name, done["synergy_id"], done["site_id"], amounts, signs))
    ones = np.ones(len(done))
    tonnes: Terms = [(ids[0], ones)]
    known.add(f"{tag} synergies", rows[0].assign(measure="realised"), {TONNES: tonnes})
    planned = rows[0].assign(measure="realised").drop(columns="indicator")
    known.add(f"{tag} realised", planned, {"mass_t_per_year": tonnes})
    each = pd.concat(rows, ignore_index=True).drop(columns=["category", "kind"])
    known.add(f"{tag} results", each, {"value": [(np.concatenate(ids), np.tile(ones, len(RESULTS)))]})
