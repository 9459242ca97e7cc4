"""What the reader returns of each kind of file; that a hostile one is refused, with its reason, and alone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import random
import subprocess
import sys
import zipfile
from itertools import accumulate
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hostile_files import HOSTILE, changed, ods, ods_cell, ods_row, ods_table, with_rows, workbook, written
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from eit_analysis.intake.reading import looks, text
from eit_analysis.intake.reading.book import fill_down
from eit_analysis.intake.reading.limits import UnreadableError
from eit_analysis.intake.reading.sheet import repair
from eit_analysis.intake.sheets.workbook import RawFile, read_files, survey_files

pytestmark = pytest.mark.usefixtures("reading_process")


def read(path: Path) -> RawFile:
    (file,) = read_files([path], path.parent)
    return file


def rows(path: Path, sheet: int = 0) -> list[list[object]]:
    file = read(path)
    assert file.problem is None
    return list(file.sheets[sheet].rows)


def rules(file: RawFile) -> list[str]:
    return [rule for *_, rule in [*file.notes, *(f for sheet in file.sheets for f in sheet.notes)]]


@pytest.fixture(scope="module")
def refused(tmp_path_factory) -> dict[str, RawFile]:
    """Every hostile file in one folder, a good one between each two."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = []
    for number, (name, (make, _)) in enumerate(HOSTILE.items()):
        paths += [
            make(folder / name),
            workbook(folder / f"bon_{number}.xlsx", {"A1": "Identifiant", "A2": name}),
        ]
    return {file.name: file for file in read_files(paths, folder)}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(refused, name):
    assert HOSTILE[name][1] in (refused[name].problem or "")
    assert not refused[name].sheets
    assert not (refused[name].problem or "").endswith(".")


def test_the_files_beside_hostile_ones_are_read(refused):
    good = [file for name, file in refused.items() if name.startswith("bon_")]
    assert [list(file.sheets[0].rows) for file in good] == [[["Identifiant"], [name]] for name in HOSTILE]
    assert all(len(file.sha256) == 64 for file in good)


def test_an_unreadable_file_says_so(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"A1": 1})
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("the superuser may read every file")
    assert "droit de le lire" in (read(path).problem or "")


def test_the_reading_process_imports_none_of_the_analysis():
    code = (
        "import sys, eit_analysis.intake.reading.child;"
        "print(*sorted({m.split('.')[0] for m in sys.modules} & {'pandas', 'numpy', 'pandera', 'openpyxl'}))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_name_that_is_no_utf8_is_read_and_printable(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b'/caf\xe9 \n "x"_Flux.csv'))
    written(path, b"a;b\n1;2\n")
    file = read(path)
    assert file.name == 'caf\\xe9 \n "x"_Flux.csv'
    assert file.sheets[0].name == "Flux"


def test_a_far_row_names_its_sheet(tmp_path):
    path = workbook(tmp_path / "loin.xlsx", {"A1": "Identifiant", "H1048576": "x"})
    file = read(path)
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
    file = read(path)
    assert list(file.sheets[0].rows) == [["Quantité", ""], ["#DIV/0!", ""], [2.0, "#N/A"]]


def test_errors_booleans_and_formulas_never_calculated_are_no_blanks(tmp_path):
    cells = {"A1": "=1+1", "A2": True, "A3": False, "B1": 1.0, "B2": 0.0, "B3": '=SUM(B1:B2)&"<x>"'}
    file = read(workbook(tmp_path / "a.xlsx", cells))
    assert list(file.sheets[0].rows) == [["#FORMULE!", 1.0], ["VRAI", 0.0], ["FAUX", "#FORMULE!"]]
    assert file.sheets[0].notes == [
        (1, "formule", "#FORMULE!", "formula_without_value"),
        (3, "formule", "#FORMULE!", "formula_without_value"),
    ]


def test_a_formula_that_gave_an_empty_text_is_blank(tmp_path):
    more = b'<row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3" t="str"><f>"x"</f><v>x</v></c></row>'
    path = changed(tmp_path / "a.xlsx", sheet=with_rows(more))
    assert rows(path) == [["Identifiant", ""], ["E01", ""], ["", "x"]]


def test_prefixed_tags_are_read_alike(tmp_path):
    def prefix(xml: bytes) -> bytes:
        xml = xml.replace(b"<worksheet xmlns=", b"<worksheet xmlns:x=")
        return xml.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:")

    more = b'<row r="3"><c r="A3" t="e"><v>#REF!</v></c></row>'
    path = changed(tmp_path / "a.xlsx", sheet=lambda xml: prefix(with_rows(more)(xml)))
    assert rows(path) == [["Identifiant"], ["E01"], ["#REF!"]]


def test_old_workbook(tmp_path):
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("Flux")
    sheet.write(0, 0, dt.datetime(2024, 3, 1), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.write(0, 1, True)
    sheet.write(1, 1, "caché")
    sheet.row(1).hidden = True
    sheet.row(2).set_cell_error(0, 42)
    sheet.row(2).set_cell_error(1, 7)
    sheet.write_merge(3, 5, 0, 0, "E07")
    for row in (3, 4, 5):
        sheet.write(row, 1, row)
    book.add_sheet("Cachée").write(0, 0, "x")
    book.get_sheet(1).visibility = 2
    path = tmp_path / "vieux.xls"
    book.save(str(path))
    file = read(path)
    assert file.format == "xls"
    assert list(file.sheets[0].rows) == [
        [dt.date(2024, 3, 1), "VRAI"], ["", "caché"], ["#N/A", "#DIV/0!"], ["E07", 3], ["E07", 4], ["E07", 5],
    ]  # fmt: skip
    assert (2, "ligne masquée", "lue", "hidden_row_read") in file.sheets[0].notes
    assert file.sheets[1].notes == [(None, "feuille masquée", "lue", "hidden_sheet_read")]
    assert rules(file) == [
        "date_system_1904",
        "hidden_row_read",
        *["merged_cells_filled"] * 2,
        "hidden_sheet_read",
    ]


def test_error_of_a_formula_in_an_old_workbook(tmp_path):
    # xlwt writes no results: the result of =1+1 is changed to the error #DIV/0! by hand ([MS-XLS] 2.5.133).
    book = xlwt.Workbook()
    book.add_sheet("Flux").write(0, 0, xlwt.Formula("1+1"))
    path = tmp_path / "a.xls"
    book.save(str(path))
    data = path.read_bytes()
    at = data.index(b"\x06\x00", data.index(b"\x08\x02")) + 10
    path.write_bytes(data[:at] + b"\x02\0\x07\0\0\0\xff\xff" + data[at + 8 :])
    assert rows(path) == [["#DIV/0!"]]


def test_hidden_merged_and_commented_cells_of_a_workbook(tmp_path):
    path = tmp_path / "a.xlsm"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet("Flux")
        sheet.merge_range("A1:C1", "Titre")
        sheet.merge_range("A3:A5", "E07")
        sheet.merge_range("B3:B5", 12)
        sheet.write_datetime("C3", dt.datetime(2024, 3, 1), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write("C5", "x")
        sheet.write_comment("C4", "une note")
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_row(9, None, None, {"hidden": True})
        sheet.set_column("C:E", None, None, {"hidden": True})
        book.add_worksheet("Masquée").write(0, 0, 1)
        book.worksheets()[1].hide()
        book.add_worksheet("Très masquée").very_hidden()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    file = read(path)
    assert list(file.sheets[0].rows) == [
        ["Titre", "", ""], ["", "", ""], ["E07", 12, dt.date(2024, 3, 1)], ["", "", ""], ["E07", "", "x"],
    ]  # fmt: skip
    assert file.notes == [
        (None, "macros", "jamais exécutées", "macro_ignored"),
        (None, "calendrier 1904", "dates converties", "date_system_1904"),
    ]
    assert file.sheets[0].notes == [
        (None, "colonne C masquée", "lue", "hidden_column_read"),
        (5, "", "E07", "merged_cells_filled"),
        (5, "12.0", "", "merged_number_not_repeated"),
        (5, "ligne masquée", "lue", "hidden_row_read"),
    ]
    for sheet in file.sheets[1:]:
        assert sheet.notes == [(None, "feuille masquée", "lue", "hidden_sheet_read")]


def test_comments_stay_out(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active["A1"].comment = Comment("une note", "moi")
    book.active["B5"].comment = Comment("une autre", "moi")
    book.save(tmp_path / "a.xlsx")
    assert rows(tmp_path / "a.xlsx") == [["x"]]


def test_open_document(tmp_path):
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    path = ods(tmp_path / "a.ods", ods_table(
        ods_row(ods_cell("E07", 'table:number-rows-spanned="3"'), error),
        ods_row("<table:covered-table-cell/>", '<table:table-cell table:formula="of:=[.A1]"/>',
                attributes='table:visibility="collapse"'),
        ods_row("<table:covered-table-cell/>", '<table:table-cell office:value-type="boolean"'
                ' office:boolean-value="true"><office:annotation><text:p>note</text:p></office:annotation>'
                "</table:table-cell>"),
    ))  # fmt: skip
    file = read(path)
    assert list(file.sheets[0].rows) == [["E07", "#DIV/0!"], ["E07", "#FORMULE!"], ["E07", "VRAI"]]
    assert (2, "ligne masquée", "lue", "hidden_row_read") in file.sheets[0].notes
    assert sorted(rules(file)) == [
        "formula_without_value", "hidden_row_read", "merged_cells_filled", "merged_cells_filled",
    ]  # fmt: skip


def test_formatting_down_to_the_last_row_is_no_content(tmp_path):
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    path = ods(tmp_path / "a.ods", ods_table(
        ods_row(ods_cell("x"), '<table:table-cell table:number-columns-repeated="16383"/>'),
        ods_row(blank, attributes='table:number-rows-repeated="1048574"'), ods_row(blank),
    ))  # fmt: skip
    assert rows(path) == [["x"]]
    styled = b"".join(b'<row r="%d"><c r="B%d" s="0"/></row>' % (n, n) for n in range(3, 300_000))
    last = b'<row r="1048576" s="0" customFormat="1"><c r="XFD1048576" s="0"/></row>'
    path = changed(tmp_path / "a.xlsx", sheet=with_rows(styled + last))
    assert rows(path) == [["Identifiant"], ["E01"]]


@pytest.mark.parametrize(
    ("cell", "filled"),
    [
        ("E07", True),
        ("15 01 01", True),
        (12345678901234.0, True),
        (12.5, False),
        ("12 t", False),
        ("1,5", False),
    ],
)
def test_a_quantity_merged_over_rows_is_not_multiplied(cell, filled):
    table = [[cell, "a"], ["", "b"], ["", ""], ["", "c"]]
    notes = fill_down(table, [((0, 0), (3, 0)), ((1, 0), (3, 0))])
    assert [row[0] for row in table] == ([cell, cell, "", cell] if filled else [cell, "", "", ""])
    assert [row for row, *_ in notes] == [2, 4]


def test_titles_over_columns_are_not_repeated():
    table = [["Titre", "", ""], ["", "", "x"]]
    assert fill_down(table, [((0, 0), (1, 2))]) == []
    assert table == [["Titre", "", ""], ["", "", "x"]]


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("Identifiant;Quantité\nE07;1,5\n".encode("cp1252"), "cp1252", ";"),
        ("Identifiant;Quantité\nE07;1,5\n".encode(), "utf-8", ";"),
        ("Identifiant;Quantité\nE07;1,5\n".encode("utf-8-sig"), "utf-8-sig", ";"),
        ("Identifiant\tQuantité\nE07\t1,5\n".encode("utf-16"), "utf-16", "\t"),
        ("Identifiant\tQuantité\nE07\t1,5\n".encode("utf-16-le"), "utf-16-le", "\t"),
        ("Identifiant;Quantité\nE07;1,5\n".encode("utf-16-be"), "utf-16-be", ";"),
        ("\ufeffIdentifiant;Quantité\nE07;1,5\n".encode("utf-16-be"), "utf-16", ";"),
        ('Identifiant,Quantité\nE07,"1,5"\n'.encode(), "utf-8", ","),
        ("Identifiant|Quantité\nE07|1,5\n".encode(), "utf-8", "|"),
        ("Identifiant;Quantité\rE07;1,5\r".encode(), "utf-8", ";"),
        ("Identifiant;Quantité\r\nE07;1,5".encode(), "utf-8", ";"),
    ],
)
def test_text_files(tmp_path, content, encoding, separator):
    path = tmp_path / "E07_Flux.csv"
    path.write_bytes(content)
    file = read(path)
    assert (file.encoding, file.separator) == (encoding, separator)
    assert file.sheets[0].name == "Flux"
    assert list(file.sheets[0].rows) == [["Identifiant", "Quantité"], ["E07", "1,5"]]


def test_a_sep_line_decides_and_is_row_one(tmp_path):
    path = written(tmp_path / "Flux.csv", b'sep=|\na|"b;c;d"\n1|2;3;4\n')
    assert read(path).separator == "|"
    assert rows(path) == [["", ""], ["a", "b;c;d"], ["1", "2;3;4"]]


def test_mixed_line_ends_short_rows_and_quoted_line_breaks(tmp_path):
    path = written(tmp_path / "Flux.csv", b'a;b;c\r\n1\r2;"x\ny ""z"""\n\n3;4;5\n\n;;\n')
    assert rows(path) == [
        ["a", "b", "c"],
        ["1", "", ""],
        ["2", 'x\ny "z"', ""],
        ["", "", ""],
        ["3", "4", "5"],
    ]


@settings(max_examples=200)
@given(st.lists(st.text(st.sampled_from('ab;, é\r\n"'), max_size=12), min_size=1, max_size=6))
def test_text_is_cut_as_the_csv_module_cuts_it(lines):
    content = "a;b;c\n" + "\n".join(lines)
    try:
        _, separator, sheet = text.read(content.encode(), "Flux")
    except UnreadableError as error:
        assert '"' in content and error.code == "text_quote"
        return
    expected = list(csv.reader(io.StringIO(content, newline=""), delimiter=separator))
    packed = sheet.packed()
    cells = [packed["values"][number] for number in sheet.cells]
    ends = accumulate(sheet.widths)
    found = [cells[end - width : end] for end, width in zip(ends, sheet.widths, strict=True)]
    while expected and not "".join(expected[-1]).strip():
        expected.pop()
    assert [row or [""] for row in found] == [row or [""] for row in expected]


def test_a_quote_that_closes_far_below_swallows_no_row(tmp_path):
    path = written(tmp_path / "Flux.csv", b'a;b;c\n1;"2;3\n4;5;6\n7;8;"9"\n')
    assert "ligne 2" in (read(path).problem or "")


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        ("D\u00c3\u00a9chets", "Déchets"), ("c\u00c5\u201cur", "cœur"),
        ("L\u00e2\u20ac\u2122usine", "L’usine"),
        ("D\u00c3\u0192\u00c2\u00a9chets", "Déchets"), ("\u00c3\u20ac trier", "À trier"),
        ("Déchets", "Déchets"), ("PÂTE À PAPIER", "PÂTE À PAPIER"), ("Dé \u00c3\u00a9", "Dé \u00c3\u00a9"),
    ],
)  # fmt: skip
def test_mojibake_is_undone_only_exactly(broken, right):
    assert repair(broken) == right


@given(st.text(st.sampled_from("abc éèàçùœŒÉÀ€’«»° \u00a0-12"), min_size=1))
def test_the_way_back_from_mojibake_is_the_way_there(right):
    assert repair(right.encode().decode("latin-1")) == right
    assert repair(right) == right


def test_mojibake_is_reported_cell_by_cell(tmp_path):
    wrong = "Cat\u00c3\u00a9gorie"
    path = written(
        tmp_path / "Flux.csv", f"Nom;{wrong}\nDé\u00c3\u00a9;x\ny;{wrong}\nz;perdu \ufffd\n".encode()
    )
    file = read(path)
    assert file.sheets[0].rows[0] == ["Nom", "Catégorie"]
    assert file.sheets[0].notes == [
        (1, wrong, "Catégorie", "mojibake_repaired"),
        (2, "Dé\u00c3\u00a9", "Dé\u00c3\u00a9", "mojibake_suspected"),
        (3, wrong, "Catégorie", "mojibake_repaired"),
        (4, "perdu \ufffd", "perdu \ufffd", "mojibake_suspected"),
    ]
    assert rules(read(workbook(tmp_path / "a.xlsx", {"A1": wrong}))) == ["mojibake_repaired"]


def test_damaged_workbooks_are_refused_or_read_but_never_stop_the_reading(tmp_path):
    """Random bytes of valid workbooks changed, and cuts: three hundred files, each accounted for."""
    chance = random.Random(3)
    book = xlwt.Workbook()
    book.add_sheet("Flux").write(3, 3, "x")
    book.save(str(tmp_path / "m.xls"))
    models = [
        workbook(tmp_path / "m.xlsx", {"A1": "Identifiant", "B2": 3, "C3": "=A1"}),
        ods(tmp_path / "m.ods", ods_table(ods_row(ods_cell("x"), ods_cell("y")))),
        tmp_path / "m.xls",
        written(tmp_path / "m.csv", 'Identifiant;Quantité\n"E07";1,5\n'.encode()),
    ]
    paths = []
    for number in range(300):
        model = chance.choice(models)
        data = bytearray(model.read_bytes())
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        paths.append(written(tmp_path / f"{number}{model.suffix}", bytes(data)))
    files = list(read_files(paths, tmp_path))
    assert [file.name for file in files] == [path.name for path in paths]
    assert all((file.problem is None) == bool(file.sheets) for file in files)


def test_lock_files_are_ignored_and_other_files_left_alone(tmp_path):
    for name in ("E01.xlsx", "~$E01.xlsx", ".~lock.E01.ods#", "generate.py", "sous/E02.csv", ".cache/x.csv",
                 "sous/Thumbs.db", "desktop.ini"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    read, left = survey_files(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in read] == ["E01.xlsx", "sous/E02.csv"]
    assert [path.name for path in left] == ["generate.py"]


def test_what_only_the_look_of_an_ods_cell_says_is_read(tmp_path):
    styles = """<office:automatic-styles>
      <number:number-style style:name="N1"><number:number/>
       <number:text> kg</number:text></number:number-style>
      <style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>
      <style:style style:name="ce2">
        <style:text-properties style:text-line-through-style="solid"/></style:style>
      </office:automatic-styles>"""

    def number(value: float, attributes: str, kind: str = "float") -> str:
        return f'<table:table-cell office:value-type="{kind}" office:value="{value}" {attributes}/>'

    cells = number(0.5, "", "percentage"), number(300, 'table:style-name="ce1"'), number(12, "")
    struck = number(12, 'table:style-name="ce2"')
    path = ods(tmp_path / "a.ods", ods_table(ods_row(*cells), ods_row(struck, ods_cell("x"))))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace("<office:body>", f"{styles}<office:body>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    (sheet,) = read(path).sheets
    assert list(sheet.rows) == [["50 %", "300 kg", 12], ["#BARRÉ! 12", "x", ""]]


@pytest.mark.parametrize("tag", ["<si>", "<si><r>", "<c s='1' ", '<comment ref="A1">'])
def test_tags_that_never_close_take_no_longer_than_they_are_long(tag):
    looks.rewrite_runs(bytearray(b"<strike/>" + tag.encode() * 100_000 + b"</si>" * 1000))
    parts = {"xl/worksheets/sheet1.xml": bytearray(tag.encode() * 100_000)}
    parts |= {"xl/worksheets/_rels/sheet1.xml.rels": bytearray(b'Target="../comments1.xml"')}
    parts |= {"xl/comments1.xml": bytearray(tag.encode() * 100_000)}
    assert looks.looks(parts, "xl/worksheets/sheet1.xml", {1: "kg"}) == []
