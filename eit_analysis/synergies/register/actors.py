"""Who takes part in each synergy of the register."""

from __future__ import annotations

import pandas as pd


def actors(register: pd.DataFrame) -> pd.DataFrame:
    """The register with one row per synergy and actor, ``site_id`` added."""
    split = register.assign(site_id=register["site_ids"].fillna("").astype(str).str.split())
    split = split.explode("site_id").dropna(subset="site_id")
    return split.drop_duplicates(["synergy_id", "site_id"]).reset_index(drop=True)
