"""What real returns have that a clean table has not: planted on purpose, one fault a row, each one logged.

A kind of dirt says where it may be planted, how many times a wave, and what it makes of a cell. A row takes
one fault at most, so that what cleaning should make of it is never open to debate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Row = dict[str, Any]
CSV_SITES = ("E07", "E14")  # cp1252 has no narrow no-break space
NBSP, NNBSP = "\u00a0", "\u202f"

SPELLINGS = {
    "biodéchets": "Biodechets", "carton": "CARTON", "DEE": "D3E",
    "denrées alimentaires": "Denrees alimentaires", "métal": "Metal", "mélange": "Mélange ",
}  # fmt: skip
HEADERS = {
    "Quantité": "Quantite", "Unité": "Unite ", "Catégorie": "CATEGORIE", "Désignation": "designation",
    "Effectif": "Effectifs", "Code déchet": "Code dechet", "Coût (€/t)": "Cout (€/t)",
    "Tranche d'âge": "Tranche d’âge", "Réponse": "REPONSE", "Commentaire": "Commentaires",
}  # fmt: skip


@dataclass
class Sheet:
    """Rows of one sheet of one file, with the oddities of its layout."""

    file: str
    table: str
    rows: list[Row]
    title_rows: list[str] = field(default_factory=list)
    odd_headers: bool = False
    swapped_columns: bool = False
    blank_after: tuple[int, ...] = ()
    total: Row | None = None


def french(value: float) -> str:
    return f"{value:.10g}".replace(".", ",")


def thousands(value: float, space: str) -> str:
    return f"{value:,.1f}".removesuffix(".0").replace(",", space).replace(".", ",")


@dataclass(frozen=True)
class Kind:
    """One kind of dirt: planted ``count`` times a wave on rows of ``table`` that ``where`` accepts.

    ``blank`` columns are emptied with it; a kind that ``loses`` the value stays off the flows of a lead.
    """

    name: str
    table: str
    column: str
    count: int
    make: Callable[[Row], Any]
    where: Callable[[Row], bool] = lambda row: True
    blank: tuple[str, ...] = ()
    loses: bool = False


def is_out(row: Row) -> bool:
    return row["direction"] == "sortant"


def is_mass(row: Row) -> bool:
    return row["unit"] in ("t", "kg")


def rough(row: Row) -> bool:
    return row["evidence"] in ("déclaration", "estimation")


def wrong_key(siret: str) -> str:
    return siret[:-1] + str((int(siret[-1]) + 3) % 10)


def spaced_code(row: Row) -> str:
    code = row["waste_code"]
    return f"{code[:2]} {code[2:4]} {code[4:]}" + ("*" if code in ("150110", "150202", "120109") else "")


def has_code(row: Row) -> bool:
    return bool(row.get("waste_code"))


KINDS = (
    # Readable once one knows how: the value is kept.
    Kind("decimal_comma_text", "flows", "quantity", 4, lambda r: french(r["quantity"]),
         lambda r: r["quantity"] % 1 > 0),
    Kind("thousands_and_decimals", "flows", "quantity", 1, lambda r: thousands(r["quantity"], NBSP),
         lambda r: r["quantity"] >= 1000 and r["quantity"] % 1 > 0),
    Kind("thousands_no_break_space", "flows", "quantity", 2, lambda r: thousands(r["quantity"], NBSP),
         lambda r: r["quantity"] >= 1000),
    Kind("thousands_narrow_space", "flows", "quantity", 2, lambda r: thousands(r["quantity"], NNBSP),
         lambda r: r["quantity"] >= 1000 and r["site_id"] not in CSV_SITES),
    Kind("approximate", "flows", "quantity", 3, lambda r: "env. " + french(r["quantity"]),
         lambda r: rough(r) and is_mass(r)),
    Kind("range", "flows", "quantity", 2,
         lambda r: f"{math.floor(r['quantity'] * 0.8)}-{math.ceil(r['quantity'] * 1.2)}",
         lambda r: rough(r) and 5 < r["quantity"] < 100),
    Kind("less_than", "flows", "quantity", 1, lambda r: f"<{math.ceil(r['quantity'])}",
         lambda r: rough(r) and is_out(r) and r["quantity"] < 6),
    Kind("nil", "flows", "quantity", 1, lambda r: "néant",
         lambda r: r["description"] == "Restes de cantine", loses=True),
    Kind("unit_in_quantity", "flows", "quantity", 2,
         lambda r: f"{french(r['quantity'])} {r['unit']}/{r['period']}", is_mass, ("unit", "period")),
    Kind("category_spelling", "flows", "category", 5, lambda r: SPELLINGS[r["category"]],
         lambda r: r["category"] in SPELLINGS),
    Kind("allowed_value_case", "flows", "route", 2, lambda r: r["route"].upper(), lambda r: bool(r["route"])),
    Kind("allowed_value_accent", "flows", "evidence", 2, lambda r: "Declaration",
         lambda r: r["evidence"] == "déclaration"),
    Kind("waste_code_spaced", "flows", "waste_code", 3, spaced_code, has_code),
    Kind("missing_optional", "flows", "cost_eur_per_t", 2, lambda r: None),
    Kind("missing_optional", "flows", "quality", 2, lambda r: None, is_out, loses=True),
    Kind("decimal_comma_text", "workforce", "fte", 16, lambda r: french(r["fte"])),
    Kind("missing_optional", "workforce", "fte", 12, lambda r: None),
    Kind("missing_optional", "workforce", "hiring_difficulty", 10, lambda r: None),
    Kind("allowed_value_case", "workforce", "contract", 14, lambda r: r["contract"].lower() + " ",
         lambda r: r["contract"] in ("CDI", "CDD")),
    Kind("allowed_value_accent", "workforce", "contract", 4, lambda r: "Interim",
         lambda r: r["contract"] == "intérim"),
    Kind("number_as_text", "readiness", "answer", 22, lambda r: f" {r['answer']}"),
    Kind("missing_optional", "readiness", "answer", 12, lambda r: None),
    Kind("allowed_value_case", "sharing", "side", 6, lambda r: r["side"].capitalize()),
    Kind("missing_optional", "sharing", "cost_eur_per_year", 4, lambda r: None),
    Kind("thousands_no_break_space", "sharing", "cost_eur_per_year", 4,
         lambda r: thousands(r["cost_eur_per_year"], NBSP), lambda r: r["cost_eur_per_year"] >= 1000),
    Kind("missing_optional", "skills", "current_level", 6, lambda r: None),
    Kind("allowed_value_case", "sites", "consent", 2, lambda r: r["consent"].upper()),
    Kind("allowed_value_accent", "synergy_register", "status", 1, lambda r: "Etude",
         lambda r: r["status"] == "étude"),
    Kind("category_spelling", "synergy_register", "category", 1, lambda r: SPELLINGS[r["category"]],
         lambda r: r["category"] in SPELLINGS),
    Kind("list_with_commas", "synergy_register", "site_ids", 1, lambda r: r["site_ids"].replace(" ", ", "),
         lambda r: " " in r["site_ids"]),
    Kind("french_date", "synergy_register", "status_date", 2,
         lambda r: "/".join(reversed(r["status_date"].split("-")))),
    Kind("decimal_comma_text", "synergy_register", "realised_t_per_year", 2,
         lambda r: french(r["realised_t_per_year"]), lambda r: r["realised_t_per_year"] % 1 > 0),
    # Not usable: for quarantine, or a missing value.
    Kind("not_communicated", "flows", "quantity", 2, lambda r: "NC", is_out, loses=True),
    Kind("negative_mass", "flows", "quantity", 1, lambda r: -r["quantity"], is_out, loses=True),
    Kind("excel_error", "flows", "quantity", 1, lambda r: "#REF!", is_out, loses=True),
    Kind("unknown_unit", "flows", "unit", 1, lambda r: "camion", is_out, loses=True),
    Kind("unknown_waste_code", "flows", "waste_code", 1, lambda r: "999999", has_code, loses=True),
    Kind("answer_out_of_scale", "readiness", "answer", 2, lambda r: 7),
    Kind("level_out_of_scale", "skills", "required_level", 1, lambda r: 6),
    Kind("siret_wrong_key", "sites", "siret", 1, lambda r: wrong_key(r["siret"]),
         lambda r: r["actor_type"] == "entreprise"),
)  # fmt: skip
REPEATS = {"flows": 2, "workforce": 5, "sharing": 2, "readiness": 3}


def plant(sheets: list[Sheet], protected: set[tuple[str, str]], rng: np.random.Generator) -> None:
    """Spoil some rows in place; a spoiled row carries ``_dirt = (kind, column, true value)``.

    ``protected`` are (site, category) pairs of outgoing flows on which a lead stands: they stay usable.
    """
    for kind in KINDS:
        rows = [
            row
            for sheet in sheets if sheet.table == kind.table
            for row in sheet.rows
            if "_dirt" not in row and kind.where(row)
            and not (kind.loses and (row.get("site_id"), row.get("category")) in protected)
        ]  # fmt: skip
        for pick in rng.choice(len(rows), size=min(kind.count, len(rows)), replace=False):
            row = rows[pick]
            spoiled, true = kind.make(row), row[kind.column]
            row.update(dict.fromkeys(kind.blank), _dirt=(kind.name, kind.column, true))
            row[kind.column] = spoiled
    for table, count in REPEATS.items():
        candidates = [(sheet, row) for sheet in sheets if sheet.table == table for row in sheet.rows]
        candidates = [(sheet, row) for sheet, row in candidates if "_dirt" not in row]
        for pick in sorted(rng.choice(len(candidates), size=count, replace=False)):
            sheet, row = candidates[pick]
            sheet.rows.append({**row, "_dirt": ("repeated_row", "", "")})
