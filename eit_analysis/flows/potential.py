"""What is not yet valorised: ranked by tonnes, by what it costs today, and by how easy it looks to change.

Ease is a count, out of five, of plain criteria, each shown beside it: no weight, no model. That a flow exists
all year is none of them: a blank cell of months says so, which is no answer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.costs import PRICES, amounts, estimates, reference_prices
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.reference.compatibility import known_use

CRITERIA = {
    "is_clean": "propre", "is_harmless": "non dangereux", "is_measured": "mesuré",
    "has_outlet": "usage connu", "is_gathered": "concentré",
}  # fmt: skip
# A family is gathered when this many sites hold this share of what it does not valorise.
GATHERED_SITES, GATHERED_SHARE = 3, 0.8
RANKS = {"rank_mass": MASS, "rank_cost": "bill_eur_per_year", "rank_ease": "ease"}


def mark_ease(flows: pd.DataFrame, compatibility: pd.DataFrame) -> pd.DataFrame:
    """The described outflows (:mod:`dimensions`) with five criteria (yes, no), ``ease``, how many hold,
    and ``known_use``.

    ``compatibility``: the rules from a waste code or category to a use (``reference/compatibility.csv``).

    Returns
    -------
    pandas.DataFrame
        ``is_clean``: declared clean. ``is_harmless``: its code is in the list and not hazardous.
        ``is_measured``: weighed, billed or read in a register.
        ``has_outlet``: a rule leads its code or family, at its quality, to a material or organic use, the
        first of the cases of ``known_use`` (:func:`compatibility.known_use`).
        ``is_gathered``: three sites hold at least 80 % of the tonnes of its family in these flows.
    """
    use = known_use(flows.assign(hazardous=flows["hazardous"] == "yes"), compatibility)
    tests: dict[str, np.ndarray | pd.Series] = {
        "is_clean": flows["quality"] == "clean",
        "is_harmless": flows["hazardous"] == "no",
        "is_measured": flows["evidence"] == "measured",
        "has_outlet": use == "material",
        "is_gathered": _is_gathered(flows),
    }
    answers = {criterion: np.where(met, "yes", "no") for criterion, met in tests.items()}
    return flows.assign(
        known_use=use, **answers, ease=np.sum([np.asarray(met) for met in tests.values()], axis=0)
    )


def mark_bill(flows: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The flows with what they cost today: the stated cost, else a reference cost (:mod:`costs`).

    Returns
    -------
    pandas.DataFrame
        ``price_eur_per_t`` with its low and high (all the stated cost where there is one), ``cost_basis``
        (``stated``, ``reference``, ``none``) and ``bill_eur_per_year`` = mass x price.
    """
    stated, reference = flows["cost_eur_per_t"], reference_prices(flows, factors)
    prices = {column: stated.fillna(reference[column]) for column in PRICES}
    basis = np.select([stated.notna(), reference[PRICES[1]].notna()], ["stated", "reference"], "none")
    return flows.assign(**prices, cost_basis=basis, bill_eur_per_year=flows[MASS] * prices[PRICES[1]])


def potential(out: pd.DataFrame, compatibility: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Every outflow that is landfilled, incinerated or of unknown route, with its criteria and three ranks.

    ``out``, ``compatibility`` as for :func:`mark_ease`; ``factors`` (:func:`reference.factors.factor_table`)
    give the costs of the flows that state none.

    Returns
    -------
    pandas.DataFrame
        The flows of :func:`mark_ease` and :func:`mark_bill`, with ``rank_mass``, ``rank_cost`` and
        ``rank_ease`` (1 is the largest, equal values share the best rank, flows of equal ease are ranked by
        their tonnes) and ``source_cell``; in the order of ``rank_mass``.
    """
    left = out[out["valorised"] != "yes"].reset_index(drop=True)
    left = _ranked(mark_bill(mark_ease(left, compatibility), factors))
    row = left["source_row"].astype(str)
    left["source_cell"] = left["source_file"] + ", " + left["source_sheet"] + ", ligne " + row
    return left.sort_values(["rank_mass", "flow_id"], ignore_index=True)


def listing(left: pd.DataFrame, count: int) -> pd.DataFrame:
    """The ``count`` heaviest of :func:`potential` with the columns a reader needs, one row per flow.

    Its five criteria are in one column, ``criteria_met``, as a text.
    """
    met = left[list(CRITERIA)] == "yes"
    names = np.array(list(CRITERIA.values()), dtype=object)
    texts = [", ".join(names[row]) for row in met.to_numpy()]
    columns = [
        "site_id", "category", "description", "quality", "route", MASS, LOW, HIGH, "bill_eur_per_year",
        "criteria_met", "source_cell",
    ]  # fmt: skip
    return left.assign(criteria_met=texts)[columns].head(count)


def potential_by(left: pd.DataFrame, by: str) -> Breakdown:
    """:func:`potential` summed by group (``category``, ``route``...), with the same three ranks.

    Returns
    -------
    Breakdown
        ``by``, mass and bounds (t/year), ``bill_eur_per_year`` and bounds (mass and reference price),
        ``ease`` (mean over the tonnes), the three ranks, ``n_sites``; the heaviest first, no total. The bill
        is that of the flows that have a price.
    """
    mass = totals(left, by, total=False)
    bill = estimates(left[left["cost_basis"] != "none"], by, "bill", total=False, of=None)
    points = left.assign(points=left[MASS] * left["ease"]).groupby(by)["points"].sum().reset_index()
    rows = mass.frame.merge(bill.frame.drop(columns="n_sites"), on=by, how="left").merge(points, on=by)
    rows["ease"] = rows["points"] / rows[MASS].where(rows[MASS] > 0)
    rows = _ranked(rows)
    columns = [by, MASS, LOW, HIGH, "share_percent", *amounts("bill"), "ease", *RANKS, "n_sites"]
    # A stated bill was declared; one at a reference price is a public multiple of the tonnes.
    stated = left["cost_basis"] == "stated"
    records = left.assign(billed=left["bill_eur_per_year"].where(stated, left[MASS]))
    sums, of = [str(bill.measure)], {str(bill.measure): "billed"}
    return replace(mass, frame=rows[columns], records=records, sums=sums, of=of, regrouped=None)


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Ranks from the largest value down; what has no cost comes after all that has one."""
    values = {rank: rows[column] for rank, column in RANKS.items()}
    # Many flows have the same ease: the heaviest of them first.
    pairs = pd.MultiIndex.from_arrays([rows["ease"].fillna(-1.0), rows[MASS]])
    values["rank_ease"] = pd.Series(pairs.factorize(sort=True)[0], index=rows.index)
    ranks = {
        rank: value.rank(method="min", ascending=False, na_option="bottom").astype(int)
        for rank, value in values.items()
    }
    return rows.assign(**ranks)


def _is_gathered(flows: pd.DataFrame) -> np.ndarray:
    """Whether the heaviest sites of each flow's family hold most of its tonnes."""
    mass = flows.groupby(["category", "site_id"])[MASS].sum().sort_values(ascending=False)
    few = mass.groupby("category").head(GATHERED_SITES).groupby("category").sum()
    share = few / mass.groupby("category").sum()
    return (flows["category"].map(share).astype(float) >= GATHERED_SHARE).to_numpy()
