"""Every real file of a register, whole: its rows reconciled with a count by other means than our reader."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from eit_analysis.errors import InputError
from eit_analysis.intake.registers.files import read_register, recognised
from eit_analysis.intake.sheets.workbook import read_file

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the project")

# File: register, rows kept (None: all of them).
FILES = {
    "base_carbone/Base_Carbone_V23.6-v2.xlsx": ("base_carbone", 8163),
    "base_carbone/dechets_valides.csv": ("base_carbone", None),
    "base_carbone/fret_routier_valides.csv": ("base_carbone", None),
    "bmo/Base_open_data_BMO_2024.xlsx": ("bmo", None),
    "bmo/Intitules_FAP2021.csv": ("dares", None),
    "dares/FAP_PCS.csv": ("dares", None),
    "dares/age_2017_2019_3niv.csv": ("dares_age", None),
    "dares/age_agrege_1982_1984_2017_2019_restructure_fap225.csv": ("dares_age", None),
    "dares/effectifs_3niv.csv": ("dares_employment", None),
    "dares/evol_mmo.csv": ("dares", None),
    "dares/fap225_rome.csv": ("dares", None),
    "dares/secteurs_employeurs_3niv.csv": ("dares", None),
    "dares/tensions.csv": ("dares", None),
    "dares/types_sorties.csv": ("dares", None),
    "rome/competences.csv": ("rome", None),
    "rome/correspondances.csv": ("rome", None),
    "rome/metiers.csv": ("rome", None),
    "rome/metiers_definition.csv": ("rome", None),
    "rome/metiers_domaine.csv": ("rome", None),
    "rome/metiers_domaine_pro.csv": ("rome", None),
    "rome/metiers_exemple.csv": ("rome", None),
    "rome/rome_labels.csv": ("rome", None),
    "rome/rome_naf_mapping_2021.csv": ("rome", None),
    "sinoe/installations_sinoe_geolocalisees.csv": ("sinoe", 1986),
    "sinoe/sinoe-isdnd.csv": ("sinoe", None),
    "sinoe/sinoe-tonnage-dma-par-type.csv": ("sinoe", None),
    "sinoe/sinoe-uiom.csv": ("sinoe", None),
    "waste_codes/low_fr_all_levels.csv": ("waste_list", None),
    "waste_codes/low_fr_en_6digits.csv": ("waste_list", None),
}
# Hand-collected tables and Eurostat's: no register publishes them in this form.
OTHERS = {"bmo/bmo_2024_dictionnaire.csv"}


def counted(path: Path) -> int:
    """Rows under the header that hold anything, by the csv module or in the workbook's own XML."""
    if path.suffix == ".xlsx":
        sheet = "sheet2.xml" if "BMO" in path.name else "sheet1.xml"
        with zipfile.ZipFile(path) as archive:
            rows = archive.read(f"xl/worksheets/{sheet}").split(b"<row ")[1:]
        return sum(b"<v>" in row or b"<is>" in row for row in rows) - 1
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252")
    first = text.splitlines()[0]
    rows = list(csv.reader(text.splitlines(keepends=True), delimiter=max(",;|\t", key=first.count)))
    return sum(any(cell.strip() for cell in row) for row in rows) - 1


@pytest.mark.parametrize("name", FILES)
def test_read_whole(name):
    register, kept = FILES[name]
    read = read_register(register, DATA / name)
    manifest, rows = read.manifest, counted(DATA / name)
    assert manifest["rows_read"] - manifest["ignored"].get("blank_row", 0) == rows
    assert manifest["rows_kept"] == (rows if kept is None else kept)
    assert manifest["rows_refused"] == 0 and read.refused.empty
    assert manifest["rows_read"] == manifest["rows_kept"] + manifest["rows_ignored"]
    assert read.frame["source_row"].nunique() == manifest["rows_kept"]
    assert "ends_inside_row" not in manifest


def test_no_file_of_a_register_is_forgotten():
    folders = {name.split("/")[0] for name in FILES}
    files = [p for folder in folders for p in (DATA / folder).rglob("*") if p.suffix in (".csv", ".xlsx")]
    assert {p.relative_to(DATA).as_posix() for p in files} == {*FILES, *OTHERS}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".csv")])
def test_recognised_under_any_name_and_never_lost_when_damaged(name, tmp_path):
    register, _ = FILES[name]
    content = (DATA / name).read_bytes()[:8_000]
    (tmp_path / "fichier.csv").write_bytes(content[: content.rindex(b"\n") + 1])
    assert recognised(read_file(tmp_path / "fichier.csv").sheets) == register
    # Cut inside a row, one header letter changed, digits turned to letters.
    end = content.index(b"\n")
    damaged = {
        "cut": content[: len(content) * 2 // 3],
        "header": content[:2].replace(b'"', b'"X') + b"XX" + content[2:],
        "letters": content[:end] + content[end:].translate(bytes.maketrans(b"567", b"abc")),
    }
    for kind, data in damaged.items():
        file = tmp_path / f"{kind}.csv"
        file.write_bytes(data)
        try:
            read = read_register(register, file)
        except InputError as error:
            assert file.name in str(error) and str(error).count("\n") == 0
            continue
        counts = read.manifest
        assert counts["rows_read"] == counts["rows_kept"] + counts["rows_ignored"] + counts["rows_refused"]
        assert read.refused["source_row"].nunique() == counts["rows_refused"]


def test_known_figures():
    def load(name):
        return read_register(FILES[name][0], DATA / name).frame

    jobs = load("dares/effectifs_3niv.csv")
    assert len(jobs) == 36 * 340
    first = jobs[(jobs["year"] == 1983) & (jobs["fap_code"] == "A0Z")]
    assert first["employment_thousands"].tolist() == [1610.3003]
    # A point before three digits stays decimal: no occupation has forty million jobs.
    assert jobs["employment_thousands"].max() < 30_000
    ages = load("dares/age_agrege_1982_1984_2017_2019_restructure_fap225.csv")
    assert ages["employment_thousands"].isna().sum() == 15
    tonnage = load("sinoe/sinoe-tonnage-dma-par-type.csv")
    assert tonnage["mass_t_per_year"].iloc[0] == 841_716 and tonnage["department_code"].iloc[0] == "75"
    assert tonnage["department_code"].str.len().min() == 2
    stores, burners = load("sinoe/sinoe-isdnd.csv"), load("sinoe/sinoe-uiom.csv")
    assert [len(stores), len(burners), burners["outlet_kind"].eq("energy_plant").sum()] == [229, 125, 118]
    outlets = pd.concat([stores, burners]).set_index("outlet_name")
    # Its coordinates are those of its list; without any, only plants overseas stay without a place.
    mulhouse = outlets.loc["Uiom de Mulhouse"]
    assert mulhouse[["commune_code", "latitude", "permitted_t_per_year"]].tolist() == [
        "68300", 47.780334, 170_000,
    ]  # fmt: skip
    lost = outlets[outlets["latitude"].isna()]
    assert set(lost["commune_code"].str[:2]) == {"97", "98"} and len(lost) == 10
    assert outlets["outlet_id"].is_unique and outlets["spare_t_per_year"].isna().all()
    wastes = load("waste_codes/low_fr_en_6digits.csv")
    assert (len(wastes), int(wastes["hazardous"].sum()), wastes["waste_code"].iloc[0]) == (842, 408, "010101")
