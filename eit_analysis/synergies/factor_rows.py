"""Which row of the factors applies to each candidate, and where an actor's own figure replaces it.

    value of a role for a candidate = the actor's own figure, else the factor of its category and route

A role is one place of a factor in a formula: the same treatment cost serves for the old route and the new
one. Impacts read the values at their bounds, the portfolio draws each row once for all the candidates it
applies to, and the report lists the rows used with their sources.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.reference.factors import KEY
from eit_analysis.synergies.offers import of_output

BOUNDS = ["low", "central", "high"]
NO_ROW = -1
SOURCE_COLUMNS = [
    "factor", "category", "factor_route", "low", "central", "high", "unit", "boundary", "source", "year",
    "factor_origin",
]  # fmt: skip


class Role(NamedTuple):
    """A factor and the columns of the candidate that give its category and route."""

    factor: str
    category: str = "category"
    route: str = ""


# What an operator takes to receive is its price, with the sign of a cost (``new_cost``). What is replaced is
# the input of the taker, which may be of another category than the output (``virgin_price``).
ROLES = {name: Role(*of) for name, *of in reference.load("factor_roles").fillna("").itertuples(index=False)}
# Roles in which a cost or a price that an actor declared takes the place of the factor.
DECLARED = ("old_cost", "new_cost", "virgin_price")
# Actors that live on what they are given or paid to take, and buy no new material instead.
OPERATORS = ("ess", "outlet")
# Of a plastic, the treatment of what was used before: factory scrap of one polymer needs none of it.
WASHED = "lavage"
# What a giver calls a landfill, a boiler or a pit of its own.
INTERNAL = r"\b(?:internes?|en regie|sur (?:le |notre )?site|sur place|chez nous)\b"


def own_outlet(candidates: pd.DataFrame, flows: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """Which candidates leave an outlet of the giver's own, that costs him something: it is called so, or has
    his name. What he declares of it is a cost price, of which a part stays whatever leaves."""
    names = sites.reindex(columns=["site_id", "name"]).drop_duplicates("site_id").set_index("site_id")["name"]
    contractor = of_output(candidates, flows, "contractor").map(fold_words)
    name = of_output(candidates, flows, "site_id").map(names).astype("str").fillna("").map(fold_words)
    own = contractor.str.contains(INTERNAL).astype(bool) | ((contractor == name) & (name != ""))
    return own & (candidates["old_cost_eur_per_t"].astype(float) > 0)


def own_figures(candidates: pd.DataFrame) -> dict[str, np.ndarray]:
    """Figures that take the place of a factor, missing where there is none.

    The giver's cost; the price that the taker pays for what is replaced, or that an operator pays for what it
    receives. Downgraded food is worth a share of that of what is bought. A plastic that is washed is
    regenerated, at a cost in place of that of a preparation. A firm has no price for what it would receive,
    an operator neither replaces nor prepares anything that is known, and no insertion is counted where the
    taker is not an ESS structure.
    """
    ess = (candidates["taker_actor_type"] == "ess").to_numpy(dtype=bool)
    operator = candidates["taker_actor_type"].isin(OPERATORS).to_numpy(dtype=bool)
    price = candidates["taker_price_eur_per_t"].to_numpy(dtype=float)
    plastic = (candidates["category"] == "plastic") & (candidates["new_route"] == "recycling")
    washed = (plastic & candidates["treatment"].str.contains(WASHED, na=False)).to_numpy(dtype=bool)
    return {
        "old_cost": candidates["old_cost_eur_per_t"].to_numpy(dtype=float),
        "new_cost": np.where(operator, -price, 0.0),
        # A firm that is paid to take what it uses replaces nothing that it would buy.
        "virgin_price": np.where(operator, 0.0, np.maximum(price, 0.0)),
        "downgraded_share": np.where(candidates["downgraded"], np.nan, 1.0),
        "preparation": np.where(operator | washed, 0.0, np.nan),
        "regeneration": np.where(~operator & washed, np.nan, 0.0),
        "insertion_share": np.where(ess, np.nan, 0.0),
    }


def rows_used(candidates: pd.DataFrame, factors: pd.DataFrame) -> dict[str, np.ndarray]:
    """Position in ``factors`` of the row that answers each role of each candidate, ``NO_ROW`` when none does.

    Candidates have the columns named in ``ROLES`` and those of :func:`own_figures`.
    """
    keys = zip(*(factors[column].fillna("") for column in KEY), strict=True)
    position = {key: i for i, key in enumerate(keys)}
    own = own_figures(candidates)
    used = {}
    for role, (factor, category, route) in ROLES.items():
        c_codes, categories = pd.factorize(candidates[category].astype(str))
        r_codes, routes = pd.factorize(
            candidates[route].astype(str) if route else np.full(len(candidates), "")
        )
        # As reference.factors.lookup, for all candidates at once: the exact row, else that of every category.
        answers = [
            position.get((factor, c, r), position.get((factor, "", r), NO_ROW))
            for c in categories
            for r in routes
        ]
        rows = np.array(answers, dtype=np.int64).reshape(len(categories), len(routes))[c_codes, r_codes]
        used[role] = np.where(np.isnan(own[role]), rows, NO_ROW) if role in own else rows
    return used


def values(
    candidates: pd.DataFrame, used: dict[str, np.ndarray], by_row: np.ndarray
) -> dict[str, np.ndarray]:
    """Shape (n, k) for each role: k values of each factor row laid out on the candidates.

    ``used`` from :func:`rows_used`; ``by_row``, shape (rows of the factors, k): the three bounds, or k draws.
    """
    own = own_figures(candidates)
    nothing = np.full(len(candidates), np.nan)
    return {
        role: np.where(rows[:, None] == NO_ROW, own.get(role, nothing)[:, None], by_row[rows])
        for role, rows in used.items()
    }


def sources(candidates: pd.DataFrame | None, factors: pd.DataFrame) -> pd.DataFrame:
    """Every factor row that the figures of these candidates rest on, with its source.

    Without candidates, every row that a role may read: it tells nothing of the exchanges that there are, nor
    of the outlet that each leaves.

    ``SOURCE_COLUMNS``, in the order of the factors; ``factor_origin`` is ``study`` or ``reference``.
    """
    if candidates is None:
        found = factors[factors["factor"].isin([role.factor for role in ROLES.values()])]
    else:
        rows = np.unique(np.concatenate([*rows_used(candidates, factors).values()]))
        found = factors.iloc[rows[rows != NO_ROW]]
    # A factor of the study has no year of its own (factor_table).
    origin = np.where(found["year"].isna(), "study", "reference")
    named = found.rename(columns={"route": "factor_route"})
    return named.assign(factor_origin=origin)[SOURCE_COLUMNS].reset_index(drop=True)
