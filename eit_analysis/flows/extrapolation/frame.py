"""The territory's frame: every establishment that could have answered, and who of them did.

Headcounts of a frame are classes, whose mean and variance are those of :func:`sizes.moments`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.records import cell_columns
from eit_analysis.reference.nomenclatures import naf_division
from eit_analysis.reference.sizes import moments, size_class

# Waste that these sell on is not their own: treatment, remediation, wholesale of scrap.
COLLECTING = ("38", "39", "4677")
# INSEE, tranches d'effectifs: lowest headcount of each class.
CLASSES = (1, 3, 6, 10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000)
UNITS = ["siret", "naf_division", "size_class", "headcount", "headcount_low"]
CLASS = ["naf_division", "headcount_low"]
# The frame of a study that has none.
NOBODY = pd.DataFrame({"siret": [], "naf_code": [], "headcount_low": [], "headcount_high": []})


def units(table: pd.DataFrame) -> pd.DataFrame:
    """One row per establishment that employs people and whose waste is its own.

    Parameters
    ----------
    table : pandas.DataFrame
        ``sirene``, or ``establishment_counts`` whose rows represent ``n_establishments`` each.

    Returns
    -------
    pandas.DataFrame
        ``siret`` (missing in counts), ``naf_division``, ``size_class``, ``headcount`` (the mean of its
        class), ``headcount_low`` (of that class), ``headcount_variance``. No row without a known division
        or without an employee.
    """
    rows = scoped(table)
    kept = rows[rows["scope"] == "kept"].astype({"headcount_low": float}).reset_index(drop=True)
    kept["size_class"] = size_class(kept["headcount_low"])
    kept["headcount"], kept["headcount_variance"] = moments(kept["headcount_low"], kept["headcount_high"])
    return kept[[*UNITS, "headcount_variance"]]


def respondents(out: pd.DataFrame, sites: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The sites that declared an outflow (t/year) or to have none, with the headcount given or else listed.

    One that declared neither has not answered: missing is not zero. ``no_waste`` of ``sites`` is ``yes``
    where there is none; ``frame`` is from :func:`units`.

    Returns
    -------
    pandas.DataFrame
        ``site_id``, ``siret``, ``naf_division`` (``unknown`` when it is), ``size_class``, ``headcount``
        and ``headcount_low`` of its INSEE class (missing when nobody knows it), the mass of its outflows, and
        the cell of the survey that it is from; by ``site_id``.
    """
    cells = cell_columns(sites)  # of the headcounts
    columns = ["site_id", "siret", "naf_code", "headcount", *cells]
    told = sites["site_id"].isin(out["site_id"])
    if "no_waste" in sites:  # a later column: not in what was cleaned before
        told |= sites["no_waste"] == "yes"
    rows = sites.loc[told, columns].drop_duplicates("site_id")
    rows = rows.sort_values("site_id").reset_index(drop=True)
    known = frame.dropna(subset=["siret"]).drop_duplicates("siret").set_index("siret")["headcount"]
    stated = rows["headcount"].astype(float).where(rows["headcount"] > 0)
    rows["headcount"] = stated.fillna(rows["siret"].map(known).astype(float))
    divisions = {code: naf_division(code) for code in rows["naf_code"].dropna().unique()}
    rows["naf_division"] = rows["naf_code"].map(divisions).astype("str").fillna("unknown")
    rows["size_class"] = size_class(rows["headcount"])
    place = np.searchsorted(CLASSES[1:], rows["headcount"].fillna(0), side="right")
    rows["headcount_low"] = np.array(CLASSES, dtype=float)[place]
    rows["headcount_low"] = rows["headcount_low"].where(rows["headcount"].notna())
    rows[MASS] = rows["site_id"].map(out.groupby("site_id")[MASS].sum()).fillna(0.0)
    return rows[["site_id", *UNITS, MASS, *cells]]


def split(out: pd.DataFrame, sites: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """:func:`respondents` and :func:`silent` ones of a frame as a register gives it (see :func:`units`)."""
    answered = respondents(out, sites, units(table))
    return answered, silent(units(table), answered)


def silent(frame: pd.DataFrame, answered: pd.DataFrame) -> pd.DataFrame:
    """The establishments of the frame for which nobody answered.

    A respondent takes out its own row, found by SIRET. One whose SIRET is not in the list, or any respondent
    of a frame of counts, takes the place of an establishment of its division and INSEE class, where there is
    one left: all of a class are alike, so that it does not matter which.
    """
    named = answered["siret"].notna() & answered["siret"].isin(frame["siret"])
    left = frame[~(frame["siret"].notna() & frame["siret"].isin(answered["siret"]))]
    taken = answered[~named].groupby(CLASS).size().rename("taken").reset_index()
    places = left[CLASS].merge(taken, on=CLASS, how="left")["taken"].fillna(0)
    return left[left.groupby(CLASS).cumcount().to_numpy() >= places.to_numpy()].reset_index(drop=True)


def scoped(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a frame, one an establishment, with ``naf_division`` and why they are left out of scope."""
    rows = table.reset_index(drop=True)
    if "siret" not in rows:
        number = rows["n_establishments"].fillna(0).astype(int)
        rows = rows.loc[rows.index.repeat(number)].reset_index(drop=True)
        rows["siret"] = pd.Series(pd.NA, index=rows.index, dtype="str")
        rows["naf_code"] = rows["naf_division"]
    naf = rows["naf_code"].astype("str").fillna("")
    divisions = {code: naf_division(code) for code in naf.unique()}
    rows["naf_division"] = naf.map(divisions).astype("str")
    employs = rows["headcount_low"].fillna(0).astype(float) > 0
    left_out = [rows["naf_division"].isna(), naf.str.startswith(COLLECTING), ~employs]
    rows["scope"] = np.select(left_out, ["no_activity", "waste_trade", "no_employee"], "kept")
    return rows
