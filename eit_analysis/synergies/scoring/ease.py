"""How easily the law lets an exchange happen: a declared scale from 0 to 1 over its legal status."""

from __future__ import annotations

import pandas as pd


def with_regulatory_ease(candidates: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    """Candidates with ``regulatory_ease`` (0 hardest, 1 freest) and its ``_low`` and ``_high``.

    A ``legal_status`` without a row in ``reference/scoring_scales.csv`` is unknown, never zero.
    """
    scale = scales[scales["scale"] == "regulatory_ease"].set_index("code")
    bounds = {"regulatory_ease": "central", "regulatory_ease_low": "low", "regulatory_ease_high": "high"}
    status = candidates["legal_status"]
    return candidates.assign(**{name: status.map(scale[b]).astype(float) for name, b in bounds.items()})
