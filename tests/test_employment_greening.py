"""Classes of the ROME in the ecological transition: from the published file to people, nobody lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from eit_analysis.employment import workforce
from eit_analysis.employment.context import greening
from eit_analysis.errors import InputError
from eit_analysis.intake.registers.files import read_register

# The header of unix_referentiel_code_rome_v460_utf8.csv.
HEADER = [
    "code_rome", "code_fiche_metier", "code_ogr", "libelle_rome", "transition_eco", "transition_num",
    "transition_demo", "emploi_reglemente", "emploi_cadre", "code_rome_parent",
]  # fmt: skip
STRATEGIC = "Emploi stratégique pour la Transition écologique"


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    return path


def sheet(code: str, label: str, transition: str) -> list[str]:
    return [code, "1", "2", label, transition, "N", "N", "N", "N", code]


def test_a_modern_rome_is_read_and_an_unknown_class_refused(tmp_path: Path) -> None:
    rows = [
        sheet("A1202", "Agent, agente d'entretien", "Emploi Vert"), sheet("F1603", "Plombier", STRATEGIC),
        sheet("N4101", "Poids lourd", "Emploi Brun"), sheet("M1203", "Comptable", "Emploi Blanc"),
        sheet("A1101", "Engins", ""), sheet("A1102", "Engins", "Emploi Bleu"),
    ]  # fmt: skip
    read = read_register("rome", written(tmp_path / "rome.csv", rows))
    table = read.frame.set_index("rome_code")["greening"]
    assert table.dropna().to_dict() == {
        "A1202": "green", "F1603": "strategic", "N4101": "brown", "M1203": "white",
    }  # fmt: skip
    assert table.isna().to_dict()["A1101"] and "A1102" not in table
    assert read.refused["reason_code"].tolist() == ["unknown_value"]
    assert "A1101" not in greening.classes(read.frame, pd.DataFrame())
    (tmp_path / "cut.csv").write_text("code_rome,libelle_rome,code_ogr\nA1202,Agent,8\n", encoding="utf-8")
    with pytest.raises(InputError):  # not taken for the links between codes and skills
        read_register("rome", tmp_path / "cut.csv")


def test_an_imported_rome_stands_alone() -> None:
    shipped = pd.DataFrame(
        [("A1202", "green", "France Travail", 2025)], columns=["rome_code", "greening", "source", "year"]
    )
    imported = pd.DataFrame([("F1603", "strategic")], columns=["rome_code", "greening"])
    assert greening.classes(None, shipped) == {"A1202": "green"}
    assert greening.classes(imported, shipped) == {"F1603": "strategic"}
    assert greening.source(None, shipped) == "Source\u00a0: France Travail (2025)."
    assert "importé" in greening.source(imported, shipped)


def declared() -> pd.DataFrame:
    rows = [
        ("s1", "K2304", "Tri", 10.0), ("s2", "K2304", "Tri", 6.0), ("s3", "K2304", "Tri", 4.0),
        ("s1", "F1603", "Plomberie", 3.0),  # one firm: merged, but it keeps its class
        ("s1", "M1203", "Comptabilité", 5.0), ("s2", "M1203", "Comptabilité", 5.0),
        ("s3", "M1203", "Comptabilité", 5.0), ("s2", None, "Divers", 2.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["site_id", "rome_code", "occupation", "headcount"])
    return table.assign(age_band=None, contract=None)


def test_people_by_class_by_hand() -> None:
    known = {"K2304": "green", "F1603": "strategic", "M1203": "white"}
    table = greening.headcounts(workforce.prepare(declared()), declared(), known).frame
    assert table[["occupation", "greening", "headcount"]].to_numpy().tolist() == [
        ["Tri", "green", 20], ["Total", "green", 20],
        [workforce.OTHER, "strategic", 3], ["Total", "strategic", 3],
        ["Total", "brown", 0], ["Total", "white", 15], ["Total", workforce.UNKNOWN, 2],
        ["Total", "Total", 40],
    ]  # fmt: skip
    assert table["share_percent"].tolist() == [50, 50, 7.5, 7.5, 0, 37.5, 5, 100]


def test_nobody_at_all_gives_no_row() -> None:
    none = declared().head(0)
    assert greening.headcounts(workforce.prepare(none), none, {}).frame.empty
