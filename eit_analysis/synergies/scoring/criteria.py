"""What candidates are judged on: each criterion with its column, direction, scale, weight and uncertainty.

The scales are declared, never read off the candidates. Emissions caused and emissions avoided elsewhere have
different boundaries and stay two criteria. Insertion jobs are part of the jobs and count once more on their
own: a study that does not want that gives them no weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from eit_analysis.errors import InputError
from eit_analysis.synergies.impacts import INDICATORS


class Criterion(NamedTuple):
    """A column of the candidates, which way is better (+1 more, −1 less), its scale and weight.

    ``interval`` names its low and high columns; candidates alike in ``shared`` have the same error, because
    the same quantity or judgement moves them all.
    """

    column: str
    direction: int
    bounds: tuple[float, float]
    weight: float
    interval: tuple[str, str] | None = None
    shared: str = "candidate_id"


def _impact(indicator: str, direction: int, bounds: tuple[float, float], weight: float) -> Criterion:
    column, *interval = INDICATORS[indicator]
    return Criterion(column, direction, bounds, weight, (interval[0], interval[1]), "out_flow_id")


# Names a study may weigh in study.toml, with the scale and weight used when it says nothing.
CRITERIA = {
    "tonnes_diverted_t_per_year": Criterion(
        "diverted_t_per_year", 1, (0.0, 200.0), 0.15,
        ("diverted_low_t_per_year", "diverted_high_t_per_year"), "out_flow_id",
    ),
    "coverage_percent": Criterion("coverage_percent", 1, (0.0, 100.0), 0.05),
    "months_in_common": Criterion("months_in_common", 1, (0.0, 12.0), 0.05),
    "distance_km": Criterion("distance_km", -1, (0.0, 40.0), 0.10),
    "maturity": Criterion("maturity", 1, (1.0, 9.0), 0.10),
    "regulatory_ease": Criterion(
        "regulatory_ease", 1, (0.0, 1.0), 0.10,
        ("regulatory_ease_low", "regulatory_ease_high"), "legal_status",
    ),
    "partner_willingness": Criterion(
        "partner_willingness", 1, (1.0, 5.0), 0.10,
        ("partner_willingness_low", "partner_willingness_high"),
    ),
    "net_gain_eur_per_year": _impact("net_gain", 1, (-5000.0, 30000.0), 0.15),
    "emissions_tco2e_per_year": _impact("emissions", -1, (-100.0, 100.0), 0.05),
    "avoided_tco2e_per_year": _impact("avoided", 1, (-100.0, 100.0), 0.05),
    "fte": _impact("jobs", 1, (-0.5, 2.0), 0.05),
    "insertion_fte": _impact("insertion", 1, (-0.5, 2.0), 0.05),
}  # fmt: skip


def criteria(
    weights: Mapping[str, float] | None = None, bounds: Mapping[str, Sequence[float]] | None = None
) -> pd.DataFrame:
    """The criteria in use: a study's weights replace all of the defaults, its bounds one by one.

    Returns
    -------
    pandas.DataFrame
        ``criterion, direction, bound_min, bound_max, weight`` with weights summing to 1; the unit of the
        bounds is that of the criterion's name.

    Raises
    ------
    InputError
        Unknown criterion, negative weights or weights that sum to 0, infinite, empty or reversed bounds.
    """
    weights = dict(weights) if weights else {name: c.weight for name, c in CRITERIA.items()}
    scales = {name: c.bounds for name, c in CRITERIA.items()} | {
        n: tuple(b) for n, b in (bounds or {}).items()
    }
    unknown = sorted((set(weights) | set(scales)) - set(CRITERIA))
    if unknown:
        raise InputError(
            f"section [scoring]\u00a0: critère inconnu «\u00a0{unknown[0]}\u00a0», choisissez parmi "
            + ", ".join(CRITERIA),
            file="study.toml",
        )
    if min(weights.values()) < 0 or not 0 < sum(weights.values()) < float("inf"):
        raise InputError(
            "section [scoring]\u00a0: les poids doivent être positifs et leur somme non nulle, corrigez-les",
            file="study.toml",
        )
    unusable = [name for name in weights if not 0 < scales[name][1] - scales[name][0] < float("inf")]
    if unusable:
        raise InputError(
            f"section [scoring]\u00a0: les bornes de «\u00a0{unusable[0]}\u00a0» doivent aller de la plus "
            "petite à la plus grande, sans infini, corrigez-les",
            file="study.toml",
        )
    used = [name for name in CRITERIA if weights.get(name, 0) > 0]
    return pd.DataFrame(
        {
            "criterion": pd.Series(used, dtype="str"),
            "direction": [CRITERIA[n].direction for n in used],
            "bound_min": [float(scales[n][0]) for n in used],
            "bound_max": [float(scales[n][1]) for n in used],
            "weight": [weights[n] / sum(weights.values()) for n in used],
        }
    )


def rescaled(weights: Mapping[str, float]) -> bool:
    """Whether a study gives weights whose sum is not 1, which :func:`criteria` then brings to it."""
    return bool(weights) and abs(sum(weights.values()) - 1) >= 1e-6
