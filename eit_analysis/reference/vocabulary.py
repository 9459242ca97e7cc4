"""The words of every column: its French header, unit and decimals, who may read it, labels of its codes.

From the contract of the tables, and for what only results have from ``vocabulary.csv`` and ``labels.csv``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import pandas as pd

from eit_analysis import reference, tables
from eit_analysis.errors import DisclosureError
from eit_analysis.reference import commune_tables, findings

NBSP = "\u00a0"

# How well one actor answered and what it is asked again: for the study office, and for the actor itself.
ABOUT_ANSWERS = {
    "sheets_filled", "rows_clean", "missing_sheets", "confidence_grade", "weak_point", "clean_rows_percent",
    "filled_percent", "known_mass_percent", "sheet", "row", "question", "other_site_id", "same_siret",
    "same_place", "similarity_percent", "ratio", "register", "agreement", "kept",
    "reason", "unmet_reason",
}  # fmt: skip
# Whether an exchange gains tells, to who knows one side, about how much the other declared.
OF_GAIN = ("planned_share_percent",)
# Units of what actors declare, hours and levels of skill too, and of what tells it back.
QUANTITIES = (
    "t", "€", "MWh", "m3", "m³", "kg", "personne", "ETP", "h/", "h ", "% d'un temps plein", "niveau", "poste",
    "sur",
)  # fmt: skip

# Prefixes of public figures, which have the same units: rates of a tax, statistics, examples, public money.
PUBLIC = (
    "eur_per_t",
    "basin_",
    "national_",
    "eurostat_",
    "example_",
    "published_",
    "funding_public",
    "frame_",
)

ACTORS = re.compile(r"(^|_)site_ids?$|^(members|part_members|name)$")  # columns of actors


class Heading(NamedTuple):
    """How a column is printed: French header, unit, number of decimals, sensitivity, labels of its codes."""

    header: str
    unit: str
    decimals: int
    description: str
    sensitivity: str
    labels: dict[str, str]

    @property
    def titled(self) -> str:
        """The header with its unit: ``Quantité (t/an)``."""
        return f"{self.header} ({self.unit})" if self.unit else self.header


@cache
def _vocabulary() -> pd.DataFrame:
    return reference.load("vocabulary").astype(object).fillna("").drop_duplicates("name").set_index("name")


@cache
def _labels() -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {}
    declared = reference.load("labels")[["column", "code", "label_fr"]]
    for column, code, label in declared.itertuples(index=False):
        labels.setdefault(column, {})[str(code)] = label
    shared = {
        "naf_division": reference.pairs("naf_divisions", "naf_division_code", "label_fr"),
        "waste_code": _wastes(),
        "lead_kind": tables.LABELS["category"] | tables.LABELS["utility"],
        "item_code": reference.pairs("readiness_items", "code", "statement_fr"),
        "indicator": reference.pairs("board_indicators", "code", "label_fr"),
        "trait_answer": _traits(),
        **_targets(),
        **findings.labels(),
    }
    for column, names in shared.items():
        labels[column] = {**names, **labels.get(column, {})}
    return labels


def _traits() -> dict[str, str]:
    traits = tables.used_for("workforce", "later")  # what may be told of people
    return {code: label for trait in traits for code, label in tables.LABELS[trait].items()}


def _targets() -> dict[str, dict[str, str]]:
    table = reference.load("waste_targets")
    dated = table["title"] + ", " + table["year"].astype(str)
    return {
        "target": dict(zip(table["target"], dated, strict=True)),
        "aim": dict(zip(table["aim"], table["title"], strict=True)),
    }


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
    closed = unit.startswith(QUANTITIES) or _about_answers(column) or column in OF_GAIN
    return "confidential" if closed else "consented"


def _about_answers(column: str) -> bool:
    return column.startswith("source_") or column in ABOUT_ANSWERS


def tells_of_actors(column: str) -> bool:
    """Whether a column holds what actors declared, what is reckoned from it, or how many they are."""
    if column.startswith(PUBLIC) or _about_answers(column):
        return False
    return column == "n_sites" or heading(column).sensitivity == "confidential"


@cache
def heading(column: str) -> Heading:
    """The printed form of a column, from the vocabulary first, then from the contract of the tables.

    Raises
    ------
    DisclosureError
        When the column is declared nowhere: an unknown column does not leave the house.
    """
    contract = _contract().get(column, {})
    again = _contract().get(column.removeprefix("old_"), {})  # beside a new one, what was declared
    vocabulary = _vocabulary()
    labels = {**(contract.get("labels") or {}), **_labels().get(column, {})}
    if column.endswith("commune_code"):  # 35,000 names, which most pages do without
        labels = {**_communes(), **labels}
    if column in vocabulary.index:
        row = vocabulary.loc[column]
        return Heading(
            str(row["header_fr"]),
            str(row["unit"]),
            int(row["decimals"] or 0),
            str(row["description_fr"]),
            again.get("sensitivity") or _default_sensitivity(column, str(row["unit"])),
            labels,
        )
    if contract:
        decimals = 1 if "float" in contract["dtype"] else 0
        return Heading(
            contract["header"], "", decimals, contract["description"], contract["sensitivity"], labels
        )
    raise DisclosureError(reference.sentence("column_undeclared", column=column))


@cache
def actor_headers() -> frozenset[str]:
    """Headers of the columns that hold actors."""
    columns = [name for name in (*_vocabulary().index, *_contract()) if ACTORS.search(name)]
    return frozenset(heading(name).header for name in columns)


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in French: headers with their unit, codes as words; a column without words stays as it is."""
    words = {}
    for column in map(str, frame.columns):
        try:
            words[column] = heading(column)
        except DisclosureError:
            continue
    coded = {name: frame[name].replace(style.labels) for name, style in words.items() if style.labels}
    headers: dict[str, str] = {}
    for name, style in words.items():
        # Two columns may have one header, such as the code and the name of a commune.
        headers[name] = style.titled + f" [{name}]" * (style.titled in headers.values())
    return frame.assign(**coded).rename(columns=headers)
