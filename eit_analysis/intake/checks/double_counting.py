"""Marks on what may be counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from eit_analysis.french import exact, fold_words
from eit_analysis.intake.cells.columns import matches
from eit_analysis.intake.checks.marks import LINE, mark
from eit_analysis.intake.sheets.ledger import SOURCE, no_lines
from eit_analysis.tables import header

# What the designation of a row says that is perhaps counted by another already, planned, or an example.
NO_ROW_OF_ITS_OWN = {
    "part_of_row_above": r"(?i)^\W*dont\b",
    "perhaps_total": r"(?i)^\W*(?:sous[ -]|grand |effectif )?tota(?:l|ux)\b|\bconfondue?s?\W*$",
    "perhaps_planned": r"(?i)\bprévue?s?\b|\bà (?:pourvoir|recruter|créer|venir)\b|\bvacante?s?\b",
    "perhaps_example": r"(?i)^\W*(?:(?:par )?exemple|ex)\b|\((?:par )?ex(?:emple)?\W*\)",
}
LEAST_TERMS, SAME_SUM = 3, 1e-6
SAME_OUTLET = ["route", "contractor", "months"]
SAME_FLOW = ["site_id", "direction", "category", "description", "waste_code"]


def double_counting(tables: Mapping[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Marks of the rules of this module, on tidy tables of one wave."""
    yield same_siret(tables["sites"])
    yield repeated_in_files(tables["flows"])
    yield same_mass(tables["flows"])
    yield from no_row_of_its_own("flows", tables["flows"], "description", "quantity", "mass_t_per_year")
    yield from no_row_of_its_own("workforce", tables["workforce"], "occupation", "headcount", "headcount")
    yield sum_of_those_above(tables["flows"])


def same_siret(sites: pd.DataFrame) -> pd.DataFrame:
    """Two actors with one SIRET are one establishment under two identifiers: its answers count twice."""
    known = sites.dropna(subset=["siret"])
    rows = known[known.duplicated("siret", keep=False)]
    others = [
        ", ".join(known.loc[(known["siret"] == siret) & (known["site_id"] != site), "site_id"])
        for site, siret in zip(rows["site_id"], rows["siret"], strict=True)
    ]
    return mark(rows, header("sites", "siret"), rows["siret"], "same_siret", names=others)


def repeated_in_files(flows: pd.DataFrame) -> pd.DataFrame:
    """The same flow of one actor in two files, with another figure: two versions of one answer, perhaps."""
    if flows["source_file"].nunique() < 2:
        return no_lines(LINE)
    named = flows[flows["description"].notna()]
    repeated = named[named.duplicated(SAME_FLOW, keep=False)]
    first = repeated.groupby(SAME_FLOW, dropna=False)["source_file"].transform("first")
    rows = repeated[repeated["source_file"] != first]
    name = rows["description"]
    return mark(rows, header("flows", "description"), name, "repeated_in_files", file=first[rows.index])


def same_mass(flows: pd.DataFrame) -> pd.DataFrame:
    """One designation, outlet and mass twice in a file: said in kg then in t, by month then by year."""
    mass = (
        flows["mass_t_per_year"].where(flows["description"].notna() & (flows["mass_t_per_year"] > 0)).dropna()
    )
    step = 10.0 ** (np.floor(np.log10(mass)) - 5)  # six figures are compared
    few = pd.DataFrame({"site_id": flows["site_id"][mass.index], "mass": np.rint(mass / step) * step})
    # Few rows of a firm have one mass: the texts of these alone are compared.
    few = few[few.duplicated(keep=False)]
    rows = flows.loc[few.index].assign(mass=few["mass"])
    alike = ["source_file", *(name for name in SAME_FLOW if name != "description"), *SAME_OUTLET, "mass"]
    rows = rows[rows.duplicated(alike, keep=False)]
    rows = rows.assign(name=rows["description"].map(fold_words))
    first = rows.groupby([*alike, "name"], dropna=False)[["source_sheet", "source_row"]].transform("first")
    rows = rows[rows.duplicated([*alike, "name"])]
    first = first.loc[rows.index]
    other = {"sheet": first["source_sheet"], "row": first["source_row"]}
    return mark(rows, header("flows", "description"), rows["description"], "perhaps_repeated", **other)


def no_row_of_its_own(
    table: str, rows: pd.DataFrame, name: str, column: str, value: str
) -> Iterator[pd.DataFrame]:
    """Names that begin as a part (*dont*), a total or an example do: told by words alone, so asked."""
    begins = matches(
        pa.array(rows[name], pa.string(), from_pandas=True), "|".join(NO_ROW_OF_ITS_OWN.values())
    )
    few = rows[begins]
    for code, pattern in NO_ROW_OF_ITS_OWN.items():
        own = few[few[name].str.contains(pattern)]
        yield mark(own, header(table, column), own[value].map(exact), code, name=own[name])


def sum_of_those_above(flows: pd.DataFrame) -> pd.DataFrame:
    """m_n = Σ m_i, i < n, n > 3: the last row of an actor in a sheet may be the total of those above."""
    told = [*SOURCE, "site_id", "direction", "mass_t_per_year", "description"]
    rows = flows.loc[flows["mass_t_per_year"] > 0, told].sort_values("source_row", kind="stable")
    own = rows.groupby(["source_file", "source_sheet", "site_id", "direction"], dropna=False)[
        "mass_t_per_year"
    ]
    above = own.transform("sum") - rows["mass_t_per_year"]
    last = own.cumcount(ascending=False) == 0
    same = (above - rows["mass_t_per_year"]).abs() <= SAME_SUM * rows["mass_t_per_year"]
    rows = rows[last & same & (own.transform("size") > LEAST_TERMS)]
    raw, name = rows["mass_t_per_year"].map(exact), rows["description"].fillna("")
    return mark(rows, header("flows", "quantity"), raw, "perhaps_total", name=name)
