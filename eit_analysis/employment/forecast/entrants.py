"""Who comes to each occupation: training output, job seekers and mobility, at random within their ranges.

    E = Σ_k Poisson( ρ_k n T g ),   g = (o / ō)^κ / Σ n (o / ō)^κ · Σ n      people over T years

n people of the occupation, ρ_k the yearly rate of the origin k per person employed: the study's own if it
states one, else the row of ``reference/labour_market.csv`` for the level of the occupation. Half of what is
not known of a rate is common to all occupations. Nobody knows how far those who come follow the posts, o per
person of the occupation and ō of all: not at all (κ = 0), or so that every post has as many (κ = 1). In all,
as many come.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from eit_analysis.config_scenarios import Entrants
from eit_analysis.employment.forecast.hazards import triangular
from eit_analysis.french import listed
from eit_analysis.reference import sentence

ORIGINS = {"training": "formation", "job_seekers": "demandeurs d'emploi", "mobility": "mobilité"}
VOICES = {"firms": "les entreprises", "basin": "l'enquête BMO", "dares": "la DARES"}
COMMON = 0.5
LEAST_POSTS = 0.1  # of the mean per person: somebody comes where no post is expected
ANY = ""


def parameter(market: pd.DataFrame, name: str, u: np.ndarray, level: str = ANY) -> np.ndarray:
    """A row of ``labour_market.csv`` at quantiles u; that of all levels when the level has none."""
    rows = market[market["parameter"] == name]
    own = rows[rows["level"].fillna(ANY) == level]
    row = (own if len(own) else rows[rows["level"].isna()]).iloc[0]
    return triangular(u, float(row["low"]), float(row["central"]), float(row["high"]))


def drawn(
    known: pd.DataFrame,
    posts: np.ndarray,
    stated: Sequence[Entrants],
    market: pd.DataFrame,
    years: int,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """People who come to each occupation over ``years``, by origin: arrays (draws, occupations).

    ``known`` is from ``signals.signals``, ``posts`` are those expected then, array (occupations), ``stated``
    the study's rows: several of one origin add up, and follow no post.
    """
    people = known["headcount"].to_numpy(float) * years
    pull = followed(people, posts, parameter(market, "posts_followed", rng.random(draws)))
    found = {}
    for origin in ORIGINS:
        shared, own = rng.standard_normal((draws, 1)), rng.standard_normal((draws, len(known)))
        u = norm.cdf(np.sqrt(COMMON) * shared + np.sqrt(1 - COMMON) * own)
        rows = [row for row in stated if row.origin == origin]
        if rows:
            rate = sum(triangular(norm.cdf(shared), row.low, row.central, row.high) for row in rows)
        else:
            levels, rate = known["level"].fillna(ANY).to_numpy(), np.zeros(u.shape)
            for level in np.unique(levels.astype(str)):
                rate[:, levels == level] = parameter(market, origin, u[:, levels == level], level)
            rate = rate * pull
        found[origin] = rng.poisson(rate * people)
    return found


def followed(people: np.ndarray, posts: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """g of the module, array (draws, occupations), from people and posts (occupations) and κ (draws)."""
    whole = posts.sum() / max(people.sum(), 1e-9)
    each = np.divide(posts, people * whole, out=np.ones(len(posts)), where=people * whole > 0)
    pull = np.maximum(each, LEAST_POSTS) ** kappa[:, None]
    return pull * people.sum() / np.maximum(pull @ people, 1e-9)[:, None]


def are_known(known: pd.DataFrame, stated: Sequence[Entrants]) -> np.ndarray:
    """Whether it is known who comes, array (occupations): its level, or the study's own training output."""
    own = any(row.origin == "training" for row in stated)
    return known["level"].notna().to_numpy() | own


def used(market: pd.DataFrame, stated: Sequence[Entrants]) -> pd.DataFrame:
    """The rows of ``labour_market.csv`` that count, the study's own in the place of those they replace."""
    own = [(row.origin, row.low, row.central, row.high, "per_person_year", row.source) for row in stated]
    rows = pd.DataFrame(own, columns=["parameter", "low", "central", "high", "unit", "source"])
    kept = market[~market["parameter"].isin(rows["parameter"])]
    return pd.concat([rows, kept], ignore_index=True)[[*market]] if own else market


def source(stated: Sequence[Entrants], known: pd.DataFrame, team: bool = False) -> str:
    """French sentences: the account, who is heard (``known`` of ``signals``), where each rate comes from."""
    voices = [name for voice, name in VOICES.items() if known[voice].notna().any()]
    own = "\u00a0; ".join(f"{ORIGINS[row.origin]} ({row.source.strip()})" for row in stated)
    missing = ", ".join(
        name for origin, name in ORIGINS.items() if origin not in {row.origin for row in stated}
    )
    said = [sentence("gap_account", voices=listed(voices or ["les entreprises"]))]
    said += [sentence("entrants_own", sources=own)] if own else []
    said += [sentence("entrants_reference", origins=missing)] if missing else []
    said += [sentence("entrants_team")] if missing and team else []
    return " ".join(said)
