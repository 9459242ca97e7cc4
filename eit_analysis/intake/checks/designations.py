"""Codes that name another waste than the designation beside them: kept, marked, and asked about."""

from __future__ import annotations

import pandas as pd

from eit_analysis import reference
from eit_analysis.intake.checks.marks import findings, mark
from eit_analysis.reference.designations import families, suggestions
from eit_analysis.reference.nomenclatures import named_code
from eit_analysis.tables import header

ANY_MATERIAL = ("mixed", "other")  # families that contradict no other


def code_against_designation(flows: pd.DataFrame) -> pd.DataFrame:
    """Marks on the flows whose designation confidently means a waste of another chapter and family.

    None of the five codes suggested is of the chapter of the code, and no likely one is of its family
    (`designations.families`; a code without one is never contradicted).
    """
    pair = ["description", "waste_code"]
    kinds = flows[pair].dropna().drop_duplicates()
    found = suggestions(kinds["description"]).rename(columns={"waste_code": "suggested"})
    met = kinds.merge(found[found["confident"]], left_on="description", right_on="designation")
    family = met["waste_code"].map(families())
    met["contradicts"] = met["suggested"].str[:2] != met["waste_code"].str[:2]
    met["contradicts"] &= ~met["likely"] | ~(
        family.isna()
        | family.isin(ANY_MATERIAL)
        | met["category"].isin(ANY_MATERIAL)
        | (family == met["category"])
    )
    wrong = met.groupby(pair)["contradicts"].all()
    first = met[met["suggestion_rank"] == 1].set_index(pair)["suggested"]
    rows = flows.merge(first[wrong].rename("suggested").reset_index(), on=pair)
    labels = reference.load("waste_codes").set_index("waste_code")["label_fr"]
    marks = findings(
        "code_against_designation",
        designation=rows["description"],
        suggested=rows["suggested"].map(named_code),
        waste_code=rows["waste_code"],
        waste=rows["waste_code"].map(labels),
    )
    return mark(rows, header("flows", "waste_code"), rows["waste_code"], marks)
