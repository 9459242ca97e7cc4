"""Thresholds and costs that the tests of pooling share, and the tables of a survey that needs something."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from eit_analysis.synergies.pooling import groups
from eit_analysis.synergies.pooling.thresholds import targets

SESSION = ("training", "secour", "personne", 8.0, 1, 10.0, "session", "une session de secourisme")
WOOD = ("collection", "wood", "t", 20.0, 4, 8.0, "lorry", "une benne de bois")
SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C", "D"],
        "name": ["Pépinière", "Coopérative", "Cidrerie", "Loin"],
        # About 0, 11, 22 and 111 km along a meridian.
        "latitude": [47.0, 47.1, 47.2, 48.0],
        "longitude": [7.0] * 4,
        "naf_code": "2562B",
        "actor_type": "firm",
    }
)
_COSTS = [
    ("session", "fixed_cost", 500.0, 1000.0, 1500.0),
    ("lorry", "fixed_cost", 60.0, 100.0, 200.0),
    ("lorry", "km_cost", 1.0, 1.5, 2.0),
]


def thresholds(*others: tuple[object, ...]) -> pd.DataFrame:
    """A session of eight people, a skip of wood, and more rows of the same columns."""
    columns = [
        "nature", "item_keyword", "unit", "threshold", "operations_per_year", "lot", "cost_profile",
        "label_fr",
    ]  # fmt: skip
    return pd.DataFrame([SESSION, *others, WOOD], columns=columns)


def costs(*others: tuple[object, ...]) -> pd.DataFrame:
    """What the session and the lorry cost, and more rows of the same columns."""
    return pd.DataFrame([*_COSTS, *others], columns=["profile", "cost", "low", "central", "high"])


def needs(rows: Sequence[tuple[object, ...]], euros: object, side: str = "need") -> pd.DataFrame:
    """``sharing``, from rows of site, nature, item, yearly volume and unit."""
    frame = pd.DataFrame(rows, columns=["site_id", "nature", "item", "volume_per_year", "unit"])
    return frame.astype({"volume_per_year": float}).assign(side=side, cost_eur_per_year=euros)


def outputs(rows: Sequence[tuple[object, ...]], eur_per_t: object) -> pd.DataFrame:
    """Outgoing ``flows``, from rows of site, category and yearly tonnes."""
    frame = pd.DataFrame(rows, columns=["site_id", "category", "mass_t_per_year"])
    frame = frame.astype({"mass_t_per_year": float})
    return frame.assign(direction="out", waste_code=None, cost_eur_per_t=eur_per_t)


def pooled(
    sharing: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame, table: pd.DataFrame, *costs_and_reach
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The groups of these tables at these thresholds (``groups.pooled``)."""
    return groups.pooled(targets(sharing, flows, table), sites, *costs_and_reach)
