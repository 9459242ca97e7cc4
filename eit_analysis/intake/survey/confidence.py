"""How far the answers of each actor can be relied on: a class from A to D, beside the scores and in none.

Three shares, each of them between 0 and 100 %:

* *clean rows*: rows that nothing marks (no cell set aside, no implausible value) over rows sent,
* *filled*: cells filled over cells that the form leaves free to stay blank,
* *known mass*: tonnes weighed, invoiced, registered or declared over all tonnes, the rest being estimated.

The class is that of the smallest share: A from 90 %, B from 75 %, C from 50 %, D below. A chain is worth its
weakest link, and the link that is named is the one to mend. The bounds are assumptions of the project.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from eit_analysis.intake.sheets.ledger import SOURCE, places
from eit_analysis.intake.survey.quality import is_answer
from eit_analysis.intake.survey.response import RESPONSE_TABLES, answered_in
from eit_analysis.reference.findings import of_cells

GRADES = {"A": 90.0, "B": 75.0, "C": 50.0, "D": 0.0}
UNANSWERED = "none"
KNOWN_EVIDENCE = ("measured", "declared")
SHARES = ["clean_rows_percent", "filled_percent", "known_mass_percent"]


def confidence(
    wave: Mapping[str, pd.DataFrame], cells: pd.DataFrame, quarantine: pd.DataFrame, implausible: pd.DataFrame
) -> pd.DataFrame:
    """Class of confidence of each actor and the three shares behind it.

    Parameters
    ----------
    cells : pandas.DataFrame
        ``site_id, cells, filled``, as :func:`quality.optional_cells` counts them.
    quarantine, implausible : pandas.DataFrame
        Lines written by cleaning with the ``site_id`` they are about (:func:`quality.attributed`). A row set
        aside in a file of several actors is nobody's: it lowers no class.

    Returns
    -------
    pandas.DataFrame
        ``site_id, confidence_grade`` (A to D, ``none`` without an answer), ``weak_point`` (name of the
        smallest share) and the three shares (%); no mass, no share of mass. The least sure first.
    """
    frame = pd.DataFrame({"site_id": wave["sites"]["site_id"]})
    rows = pd.concat([wave[table][["site_id", *SOURCE]] for table in ("sites", *RESPONSE_TABLES)])
    by_cell = of_cells(quarantine["reason_code"])
    refused = quarantine[~by_cell & ~is_answer(quarantine)]
    marked = set(places(pd.concat([quarantine[by_cell], implausible])))
    good = rows[np.array([place not in marked for place in places(rows)], dtype=bool)]
    sent = pd.concat([rows, refused])[["site_id", *SOURCE]].drop_duplicates()

    site = frame["site_id"]
    frame["clean_rows_percent"] = _share(site, good["site_id"].value_counts(), sent["site_id"].value_counts())
    counts = cells.groupby("site_id")[["filled", "cells"]].sum()
    frame["filled_percent"] = _share(site, counts["filled"], counts["cells"])
    flows = wave["flows"]
    mass = flows.groupby("site_id")["mass_t_per_year"].sum()
    known = flows[flows["evidence"].isin(KNOWN_EVIDENCE)].groupby("site_id")["mass_t_per_year"].sum()
    frame["known_mass_percent"] = _share(site, known.reindex(mass.index, fill_value=0.0), mass)

    shares = frame[SHARES].to_numpy(dtype=float)
    weakest = np.where(np.isnan(shares), np.inf, shares)
    frame.insert(1, "confidence_grade", [grade(value) for value in weakest.min(axis=1)])
    frame.insert(2, "weak_point", [SHARES[index] for index in weakest.argmin(axis=1)])
    answered = site.isin(answered_in(wave))
    frame.loc[~answered, "confidence_grade"] = UNANSWERED
    frame.loc[~answered | (frame["confidence_grade"] == "A"), "weak_point"] = None
    order = np.lexsort((site, weakest.min(axis=1), answered))
    return frame.iloc[order].reset_index(drop=True)


def grade(percent: float) -> str:
    """Class of one share: the first whose bound it reaches."""
    return next(letter for letter, bound in GRADES.items() if percent >= bound)


def _share(sites: pd.Series, part: pd.Series, whole: pd.Series) -> pd.Series:
    """100 × part / whole by site; missing where the whole is nothing."""
    total = sites.map(whole).astype(float)
    return 100 * sites.map(part).fillna(0.0).astype(float) / total.where(total > 0)
