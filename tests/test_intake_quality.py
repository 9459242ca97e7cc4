"""What a survey is worth: counts that add up, and nothing of a shared file shown to one of its actors."""

from __future__ import annotations

import pandas as pd
import pytest

from eit_analysis import tables
from eit_analysis.intake import quality
from eit_analysis.intake.duplicates import suggested_duplicates


def empty(table: str) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in tables.fields(table)}).astype(
        {"site_id": "str"} if table != "synergy_register" else {}
    )


@pytest.fixture
def wave() -> dict[str, pd.DataFrame]:
    frames = {table: empty(table) for table in tables.TABLES}
    frames["sites"] = pd.DataFrame(
        {"site_id": ["E1", "E2", "E3"], "actor_type": ["firm", "firm", "ess"], "siret": ["1", None, None],
         "source_file": ["e1.xlsx", "commun.xlsx", "commun.xlsx"]}
    ).reindex(columns=list(tables.fields("sites")))  # fmt: skip
    frames["flows"] = pd.DataFrame(
        {"site_id": ["E1", "E1", "E2"], "evidence": ["measured", "declared", "measured"],
         "source_file": ["e1.xlsx", "e1.xlsx", "commun.xlsx"]}
    ).reindex(columns=list(tables.fields("flows")))  # fmt: skip
    return frames


@pytest.fixture
def quarantine() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source_file": ["e1.xlsx", "commun.xlsx", "casse.xlsx"],
            "source_sheet": ["Flux", "Flux", ""],
            "source_row": pd.array([3, 4, None], dtype="Int64"),
            "column": ["Quantité", "Code déchet", ""],
            "raw_value": ["NC", "999999", ""],
            "reason_code": ["missing_mass", "cell_unknown_waste_code", "unreadable_file"],
            "message": ["la valeur manque", "code inconnu", "le fichier est vide."],
        }
    )


COUNTS = dict(zip(quality.ACCOUNTS, (10, 6, 1, 1, 2), strict=True))
MANIFEST = {
    "tables": {"sites": COUNTS, "flows": COUNTS},
    "inputs": [
        {"file": "e1.xlsx", "format": "xlsx", "encoding": None, "problem": None, "sheets": [{}, {}]},
        {
            "file": "casse.xlsx",
            "format": "xlsx",
            "encoding": None,
            "problem": "le fichier est vide",
            "sheets": [],
        },
        {"file": "E2_Flux.csv", "format": "csv", "encoding": "cp1252", "problem": None, "sheets": [{}]},
    ],
}


def test_accounts_and_files_add_up():
    table = quality.accounts(MANIFEST).set_index("sheet")
    assert table.loc["Total"].tolist() == [20, 12, 2, 2, 4]
    files = quality.files_read(MANIFEST)
    assert files[["format", "encoding", "files", "sheets"]].values.tolist() == [
        ["CSV", "cp1252", 1, 1], ["XLSX", "", 1, 2], ["illisible", "", 1, 0],
    ]  # fmt: skip


def test_response_completeness_and_evidence(wave):
    response = quality.response(wave["sites"], wave).set_index("site_id")
    assert response.loc["E3", "sheets_filled"] == 0
    assert response.loc["E1", ["sheets_filled", "rows_clean"]].tolist() == [1, 2]
    assert "Emplois" in response.loc["E1", "missing_sheets"]
    by_type = quality.response_by_type(wave["sites"], wave).set_index("actor_type")
    assert by_type.loc["firm"].tolist() == [2, 1.0]
    complete = quality.completeness(wave).set_index(["sheet", "question"])
    assert complete.loc[("Entreprise", "SIRET"), "filled_percent"] == pytest.approx(100 / 3)
    assert ("Entreprise", "Raison sociale") not in complete.index  # never blank: such a row is in quarantine
    evidence = quality.evidence_classes(wave["flows"]).set_index("evidence")
    assert evidence.loc["measured", "share_percent"] == pytest.approx(200 / 3)


def test_refusals_and_questions(wave, quarantine):
    reasons = quality.quarantine_by_reason(quarantine)
    assert set(reasons.itertuples(index=False, name=None)) == {
        ("row", "missing_mass", 1), ("cell", "unknown_waste_code", 1), ("file", "unreadable_file", 1),
    }  # fmt: skip
    questions = quality.questions(quarantine, wave)
    assert questions["site_id"].tolist() == ["E1"]
    assert "raw_value" not in questions


def test_empty_inputs_give_empty_frames(wave, quarantine):
    nothing = {table: empty(table) for table in tables.TABLES}
    assert quality.completeness(nothing).empty
    assert quality.response(nothing["sites"], nothing).empty
    assert quality.response_by_type(nothing["sites"], nothing).empty
    assert quality.evidence_classes(nothing["flows"]).empty
    assert quality.questions(quarantine.head(0), wave).empty
    assert quality.quarantine_by_reason(quarantine.head(0)).empty


def test_duplicates_are_suggested_by_siret_or_name():
    sites = pd.DataFrame(
        {
            "site_id": ["E1", "E2", "E3", "E4"],
            "name": ["SAS Filature Müller", "FILATURE MULLER", "Scierie du Rossberg", "Autre nom"],
            "siret": ["1", "2", "3", "3"],
        }
    )
    pairs = suggested_duplicates(sites)[["site_id", "other_site_id", "same_siret"]]
    assert pairs.values.tolist() == [["E1", "E2", "no"], ["E3", "E4", "yes"]]
    assert suggested_duplicates(sites.head(0)).empty
