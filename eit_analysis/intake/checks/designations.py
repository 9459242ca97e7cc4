"""Codes that name another waste than the designation beside them: kept, marked, and asked about."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from eit_analysis import reference
from eit_analysis.intake.checks.marks import mark
from eit_analysis.reference.designation_families import families
from eit_analysis.reference.designation_words import LONGEST
from eit_analysis.reference.designations import suggestions
from eit_analysis.reference.nomenclatures import named_code
from eit_analysis.tables import header

ANY_MATERIAL = ("mixed", "other")  # families that contradict no other

LOT = "(?:^| )[0-9]{2,}(?: |$)"  # `suggestions` leaves such numbers aside


def without_lots(designations: pd.Series) -> pd.Series:
    """Designations without the numbers of their lots: a hundred thousand then name a few wastes.

    Nothing is lost to `suggestions`, which reads the same in both.
    """
    texts = pc.utf8_slice_codeunits(pa.array(designations, pa.string(), from_pandas=True), 0, LONGEST)
    bare = pc.replace_substring_regex(texts, LOT, " ")
    return pd.Series(bare.to_numpy(zero_copy_only=False), designations.index, dtype="object")


def code_against_designation(flows: pd.DataFrame) -> pd.DataFrame:
    """Marks on the flows whose designation confidently means a waste of another chapter and family.

    None of the five codes suggested is of the chapter of the code, and no likely one is of its family
    (`designations.families`; a code without one is never contradicted).
    """
    kinds = flows[["waste_code"]].assign(designation=without_lots(flows["description"]))
    kinds["kind"] = kinds.groupby(["designation", "waste_code"], sort=False).ngroup()  # -1: one is missing
    asked = kinds[kinds["kind"] >= 0].drop_duplicates("kind")
    found = suggestions(asked["designation"]).rename(columns={"waste_code": "suggested"})
    met = asked.merge(found[found["confident"]], on="designation")
    family = met["waste_code"].map(families())
    met["contradicts"] = met["suggested"].str[:2] != met["waste_code"].str[:2]
    met["contradicts"] &= ~met["likely"] | ~(
        family.isna()
        | family.isin(ANY_MATERIAL)
        | met["category"].isin(ANY_MATERIAL)
        | (family == met["category"])
    )
    wrong = met.groupby("kind")["contradicts"].all()
    first = met[met["suggestion_rank"] == 1].set_index("kind")["suggested"]
    first = first[wrong.reindex(first.index).astype(bool)]
    wrongly = kinds["kind"].isin(first.index)
    rows, kind = flows[wrongly], kinds["kind"][wrongly]
    labels = reference.load("waste_codes").set_index("waste_code")["label_fr"]
    return mark(
        rows, header("flows", "waste_code"), rows["waste_code"], "code_against_designation",
        designation=rows["description"], suggested=first.map(named_code)[kind],
        waste_code=rows["waste_code"], waste=rows["waste_code"].map(labels),
    )  # fmt: skip
