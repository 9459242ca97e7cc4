"""Codes that name another waste than the designation beside them: kept, marked, and asked about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from eit_analysis import reference
from eit_analysis.intake.checks.marks import mark
from eit_analysis.reference.designation_families import families
from eit_analysis.reference.designation_words import LONGEST
from eit_analysis.reference.designations import DOUBT, suggestions
from eit_analysis.reference.law_flows import folded, mirrors
from eit_analysis.reference.nomenclatures import hazardous, named_code, spaced_code
from eit_analysis.tables import header

ANY_MATERIAL = ("mixed", "other")  # families that contradict no other

CLEAN = r"\bpropres?\b"
# Whether clean, and whether sold.
TOLD = {
    (True, True): " (propre, vendu)",
    (True, False): " (propre)",
    (False, True): " (vendu)",
    (False, False): "",
}
SOILED = r"\b(?:souill|pollu|contamin|impregn|danger|toxi)"

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


def hazard_against_designation(flows: pd.DataFrame, activities: pd.Series) -> pd.DataFrame:
    """Marks on the hazardous codes of outflows that their row tells to be harmless.

    No likely code of the designation is hazardous, nothing says that the flow is soiled, and it is clean, or
    sold, or the designation is confident and none of its likely codes may be hazardous under another entry
    of the list in the trade of its firm (``activities``, NAF codes by ``site_id``).
    """
    rows = flows[(flows["direction"] == "out") & hazardous(flows["waste_code"])]
    texts = folded(rows["description"])
    clean = rows["quality"].eq("clean") | texts.str.contains(CLEAN)
    sold = rows["cost_eur_per_t"] < 0
    soiled = rows["quality"].eq("soiled") | texts.str.contains(SOILED)
    # Two rows of one designation differ in price and trade: each is asked of by its place.
    asked = pd.DataFrame({
        "place": rows.index, "designation": without_lots(rows["description"]), "typed": rows["waste_code"],
        "category_declared": rows["category"], "told": clean | sold, "naf": rows["site_id"].map(activities),
    })[~soiled]  # fmt: skip
    found = suggestions(asked["designation"].dropna().unique()).query(f"likely and score >= {DOUBT}")
    met = asked.merge(found, on="designation")
    feared = [_feared(*pair) for pair in zip(met["waste_code"], met["naf"], strict=True)]
    harmless = met["told"] | (met["confident"] & ~np.array(feared, dtype=bool))
    met["harmless"] = ~hazardous(met["waste_code"]) & harmless
    met = met[met.groupby("place")["harmless"].transform("all")]
    # Of the kind of waste typed, then of the family declared: packaging of cardboard, and no collected paper.
    met["apart"] = met["typed"].str[:4] != met["waste_code"].str[:4]
    met["other"] = met["category"] != met["category_declared"]
    likeliest = met.sort_values(["apart", "other", "suggestion_rank"], kind="stable")
    code = likeliest.drop_duplicates("place").set_index("place")["waste_code"]
    rows, labels = rows.loc[code.index], reference.load("waste_codes").set_index("waste_code")["label_fr"]
    said = [TOLD[pair] for pair in zip(clean[rows.index], sold[rows.index], strict=True)]
    return mark(
        rows, header("flows", "waste_code"), rows["waste_code"], "hazard_against_designation",
        designation=rows["description"], likely=code.map(spaced_code), suggested=code.map(labels), told=said,
        waste_code=rows["waste_code"], waste=rows["waste_code"].map(labels),
    )  # fmt: skip


def _feared(code: str, naf: object) -> bool:
    """Whether what this code is of may be hazardous in a trade; of one that is unknown, in any."""
    return code in mirrors() and (not isinstance(naf, str) or naf.startswith(mirrors()[code]))
