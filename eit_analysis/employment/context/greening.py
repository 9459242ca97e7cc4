"""Which occupations are green, or strategic for the ecological transition: the class of their ROME sheet.

people_g = Σ headcount of the people whose ROME code is of class g

France Travail gives every sheet of the ROME 4.0 one class: ``green`` (*vert*: its purpose and most of its
skills serve the environment), ``strategic`` (*stratégique*: the transition needs it, or changes its skills),
``brown`` (*brun*) or ``white`` (*blanc*). It is of the whole sheet, not of a post.
"""

from __future__ import annotations

import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.employment.workforce import UNKNOWN, others_last
from eit_analysis.records import TOTAL
from eit_analysis.reference import sentence

GREENING = ["green", "strategic"]
CLASSES = [*GREENING, "brown", "white"]


def classes(imported: pd.DataFrame | None, shipped: pd.DataFrame) -> dict[str, str]:
    """``{rome_code: class}`` of the imported ``rome_greening``, else of ``greening_occupations.csv``.

    The two are never mixed: a code may have changed its meaning from one version to the next.
    """
    table = shipped if imported is None else imported
    known = table.dropna(subset=["rome_code", "greening"]).drop_duplicates("rome_code")
    return dict(zip(known["rome_code"], known["greening"], strict=True))


def headcounts(
    people: pd.DataFrame, declared: pd.DataFrame, known: dict[str, str], by: str = "occupation"
) -> Breakdown:
    """People by class, and by occupation within the classes of ``GREENING``.

    ``declared`` are the rows of ``people`` before ``workforce.prepare``, which takes their code from small
    occupations: it gives each its class among ``known`` (from :func:`classes`), or ``UNKNOWN``.

    Returns
    -------
    Breakdown
        ``by`` (``occupation`` or ``rome_domain``), ``greening, headcount, share_percent`` (of all people).
        Occupations from the largest down, small ones merged last, then ``TOTAL`` of each class (0 in those
        that nobody is of) and of all.
    """
    records = people.assign(greening=declared["rome_code"].map(known).astype(object).fillna(UNKNOWN))
    keys, columns = [by, "greening"], [by, "greening", "headcount"]
    rows = records.groupby(keys)[["headcount"]].sum().reset_index()
    rows = others_last(rows.sort_values(["headcount", by], ascending=[False, True]), by)
    parts: list[list[object]] = []
    for name in [*CLASSES, UNKNOWN] if UNKNOWN in set(rows["greening"]) else CLASSES:
        own = rows[rows["greening"] == name]
        parts += own[columns].to_numpy().tolist() if name in GREENING else []
        parts.append([TOTAL, name, own["headcount"].sum()])
    whole = rows["headcount"].sum()
    table = pd.DataFrame([*parts, [TOTAL, TOTAL, whole]] if len(people) else [], columns=columns)
    table["share_percent"] = 100 * table["headcount"] / whole
    return Breakdown(
        table, keys, records, "headcount", total=TOTAL, people=True,
        regrouped=lambda keys: headcounts(people, declared, known, keys[0]),
    )  # fmt: skip


def source(imported: pd.DataFrame | None, shipped: pd.DataFrame) -> str:
    """French sentence: where the classes come from."""
    if imported is not None:
        return sentence("greening_imported")
    return sentence("greening", **shipped.iloc[0][["source", "year"]])
