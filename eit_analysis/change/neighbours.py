"""What others did that fits here, with whom to ring, and whether their methods are those of this territory.

Everything is reckoned from tables that their readers have: those that this territory prints, and those that
the others sent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import TOTAL
from eit_analysis.change.indicators import MASSES
from eit_analysis.change.pooled_rates import pooled

FIT_COLUMNS = [
    "category", "kind", "left_t_per_year", "each_t_per_year", "n_done_elsewhere", "n_territories",
    "territory", "contact", "done_here",
]  # fmt: skip
COMPARED_COLUMNS = [
    "territory", "reference_year", "exchange_format", "n_same", "n_differing", "n_not_said", "same_evidence",
]  # fmt: skip
EVIDENCE = "evidence_"  # parameters that the width of a mass rests on


def rates(funnel: pd.DataFrame, others: pd.DataFrame, here: str) -> pd.DataFrame:
    """Raw and pooled rates from lead to done (:mod:`pooled_rates`).

    ``funnel`` is the printed one of this territory, ``others`` those received, with ``territory``.
    """
    every = pd.concat([others, funnel.assign(territory=here)], ignore_index=True)
    whole = every[every["kind"] == TOTAL]
    parts = every[~every["territory"].isin(whole["territory"])]
    summed = pd.concat([whole, parts.groupby(["territory", "status"], as_index=False)["n_synergies"].sum()])
    wide = summed.pivot_table(index="territory", columns="status", values="n_synergies", aggfunc="sum")
    wide = wide.reindex(columns=["lead", "done"]).rename_axis(columns=None)
    counts = wide.set_axis(["n_leads", "n_done"], axis=1).dropna(subset="n_leads").fillna(0).reset_index()
    return pooled(counts[counts["n_done"] <= counts["n_leads"]].astype({"n_leads": int, "n_done": int}), here)


def to_take_up(
    own_flows: pd.DataFrame, own_done: pd.DataFrame, done: pd.DataFrame, territories: pd.DataFrame
) -> pd.DataFrame:
    """Synergies done elsewhere for families that leave tonnes unrecovered here, with whom to ring.

    A family and kind that others have done and that this territory has not come first, then those of the
    largest prospect: the tonnes of one such synergy elsewhere, or what is left here if that is less.

    Parameters
    ----------
    own_flows, own_done : pandas.DataFrame
        As printed, :func:`flows` and ``achieved.done``.
    done, territories : pandas.DataFrame
        As received, with ``territory``.

    Returns
    -------
    pandas.DataFrame
        Columns ``FIT_COLUMNS``, one row for each family and kind; ``territory`` and ``contact`` are those of
        where such a synergy moves most tonnes.
    """
    left = own_flows.assign(left_t_per_year=own_flows[MASSES[0]] * (1 - own_flows["recovered_percent"] / 100))
    left = left.loc[left["left_t_per_year"] > 0, ["category", "left_t_per_year"]]
    theirs = done[(done["n_synergies"] > 0) & (done["category"] != TOTAL) & (done["kind"] != TOTAL)]
    theirs = theirs.assign(each_t_per_year=theirs["realised_t_per_year"] / theirs["n_synergies"])
    theirs = theirs[theirs["each_t_per_year"] > 0].merge(left, on="category")
    contacts = territories.set_index("territory")["contact"]
    whole = own_done["category"] == TOTAL
    here = set(own_done.loc[~whole, ["category", "kind"]].itertuples(index=False, name=None))
    # What is not printed may well have been done.
    every = own_done.loc[whole, "n_synergies"].sum() == own_done.loc[~whole, "n_synergies"].sum() > 0
    absent = "no" if every else "unknown"
    lines = []
    for (category, kind), rows in theirs.groupby(["category", "kind"]):
        first = rows.sort_values(["each_t_per_year", "territory"], ascending=[False, True]).iloc[0]
        contact = contacts.get(first["territory"])
        lines.append(
            (category, kind, first["left_t_per_year"], first["each_t_per_year"], int(rows["n_synergies"].sum()),
             len(rows), first["territory"], contact, "yes" if (category, kind) in here else absent)
        )  # fmt: skip
    table = pd.DataFrame(lines, columns=FIT_COLUMNS)
    prospect = table[["left_t_per_year", "each_t_per_year"]].min(axis=1)
    ordered = table.assign(prospect=prospect, known=table["done_here"] == "yes").sort_values(
        ["known", "prospect", "category", "kind"], ascending=[True, False, True, True], kind="stable"
    )
    return ordered[FIT_COLUMNS].reset_index(drop=True)


def compared(own: pd.DataFrame, methods: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    """Each neighbour's methods beside those of this territory.

    Parameters
    ----------
    own, methods : pandas.DataFrame
        ``exchange_parameter, value_text``; of the others with ``territory``.

    Returns
    -------
    pandas.DataFrame
        ``territory, reference_year, exchange_format, n_same, n_differing, n_not_said, same_evidence``
        (``yes``, ``no`` or ``unknown``: whether masses are taken to be as uncertain as here).
    """
    ours = own.set_index("exchange_parameter")["value_text"]
    lines = []
    for row in territories.itertuples(index=False):
        theirs = methods[methods["territory"] == row.territory].set_index("exchange_parameter")["value_text"]
        theirs = theirs[~theirs.index.duplicated()].reindex(ours.index)
        same, missing = theirs == ours, theirs.isna()
        of_masses = ours.index.str.startswith(EVIDENCE)
        evidence = "unknown" if missing[of_masses].any() else "yes" if same[of_masses].all() else "no"
        counts = (int(same.sum()), int((~same & ~missing).sum()), int(missing.sum()))
        lines.append((row.territory, row.reference_year, row.exchange_format, *counts, evidence))
    return pd.DataFrame(lines, columns=COMPARED_COLUMNS)


def side_by_side(own: pd.DataFrame, methods: pd.DataFrame, here: str) -> pd.DataFrame:
    """Every parameter of every territory: ``exchange_parameter, territory, value_text, as_here`` (yes or no)."""
    ours = own.set_index("exchange_parameter")["value_text"]
    rows = pd.concat([own.assign(territory=here), methods], ignore_index=True)
    rows = rows[rows["exchange_parameter"].isin(ours.index)]
    same = rows["value_text"] == rows["exchange_parameter"].map(ours)
    rows = rows.assign(as_here=np.where(same, "yes", "no"), other=rows["territory"] != here)
    order = {name: place for place, name in enumerate(ours.index)}
    rows = rows.assign(order=rows["exchange_parameter"].map(order))
    rows = rows.sort_values(["order", "other", "territory"], ignore_index=True)
    return rows[["exchange_parameter", "territory", "value_text", "as_here"]]
