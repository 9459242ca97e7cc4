"""The BMO register: basin and département kept, masks kept masked, on a small file and on the real one."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from eit_analysis.config import StudyConfig
from eit_analysis.errors import InputError, UsageError
from eit_analysis.intake.registers.importing import bmo_of_basin, import_register
from eit_analysis.study import open_study

REAL = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "bmo" / "Base_open_data_BMO_2024.xlsx"
HEADERS = ["annee", "Code métier BMO", "Nom métier BMO", "Famille_met", "Lbl_fam_met", "REG", "NOM_REG",
           "Dept", "NomDept", "BE24", "NOMBE24", "met", "xmet", "smet"]  # fmt: skip


def line(code, dept, basin_code, basin, *counts):
    return [
        2024,
        code,
        f"Métier {code}",
        "Z",
        "Autres",
        "44",
        "Grand Est",
        dept,
        "Haut-Rhin",
        basin_code,
        basin,
        *counts,
    ]


ROWS = [
    line("A0X40", "68", 4448, "THANN-CERNAY", "49", "40", "*"),
    line("A0X41", "68", 4448, "THANN-CERNAY", "*", "*", "*"),
    line("B0X40", "68", 4448, "THANN-CERNAY", "0", "0", "0"),
    line("A0X40", "68", 4449, "MULHOUSE", "20", "12", "5"),
    line("A0X40", "01", 101, "BOURG", "10", "5", "5"),
]


@pytest.fixture
def study(study):
    with (study.raw.parent / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write('basin = "Thann-Cernay"\n')
    return open_study("essai", root=study.root)


def bmo_file(folder: Path, headers: list[str] = HEADERS) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["Description des variables"])
    sheet = book.create_sheet("Données")
    for row in ([None], headers, *ROWS):
        sheet.append(row)
    book.save(folder / "besoins.xlsx")
    return folder / "besoins.xlsx"


def test_basin_department_masks_and_manifest(study, tmp_path):
    sentence = import_register("bmo", bmo_file(tmp_path), study)
    assert "3\u00a0métiers du bassin THANN-CERNAY" in sentence
    table = study.load("bmo")
    assert list(table["basin"]) == ["THANN-CERNAY"] * 3 + ["MULHOUSE"]
    assert table["masked"].tolist() == [True, True, False, False]
    assert table["planned_hires"].isna().tolist() == [False, True, False, False]
    assert table["difficult_share_percent"].tolist()[0] == pytest.approx(81.6)
    assert table["difficult_share_percent"].isna().tolist() == [False, True, True, False]
    assert table[["source_sheet", "source_row"]].values.tolist()[0] == ["Données", 3]
    manifest = json.loads((study.processed / "bmo.manifest.json").read_text())
    assert manifest["rows_read"] == 5 == manifest["rows_kept"] + manifest["rows_ignored"]
    assert str(tmp_path) not in (study.processed / "bmo.manifest.json").read_text()


def test_what_cannot_be_imported_is_one_sentence(study, tmp_path):
    with pytest.raises(UsageError, match="bmo"):
        import_register("inconnu", tmp_path / "x.xlsx", study)
    with pytest.raises(InputError, match="n'existe pas"):
        import_register("bmo", tmp_path / "x.xlsx", study)
    with pytest.raises(InputError, match="BMO"):
        import_register("bmo", bmo_file(tmp_path, ["autre", *HEADERS[1:]]), study)
    table = pd.DataFrame({"basin": ["THANN-CERNAY"], "department_code": ["68"]})
    own = StudyConfig(title="a", territory="b", basin="NANCY", epci_codes=["200036465"])
    with pytest.raises(InputError, match=r"NANCY.*départements\u00a0: THANN-CERNAY\)"):
        bmo_of_basin(table, own)
    with pytest.raises(UsageError, match=r"basin.*THANN-CERNAY"):
        bmo_of_basin(table, own.model_copy(update={"basin": ""}))


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/bmo is not beside the project")
def test_the_real_file(study):
    import_register("bmo", REAL, study)
    table = study.load("bmo")
    own = table[table["basin"] == "THANN-CERNAY"]
    assert len(own) == 121
    # The whole région answers where the basin is masked.
    assert set(table["department_code"]) == {"08", "10", "51", "52", "54", "55", "57", "67", "68", "88"}
    manifest = json.loads((study.processed / "bmo.manifest.json").read_text())
    assert (manifest["rows_read"], manifest["rows_kept"]) == (53_443, len(table))
    # Counted on the published sheet itself: `*` in met, then in any of met, xmet, smet.
    assert (own["planned_hires"].isna().sum(), own["masked"].sum()) == (38, 109)
    assert (own["difficult_share_percent"].dropna() <= 100).all()
