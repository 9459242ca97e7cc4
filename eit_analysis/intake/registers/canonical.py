"""Waste by establishment in the registers, in one table whichever register it came from.

Mass of a group = Σ tonnes of its rows; a row weighs what the destination accepted, else received, else what
the sender announced (Trackdéchets), or what was declared times its unit (the others).
"""

from __future__ import annotations

import re

import pandas as pd

from eit_analysis.intake.sheets.ledger import SOURCE
from eit_analysis.study import Study

GROUP = ["siret", "waste_code", "year", "direction", "treatment_code", "register"]
DTYPES = {
    "siret": "str", "waste_code": "str", "mass_t_per_year": "float64", "year": "Int64", "direction": "str",
    "treatment_code": "str", "register": "str", "masked": "bool", "source_file": "str", "source_sheet": "str",
    "source_row": "Int64",
}  # fmt: skip
TREATMENT = re.compile(r"\b([DR]) ?(1[0-5]|[1-9])\b")

# The registers of the waste of an establishment: cleaning compares them with its answers. They overlap, so
# they are never added up, and the first of these counts: each slip is weighed, a yearly declaration sums up,
# and the published one leaves out what is under its threshold.
WASTE_REGISTERS = ("trackdechets", "registre_chronologique", "gerep", "irep")


def waste_register(study: Study) -> pd.DataFrame:
    """Waste by establishment in the registers imported into a study's wave.

    Returns
    -------
    pandas.DataFrame
        Columns ``siret, waste_code, mass_t_per_year, year, direction`` (``out`` produced, ``in`` received),
        ``treatment_code`` (D1 to D15, R1 to R13, missing when unknown or several), ``register``, ``masked``
        (the source hides a cell of a row of the group), ``source_file, source_sheet, source_row`` of the
        first row of the group. No rows when nothing was imported. Rows without SIRET, and rows with a blank
        mass that is not masked, concern no known establishment and are left in their own table. One tonne
        may be in several registers: never sum over ``register``.
    """
    tables = {register: study.imported(register) for register in WASTE_REGISTERS}
    rows = [_canonical(study, name, table) for name, table in tables.items() if table is not None]
    return grouped(pd.concat(rows, ignore_index=True)) if rows else _empty()


def grouped(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the registers summed by ``GROUP``, in its order, with the source of the first of each group."""
    rows = rows[rows["siret"].notna() & (rows["mass_t_per_year"].notna() | rows["masked"])]
    if rows.empty:
        return _empty()
    groups = rows.sort_values([*GROUP, *SOURCE], kind="stable").groupby(GROUP, dropna=False, sort=False)
    summed = groups.agg({"masked": "any", **dict.fromkeys(SOURCE, "first")})
    summed["mass_t_per_year"] = groups["mass_t_per_year"].sum(min_count=1)
    return summed.reset_index()[list(DTYPES)].astype(DTYPES)


def treatment_code(text: object) -> str | None:
    """The one treatment named in a text (``R 5`` -> ``R5``), None when there is none or several."""
    found = {"".join(match) for match in TREATMENT.findall(str(text).upper())}
    return found.pop() if len(found) == 1 else None


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in DTYPES.items()})


def _canonical(study: Study, register: str, table: pd.DataFrame) -> pd.DataFrame:
    if register == "trackdechets":
        mass = table["accepted_t"].fillna(table["received_t"]).fillna(table["announced_t"])
        treatment = table["treatment"].fillna(table["planned_treatment"])
    else:
        mass, treatment = table["declared_t"], table["treatment"]
    if "tonnes_per_unit" in table:
        mass = mass * table["tonnes_per_unit"].fillna(1.0)
    if register == "irep":
        table = table.assign(siret=_sirets(study, table["establishment_id"]))
    codes = {text: treatment_code(text) for text in treatment.dropna().unique()}
    return table.assign(
        register=register, mass_t_per_year=mass, treatment_code=treatment.map(codes).astype("str")
    )[list(DTYPES)]


def _sirets(study: Study, establishments: pd.Series) -> pd.Series:
    """IREP names establishments by its own identifier: the SIRET comes from its file of establishments."""
    known: dict[str, str] = {}
    if (sites := study.imported("irep_sites")) is not None:
        known = dict(zip(sites["establishment_id"].str.lstrip("0"), sites["siret"], strict=True))
    # One of the files may have gone through a spreadsheet, which eats the zeros.
    return establishments.str.lstrip("0").map(known).astype("str")
