"""The blank questionnaire: the contract's headers, its drop-downs, and a filled copy that reads back."""

from __future__ import annotations

import openpyxl
import pytest

from eit_analysis import tables
from eit_analysis.errors import InputError
from eit_analysis.intake.cells import allowed_words
from eit_analysis.intake.cleaning import clean_wave
from eit_analysis.intake.headers import find_layout, table_of
from eit_analysis.intake.questionnaire import GUIDE, write_blank
from eit_analysis.study import open_study


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    path = tmp_path_factory.mktemp("modele") / "questionnaire.xlsx"
    write_blank(path)
    return path


def test_same_bytes_each_time(blank, tmp_path):
    write_blank(tmp_path / "autre.xlsx")
    assert (tmp_path / "autre.xlsx").read_bytes() == blank.read_bytes()


def test_every_sheet_and_header_is_recognised(blank):
    book = openpyxl.load_workbook(blank)
    assert book.sheetnames == [GUIDE, *map(tables.sheet_name, tables.TABLES)]
    for table in tables.TABLES:
        sheet = book[tables.sheet_name(table)]
        assert table_of(sheet.title) == table
        header = [cell.value for cell in sheet[1]]
        assert header == [spec["header"] for spec in tables.form(table).values()]
        layout = find_layout(table, [header])
        assert list(layout.columns) == list(tables.form(table))
        assert all(cell.comment is not None for cell in sheet[1])


def test_drop_downs_offer_the_allowed_words(blank):
    book = openpyxl.load_workbook(blank)
    for table in tables.TABLES:
        lists = {
            str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1.strip('"').split(",")
            for rule in book[tables.sheet_name(table)].data_validations.dataValidation
            if rule.type == "list"
        }
        for index, column in enumerate(tables.form(table), start=1):
            words = allowed_words(table, column)
            assert lists.get(openpyxl.utils.get_column_letter(index), []) == list(words)
    assert set(tables.EVIDENCE_WORDS) == set(allowed_words("flows", "evidence"))


def test_a_filled_copy_reads_back_and_a_blank_one_is_refused(blank, tmp_path):
    raw = tmp_path / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text('title = "Essai"\nterritory = "Vallée"\n', encoding="utf-8")
    study = open_study("essai", root=tmp_path)
    book = openpyxl.load_workbook(blank)
    book.save(study.raw / "E01.xlsx")
    with pytest.raises(InputError, match="aucune ligne remplie"):
        clean_wave(study)
    book["Entreprise"].append(["E01", "Essai", None, "13.10Z", "Thann", "68334", "68800", 40, "entreprise"])
    book["Flux"].append(
        ["E01", "sortant", "textile", "Fils", "040222", "10-15", "t", "an", None, "pesée", "propre"]
    )
    book["Changement"].append(["E01", "direction", "Nous avons le temps", 4])
    book.save(study.raw / "E01.xlsx")
    cleaned = clean_wave(study)
    assert {t: len(frame) for t, frame in cleaned.tables.items() if len(frame)} == {
        "sites": 1, "flows": 1, "readiness": 1,
    }  # fmt: skip
    assert cleaned.quarantine.empty
    assert cleaned.tables["sites"]["naf_code"].tolist() == ["1310Z"]
