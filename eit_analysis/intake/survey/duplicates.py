"""Actors that may be the same one under two identifiers: suggested to the study office, never merged."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.parsing import words_meaning

SIMILAR = 85.0  # %, of the letters of both names, those in common and in order
LEGAL_FORMS = words_meaning("legal_form")
COLUMNS = ["site_id", "other_site_id", "same_siret", "same_place", "similarity_percent"]


def suggested_duplicates(sites: pd.DataFrame) -> pd.DataFrame:
    """Pairs of actors with the same SIRET, nearly the same name, or the same SIREN in the same place.

    Similarity = 100 × 2 M / T, with T the letters of both names and M those in common in order (%). Names are
    compared without case, accents, legal form or order of words. 5,000 actors take about a second.

    Returns
    -------
    pandas.DataFrame
        ``site_id, other_site_id, same_siret, same_place, similarity_percent`` (of the names, %).
        ``same_siret``: ``yes``, ``siren`` (another site of the same firm), ``no``. ``same_place``: ``yes``,
        ``no``, ``unknown``. The surest first: same SIRET, then same place, then names most alike; like
        names in two places come last.
    """
    names = [_name_key(str(name)) for name in sites["name"]]
    siret, *place = (_column(sites, name) for name in ("siret", "commune_code", "postcode"))
    pairs = _alike(names) | _same(siret)
    pairs |= {pair for pair in _same([number[:9] for number in siret]) if _same_place(place, *pair) == "yes"}
    identifiers = sites["site_id"].tolist()
    rows = [
        (
            identifiers[i],
            identifiers[j],
            _same_siret(siret[i], siret[j]),
            _same_place(place, i, j),
            round(fuzz.ratio(names[i], names[j])),
        )
        for i, j in sorted(pairs)
    ]
    rows.sort(key=lambda row: (row[2] != "yes", ("yes", "unknown", "no").index(row[3]), -row[4]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _name_key(name: str) -> str:
    words = fold_words(name).split()
    return " ".join(sorted(word for word in words if word not in LEGAL_FORMS) or sorted(words))


def _column(sites: pd.DataFrame, name: str) -> list[str]:
    if name not in sites:
        return [""] * len(sites)
    return sites[name].astype(object).where(sites[name].notna(), "").tolist()


def _alike(names: list[str]) -> set[tuple[int, int]]:
    """Positions of the pairs of like names, the first before the second."""
    if not names:
        return set()
    ratios = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=SIMILAR, dtype=np.uint8)
    first, second = np.nonzero(np.triu(ratios, k=1))
    return {(i, j) for i, j in zip(first.tolist(), second.tolist(), strict=True) if names[i]}


def _same(numbers: list[str]) -> set[tuple[int, int]]:
    groups: dict[str, list[int]] = {}
    for position, number in enumerate(numbers):
        if number:
            groups.setdefault(number, []).append(position)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def _same_siret(first: str, second: str) -> str:
    if not first or not second:
        return "no"
    return "yes" if first == second else "siren" if first[:9] == second[:9] else "no"


def _same_place(place: list[list[str]], first: int, second: int) -> str:
    """By commune where both have one, else by postcode."""
    for column in place:
        if column[first] and column[second]:
            return "yes" if column[first] == column[second] else "no"
    return "unknown"
