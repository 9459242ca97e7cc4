"""Hostile files: each gives a French reason, none stops the others."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from eit_analysis.intake.workbook import read_files, survey_files


def workbook(path: Path, cells: dict[str, object], sheet: str = "Flux") -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for address, value in cells.items():
        book.active[address] = value
    book.save(path)
    return path


def zip_bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(410):
                member.write(b"\0" * (1 << 20))
    return path


def hostile(folder: Path) -> list[Path]:
    (folder / "html.xlsx").write_text(
        "<html><body><table><tr><td>Identifiant</td></tr></table></body></html>"
    )
    (folder / "vide.xlsx").write_bytes(b"")
    (folder / "tronque.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    (folder / "texte.ods").write_text("bonjour")
    (folder / "binaire.csv").write_bytes(b"\x81\x8d\x8f\x00\x01")
    (folder / "dossier.xlsx").mkdir()
    return [
        folder / "dossier.xlsx", folder / "html.xlsx", folder / "vide.xlsx", folder / "tronque.xlsx",
        folder / "texte.ods", folder / "binaire.csv", zip_bomb(folder / "bombe.xlsx"),
        workbook(folder / "loin.xlsx", {"A1": "Identifiant", "XFD1048576": "x"}),
    ]  # fmt: skip


def test_each_hostile_file_has_its_reason_and_the_good_one_is_read(tmp_path):
    paths = hostile(tmp_path)
    good = workbook(tmp_path / "bon.xlsx", {"A1": "Identifiant", "A2": "E01"})
    read = {file.name: file for file in read_files([*paths, good], tmp_path)}
    assert list(read) == [path.name for path in [*paths, good]]
    problems = {name: file.problem for name, file in read.items()}
    assert problems.pop("bon.xlsx") is None
    assert all(problem and "Traceback" not in problem for problem in problems.values())
    assert "page web" in problems["html.xlsx"]
    assert "vide" in problems["vide.xlsx"]
    assert "dossier" in problems["dossier.xlsx"]
    assert "décompressé" in problems["bombe.xlsx"]
    assert list(read["bon.xlsx"].sheets[0].rows) == [["Identifiant"], ["E01"]]
    assert all(len(file.sha256) == 64 for name, file in read.items() if name != "dossier.xlsx")


def test_a_far_row_names_its_sheet(tmp_path):
    path = workbook(tmp_path / "loin.xlsx", {"A1": "Identifiant", "H1048576": "x"})
    (file,) = read_files([path], tmp_path)
    assert "«\u00a0Flux\u00a0»" in file.problem


def test_a_file_too_long_to_read_is_left_behind(tmp_path):
    slow = workbook(tmp_path / "a.xlsx", {"A1": 1})
    good = workbook(tmp_path / "b.xlsx", {"A1": 2})
    late, _ = read_files([slow, good], tmp_path, seconds=0.0)
    assert "trop longue" in late.problem


def test_excel_errors_are_seen(tmp_path):
    path = tmp_path / "erreurs.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Flux")
        sheet.write_string("A1", "Quantité")
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B3", "=NA()", None, "#N/A")
        sheet.write_formula("A3", "=1+1", None, 2)
    (file,) = read_files([path], tmp_path)
    assert list(file.sheets[0].rows) == [["Quantité", ""], ["#DIV/0!", ""], [2.0, "#N/A"]]


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("Identifiant;Quantité\nE07;1,5\n".encode("cp1252"), "cp1252", ";"),
        ("Identifiant;Quantité\nE07;1,5\n".encode(), "utf-8", ";"),
        ("Identifiant;Quantité\nE07;1,5\n".encode("utf-8-sig"), "utf-8-sig", ";"),
        ("Identifiant\tQuantité\nE07\t1,5\n".encode("utf-16"), "utf-16", "\t"),
        ('Identifiant,Quantité\nE07,"1,5"\n'.encode(), "utf-8", ","),
    ],
)
def test_text_files(tmp_path, content, encoding, separator):
    path = tmp_path / "E07_Flux.csv"
    path.write_bytes(content)
    (file,) = read_files([path], tmp_path)
    assert (file.encoding, file.separator) == (encoding, separator)
    assert file.sheets[0].name == "Flux"
    assert list(file.sheets[0].rows) == [["Identifiant", "Quantité"], ["E07", "1,5"]]


def test_lock_files_are_ignored_and_other_files_left_alone(tmp_path):
    for name in ("E01.xlsx", "~$E01.xlsx", ".~lock.E01.ods#", "generate.py", "sous/E02.csv", ".cache/x.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    read, left = survey_files(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in read] == ["E01.xlsx", "sous/E02.csv"]
    assert [path.name for path in left] == ["generate.py"]
