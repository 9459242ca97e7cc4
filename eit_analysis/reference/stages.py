"""The stages of a synergy, and who takes part in it: what every study reads the register by."""

from __future__ import annotations

import pandas as pd

STAGES = ("lead", "study", "committed", "done")  # in order; ``dropped`` is outside
OPEN = STAGES[:-1]
RANK = {stage: rank for rank, stage in enumerate(STAGES)}


def actors(register: pd.DataFrame) -> pd.DataFrame:
    """The register with one row per synergy and actor, ``site_id`` added."""
    split = register.assign(site_id=register["site_ids"].fillna("").astype(str).str.split())
    split = split.explode("site_id").dropna(subset="site_id")
    return split.drop_duplicates(["synergy_id", "site_id"]).reset_index(drop=True)
