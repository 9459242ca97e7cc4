"""French words and numbers: headers, labels and values as a reader sees them."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from babel.numbers import format_decimal

from eit_analysis import french, reference, tables
from eit_analysis.errors import DisclosureError
from eit_analysis.reference import commune_tables, findings

NBSP = "\u00a0"
SUPPRESSED = "s"
MISSING = "–"
PARAMETERS = ("low", "central", "high")


# How well one actor answered and what it is asked again: for the study office, and for the actor itself.
ABOUT_ANSWERS = {
    "sheets_filled", "rows_clean", "missing_sheets", "confidence_grade", "weak_point", "clean_rows_percent",
    "filled_percent", "known_mass_percent", "sheet", "row", "question", "other_site_id", "same_siret",
    "same_place", "similarity_percent", "ratio", "register", "agreement", "kept",
    "reason", "unmet_reason",
}  # fmt: skip
# Units of what actors declare, hours and levels of skill too, and of what tells it back.
QUANTITIES = ("t", "€", "kg", "personne", "ETP", "h/", "h ", "% d'un temps plein", "niveau", "poste", "sur")


class Heading(NamedTuple):
    """How a column is printed: French header, unit, number of decimals, sensitivity, labels of its codes."""

    header: str
    unit: str
    decimals: int
    description: str
    sensitivity: str
    labels: dict[str, str]


@cache
def _vocabulary() -> pd.DataFrame:
    return reference.load("vocabulary").fillna("").drop_duplicates("name").set_index("name")


@cache
def _labels() -> dict[str, dict[str, str]]:
    frame = reference.load("labels")
    labels = {
        str(column): dict(zip(rows["code"].astype(str), rows["label_fr"], strict=True))
        for column, rows in frame.groupby("column")
    }
    shared = {"naf_division": _divisions(), "waste_code": _wastes(), **findings.labels()}
    for column, names in shared.items():
        labels[column] = {**names, **labels.get(column, {})}
    return labels


def _divisions() -> dict[str, str]:
    table = reference.load("naf_divisions")
    return dict(zip(table["naf_division_code"], table["label_fr"], strict=True))


def _wastes() -> dict[str, str]:
    """``150101`` -> ``15 01 01 emballages en papier et carton``; the star of the list marks the hazardous."""
    table = reference.load("waste_codes")
    pairs = table["waste_code"].str.replace(r"(..)(..)(..)", rf"\1{NBSP}\2{NBSP}\3", regex=True)
    names = pairs + table["hazardous"].map({0: "", 1: "*"}) + " " + table["label_fr"]
    return dict(zip(table["waste_code"], names, strict=True))


@cache
def _communes() -> dict[str, str]:
    """``68063`` -> ``Cernay (68063)``: two communes may have one name."""
    table = commune_tables.columns()
    pairs = zip(table["commune_code"], table["name"], strict=True)
    return {code: f"{name} ({code})" for code, name in pairs}


@cache
def _contract() -> dict[str, dict]:
    return {name: field for table in tables.TABLES for name, field in tables.fields(table).items()}


def _default_sensitivity(column: str, unit: str) -> str:
    """Quantities about an actor stay confidential in lists of actors: an accord to be named is not more.

    A listed tonnage subtracted from a published total would also tell that of those who are not listed, and
    exact scores, whose factors are public, can be solved for it.
    """
    quantity = unit.startswith(QUANTITIES)
    told = column.startswith("source_") or column in ABOUT_ANSWERS
    return "confidential" if quantity or told else "consented"


@cache
def heading(column: str) -> Heading:
    """The printed form of a column, from the vocabulary first, then from the contract of the tables.

    Raises
    ------
    DisclosureError
        When the column is declared nowhere: an unknown column does not leave the house.
    """
    contract = _contract().get(column, {})
    vocabulary = _vocabulary()
    labels = {**(contract.get("labels") or {}), **_labels().get(column, {})}
    if column == "commune_code":  # 35,000 names, which most pages do without
        labels = {**_communes(), **labels}
    if column in vocabulary.index:
        row = vocabulary.loc[column]
        return Heading(
            str(row["header_fr"]),
            str(row["unit"]),
            int(row["decimals"] or 0),
            str(row["description_fr"]),
            contract.get("sensitivity") or _default_sensitivity(column, str(row["unit"])),
            labels,
        )
    if contract:
        decimals = 1 if "float" in contract["dtype"] else 0
        return Heading(
            contract["header"], "", decimals, contract["description"], contract["sensitivity"], labels
        )
    raise DisclosureError(
        f"La colonne « {column} » n'est déclarée nulle part{NBSP}: ajoutez-la à reference/vocabulary.csv."
    )


def alphabetical(text: str) -> str:
    """What to sort a printed name by: accents and capitals count for nothing."""
    return french.fold(text).encode("ascii", "ignore").decode()


def is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def number(value: float, decimals: int) -> str:
    """A number as French readers write it: ``1 240,5`` with a narrow no-break space; −0 is 0."""
    rounded = round(float(value), decimals)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(rounded if rounded else 0.0, format=pattern, locale="fr_FR").replace("-", "−")


def cell(value: object, column: str) -> str:
    """One table cell: label of a code, French number, or text."""
    if is_missing(value):
        return MISSING
    style = heading(column)
    if isinstance(value, (bool, np.bool_)):
        return "oui" if value else "non"
    if isinstance(value, (int, float, np.number)):
        amount = float(value)
        as_code = str(int(amount)) if amount.is_integer() else str(amount)
        if as_code in style.labels:
            return style.labels[as_code]
        # Years and row numbers take no thousands separator.
        if column.endswith(("year", "source_row")) and "per" not in column:
            return as_code
        if column in PARAMETERS:  # of any unit and size: 1505 and 0.015 stand in one column
            return french.short(amount)
        return number(amount, style.decimals)
    return style.labels.get(str(value), str(value))


def rounded(value: object, column: str) -> str:
    """One value for a sentence: no decimals from 100 on, three significant digits for thousands of euros.

    Nobody knows a territory's bill to the euro; the table beside the sentence holds the whole number.
    """
    if isinstance(value, float) and abs(value) >= 1000 and heading(column).unit == "€/an":
        return number(float(f"{value:.3g}"), 0)
    if isinstance(value, float) and abs(value) >= 100:
        return number(float(value), 0)
    return cell(value, column)


def measured(value: float, column: str) -> str:
    """A number with its unit, for a sentence: ``1 240 t/an``."""
    style, text = heading(column), rounded(value, column)
    if not style.unit or text == MISSING:
        return text
    # As it is printed: 1.6 people are « 2 personnes ».
    return f"{text}{NBSP}{french.agreed(style.unit, round(float(value), style.decimals))}"
