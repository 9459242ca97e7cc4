"""Where the coordinator's hours and the money went, and how much of them there is for what counts.

    not attached = max(0, means of the approach − Σ of its synergies)
    ratio        = means of the approach, up to the wave / results that count

All means are in a ratio, those of dropped synergies and of no synergy too: what works does not come without
what fails. It is a ratio of two sums, not what the next tonne would cost, nor what the money caused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from eit_analysis.change.funnel import reached_stages
from eit_analysis.change.results import counted
from eit_analysis.config_change import Means
from eit_analysis.reference.stages import STAGES, brings

MEANS = ["coordination_hours", "public_eur", "private_eur"]
RATIOS = ["hours_per_result", "public_eur_per_result", "private_eur_per_result"]
PRICED = ("realised_t_per_year", "realised_eur_per_year", "realised_fte")
SPENT_COLUMNS = ["outcome", "reached_status", "n_synergies", *MEANS]
COST_COLUMNS = ["indicator", "n_synergies", "result", *RATIOS]


def stated(means: Iterable[Means], year: int) -> pd.Series:
    """The means of the approach up to a year; missing where those of one year are, or where none are given.

    What is stated as zero is zero.
    """
    rows = [[getattr(one, name) for name in MEANS] for one in means if one.year <= year]
    return pd.DataFrame(rows, columns=MEANS, dtype=float).sum(skipna=False, min_count=1)


def years(means: Iterable[Means], year: int) -> str:
    """Over which years means are stated, up to a year: ``de 2016 à 2018``, ``en 2018``."""
    told = sorted({one.year for one in means if one.year <= year} or {year})
    return f"de {told[0]} à {told[-1]}" if len(told) > 1 else f"en {told[0]}"


def spent(registers: dict[str, pd.DataFrame], means: Sequence[Means], year: int) -> pd.DataFrame:
    """Hours and money by what became of the synergies, at the last wave of the registers.

    Returns
    -------
    pandas.DataFrame
        Columns ``SPENT_COLUMNS``: ``outcome`` is ``done``, ``running``, ``dropped`` or, last,
        ``unattached``, the means of the approach that the register gives to no synergy; ``reached_status`` is
        the furthest stage known, that of a dropped one before it was dropped. A sum of which nothing is known
        is missing. No row without a register.
    """
    if not registers:
        return pd.DataFrame(columns=SPENT_COLUMNS)
    *_, (_, register, reached) = reached_stages(registers)
    lines = register.reindex(columns=[*register, *(name for name in MEANS if name not in register)])
    ended = lines["status"].isin(["done", "dropped"])
    lines = lines.assign(outcome=lines["status"].where(ended, "running"), rank=reached)
    lines[MEANS] = lines[MEANS].astype(float)
    parts = []
    for outcome in ("done", "running", "dropped"):
        here = lines[lines["outcome"] == outcome]
        for rank, stage in enumerate(STAGES):
            if len(own := here[here["rank"] == rank]):
                parts.append((outcome, stage, len(own), *own[MEANS].sum(min_count=1)))
    rest = (stated(means, year) - lines[MEANS].sum()).clip(lower=0)
    return pd.DataFrame([*parts, ("unattached", None, 0, *rest)], columns=SPENT_COLUMNS)


def of_done(
    entries: pd.DataFrame, register: pd.DataFrame, day: pd.Timestamp
) -> list[dict[str, tuple[float, str, str]]]:
    """What the register gives of the synergies done: public money, for how many, and savings that count.

    One dict, each amount with its two nouns: ``public``, of those that bring something at the ``day``, whose
    tonnes and savings count, of which ``anyway`` is that of synergies said to have come without the approach;
    ``n``, those whose money is given; ``idle``, the money of the ``n_idle`` others, which ended or have not
    begun; ``saved``, a year. None where no money is given.
    """
    lines = register.reindex(columns=[*dict.fromkeys([*register, "public_eur", "happens_anyway"])])
    paid = lines[(lines["status"] == "done") & lines["public_eur"].notna()]
    lasts = brings(paid, day)
    kept, idle = paid[lasts], paid[~lasts]
    anyway = kept["happens_anyway"] == "yes"
    amounts = {"public": kept["public_eur"].sum(), "anyway": kept.loc[anyway, "public_eur"].sum()}
    amounts |= {"idle": idle["public_eur"].sum()}
    amounts["saved"] = counted(entries, "realised_eur_per_year")["result"].sum()
    told = {name: (float(amount), "€", "€") for name, amount in amounts.items()}
    told["n"] = (len(kept), "réalisée qui dure", "réalisées qui durent")
    told["n_idle"] = (len(idle), "réalisée finie ou pas commencée", "réalisées finies ou pas commencées")
    return [told] if len(paid) else []


def by_outcome(spending: pd.DataFrame, of: str) -> pd.Series:
    """One of ``MEANS`` by what became of the synergies, from :func:`spent`; no row of what is not known."""
    return spending.groupby("outcome", sort=False)[of].sum(min_count=1).dropna()


def beyond(spending: pd.DataFrame, means: Sequence[Means], year: int) -> list[str]:
    """The means of which synergies have more than the whole approach is said to: one of the two is wrong."""
    own = spending.loc[spending["outcome"] != "unattached", MEANS].sum()
    whole = stated(means, year)
    return [name for name in MEANS if own[name] > whole[name] * (1 + 1e-9)]


def costs(entries: pd.DataFrame, means: Sequence[Means], year: int) -> pd.DataFrame:
    """Hours, public and private euros of the approach for a tonne, a euro saved and a job that count.

    Returns
    -------
    pandas.DataFrame
        Columns ``COST_COLUMNS``, from :func:`results.ledger`: the results of one year, the means of all years
        so far. A ratio is missing where the means are not known or where nothing, or less, counts.
    """
    whole = stated(means, year)
    rows = []
    for indicator in PRICED:
        own = counted(entries, indicator)
        result = float(own["result"].sum()) if len(own) else np.nan
        rows.append((indicator, len(own), result, *(whole / result if result > 0 else whole * np.nan)))
    return pd.DataFrame(rows, columns=COST_COLUMNS)


def costs_of_each(entries: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """The same for each result that counts, of the hours and money given to its own synergy.

    ``synergy_id, title, indicator, result`` and ``RATIOS``; only those of which one is known. What
    a synergy took is for all its results together: ratios of one synergy do not add up.
    """
    own = pd.concat([counted(entries, indicator) for indicator in PRICED])
    own = own.loc[own["result"] > 0, ["synergy_id", "title", "indicator", "result"]]
    taken = register.reindex(columns=["synergy_id", *MEANS]).set_index("synergy_id").astype(float)
    ratios = taken.reindex(own["synergy_id"]).to_numpy() / own[["result"]].to_numpy(dtype=float)
    return own.assign(**dict(zip(RATIOS, ratios.T, strict=True))).dropna(subset=RATIOS, how="all")
