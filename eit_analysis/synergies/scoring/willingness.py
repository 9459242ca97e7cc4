"""How willing the two partners of an exchange are, and how easily the law lets it happen.

site:      min(median answer, ceiling of its consent)        1 to 5
exchange:  min(giver, taker), unknown when nobody answered at one of them
ease:      a declared scale from 0 to 1 over the legal status
"""

from __future__ import annotations

import pandas as pd

BOUNDS = ("low", "central", "high")
QUANTILES = {"low": 0.25, "central": 0.5, "high": 0.75}


def site_willingness(readiness: pd.DataFrame, sites: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    """Willingness of each site that answered, over all its items and respondents together.

    From ``site_id, answer`` (1 to 5) of ``readiness``, ``site_id, consent`` of ``sites``, and the ceiling of
    each consent in ``scales`` (``reference/scoring_scales.csv``).

    Returns
    -------
    pandas.DataFrame
        Indexed by ``site_id``: ``central`` (median), ``low`` and ``high`` (quartiles), under the ceilings.
    """
    answers = readiness.dropna(subset=["answer"]).groupby("site_id")["answer"]
    consent = sites.drop_duplicates("site_id").set_index("site_id")["consent"]
    ceilings = scales[scales["scale"] == "willingness_ceiling"].set_index("code")
    result = pd.DataFrame({bound: answers.quantile(q) for bound, q in QUANTILES.items()})
    for bound in BOUNDS:
        ceiling = consent.reindex(result.index).map(ceilings[bound]).astype(float)
        # A site whose consent is not known has no ceiling.
        result[bound] = result[bound].where(~(result[bound] > ceiling), ceiling)
    return result


def with_willingness(candidates: pd.DataFrame, willingness: pd.DataFrame) -> pd.DataFrame:
    """Candidates with ``partner_willingness`` (1 to 5, :func:`site_willingness`) and its bounds."""
    columns = {}
    for bound, suffix in zip(BOUNDS, ("_low", "", "_high"), strict=True):
        both = [candidates[site].map(willingness[bound]) for site in ("giver_site_id", "taker_site_id")]
        least = pd.concat(both, axis=1).astype(float).min(axis=1, skipna=False)
        columns[f"partner_willingness{suffix}"] = least
    return candidates.assign(**columns)


def with_regulatory_ease(candidates: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    """Candidates with ``regulatory_ease`` (0 hardest, 1 freest) and its ``_low`` and ``_high``.

    A ``legal_status`` without a row in ``reference/scoring_scales.csv`` is unknown, never zero.
    """
    scale = scales[scales["scale"] == "regulatory_ease"].set_index("code")
    bounds = {"regulatory_ease": "central", "regulatory_ease_low": "low", "regulatory_ease_high": "high"}
    status = candidates["legal_status"]
    return candidates.assign(**{name: status.map(scale[b]).astype(float) for name, b in bounds.items()})
