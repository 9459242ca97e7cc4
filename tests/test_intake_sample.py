"""The sample study, whose faults were planted and logged: each is found, and nothing else is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from eit_analysis.study import open_study
from eit_analysis.synergies.allocation.validation import known_exclusive

ROOT = Path(__file__).resolve().parents[1]
PLANTED = ROOT / "data" / "raw" / "thur-doller" / "planted_dirt.csv"
PLACE = ["source_file", "source_sheet", "source_row"]

ROW_LOST = {"not_communicated", "negative_mass", "excel_error", "unknown_unit"}
CELL_LOST = {"answer_out_of_scale", "level_out_of_scale", "siret_wrong_key", "unknown_waste_code"}
RULES = {
    "approximate": "about", "range": "range", "less_than": "less_than", "nil": "zero_word",
    "unit_in_quantity": "unit_from_quantity", "header_variant": "header_recognised",
    "waste_code_spaced": "code_normalised", "allowed_value_case": "word_normalised",
    "allowed_value_accent": "word_normalised", "repeated_row": "merged_repeated_row",
    "total_row": "ignored_total_row", "blank_row": "ignored_blank_row",
}  # fmt: skip


def places(frame: pd.DataFrame) -> set[tuple]:
    return set(frame[PLACE].itertuples(index=False, name=None))


@pytest.mark.skipif(not PLANTED.exists(), reason="the sample study is not there")
@pytest.mark.parametrize("wave", ["2015", "2018"])
def test_every_planted_fault_is_found_and_nothing_else(cleaned: Path, wave):
    planted = pd.read_csv(PLANTED, dtype={"wave": str}, keep_default_na=False)
    planted = planted[planted["wave"] == wave].rename(
        columns={"file": "source_file", "sheet": "source_sheet", "row": "source_row"}
    )
    study = open_study("thur-doller", wave, cleaned)
    quarantine, corrections = study.load("quarantine"), study.load("corrections")

    whole = ~quarantine["reason_code"].str.startswith("cell_")
    assert places(quarantine[whole]) == places(planted[planted["kind"].isin(ROW_LOST)])
    assert places(quarantine[~whole]) == places(planted[planted["kind"].isin(CELL_LOST)])
    for kind, rule in RULES.items():
        found = places(corrections[corrections["rule"] == rule])
        assert places(planted[planted["kind"] == kind]) <= found, kind
    # Merging is a loss of a row: exactly the planted ones.
    merged = corrections[corrections["rule"] == "merged_repeated_row"]
    assert places(merged) == places(planted[planted["kind"] == "repeated_row"])
    numbers = planted[planted["kind"].isin({"decimal_comma_text", "thousands_narrow_space"})]
    for table, sheet, column, header in (
        ("workforce", "Emplois", "fte", "ETP"),
        ("sharing", "Mutualisations", "cost_eur_per_year", "Coût annuel (€)"),
        ("synergy_register", "Synergies", "realised_t_per_year", "Tonnage réalisé (t/an)"),
    ):
        values = study.load(table).set_index(PLACE)[column]
        for fault in numbers[(numbers["source_sheet"] == sheet) & (numbers["column"] == header)].itertuples():
            place = (fault.source_file, fault.source_sheet, fault.source_row)
            assert values[place] == pytest.approx(float(fault.true_value))


@pytest.mark.skipif(not PLANTED.exists(), reason="the sample study is not there")
def test_the_exclusive_exchanges_given_as_an_example_are_of_the_study(cleaned: Path):
    text = (PLANTED.parent / "study.toml").read_text(encoding="utf-8")
    (example,) = re.findall(r"par exemple (\[\[.*\]\])", text)
    groups = tomllib.loads(f"exclusive = {example}")["exclusive"]
    known_exclusive(groups, open_study("thur-doller", "2018", cleaned).load("flows"))
