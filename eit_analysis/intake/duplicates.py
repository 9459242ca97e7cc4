"""Actors that may be the same one under two identifiers: suggested to the study office, never merged."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd

from eit_analysis.intake.parsing import fold

SIMILAR = 0.85  # ratio of Ratcliff and Obershelp (difflib), from 0 to 1
LEGAL_FORMS = {
    "sa", "sas", "sasu", "sarl", "eurl", "snc", "scop", "scic", "association", "ste", "societe", "ets",
    "etablissements", "groupe",
}  # fmt: skip


def suggested_duplicates(sites: pd.DataFrame) -> pd.DataFrame:
    """Pairs of actors with the same SIRET or nearly the same name.

    Names are compared without case, accents, legal form or order of words.

    Parameters
    ----------
    sites : pandas.DataFrame
        Columns ``site_id``, ``name``, ``siret``.

    Returns
    -------
    pandas.DataFrame
        ``site_id, other_site_id, same_siret, similarity_percent`` (of the names, %), the most alike first.
    """
    actors = [
        (site, " ".join(sorted(w for w in fold(str(name)).split() if w not in LEGAL_FORMS)), siret)
        for site, name, siret in zip(sites["site_id"], sites["name"], sites["siret"], strict=True)
    ]
    matcher = SequenceMatcher(autojunk=False)
    pairs = []
    for (site, name, siret), (other, other_name, other_siret) in combinations(actors, 2):
        same = pd.notna(siret) and siret == other_siret
        matcher.set_seqs(name, other_name)
        # The upper bounds are cheap and settle nearly every pair.
        near = matcher.real_quick_ratio() >= SIMILAR and matcher.quick_ratio() >= SIMILAR
        ratio = matcher.ratio() if near or same else 0.0
        if same or ratio >= SIMILAR:
            pairs.append((site, other, "yes" if same else "no", round(100 * ratio)))
    frame = pd.DataFrame(pairs, columns=["site_id", "other_site_id", "same_siret", "similarity_percent"])
    return frame.sort_values("similarity_percent", ascending=False, kind="stable", ignore_index=True)
