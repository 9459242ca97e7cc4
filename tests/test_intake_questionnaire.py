"""The blank questionnaire: the contract's headers and checks, and a filled copy that reads back untouched."""

from __future__ import annotations

import datetime as dt
import html
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from eit_analysis import reference, tables
from eit_analysis.codes import EVIDENCE_WORDS
from eit_analysis.errors import InputError
from eit_analysis.intake.cells.contract import allowed_words, clean_cell, is_date, words_of
from eit_analysis.intake.cells.periods import PERIOD_LABELS
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.form.guide import EXAMPLES as PRINTED
from eit_analysis.intake.form.guide import GUIDE, MEANINGS, PARAGRAPHS, RETURN, UNITS, is_note, note
from eit_analysis.intake.form.questionnaire import (
    ROWS,
    contacted,
    write_blank,
    write_for_firms,
    write_forms,
)
from eit_analysis.intake.form.validation import COMMON_UNITS, check
from eit_analysis.intake.sheets.headers import find_form, table_of
from eit_analysis.intake.sheets.parts import parts
from eit_analysis.intake.sheets.workbook import RawSheet
from eit_analysis.intake.survey.response import read_listed
from eit_analysis.reference.units import to_tonnes

# Filled in by a firm: a row that the form prints is set aside where it is left in.
OWN = {"name", "comment", "skill", "occupation"}
EXAMPLES = {
    table: {name: f"{value} bis" if name in OWN else value for name, value in row.items()}
    for table, row in PRINTED.items()
}
FIRMS = pd.DataFrame(
    {
        "siret": ["12345678200010", "123 456 782 00028", None],
        "name": ["FILATURE DE L'EXEMPLE", "=1+1 & fils", "Commune sans code"],
        "naf_code": ["13.10Z", "2562B", "0000Z"],
        "commune_name": ["THANN", "VIEUX THANN", "Thann"],
        "commune_code": ["68334", None, None],
        "postcode": ["68800", "68800", "68800"],
        "headcount": [45, None, 12],
    }
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    path = tmp_path_factory.mktemp("modele") / "questionnaire.xlsx"
    write_blank(path)
    return path


def checks_by_column(sheet):
    return {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule
        for rule in sheet.data_validations.dataValidation
    }


def letter(table, column):
    return get_column_letter(list(tables.form(table)).index(column) + 1)


def fill(book, rows):
    """Type rows of ``{column: value}`` under the headers; returns what was typed, by table."""
    for table, lines in rows.items():
        sheet = book[tables.sheet_name(table)]
        for rank, line in enumerate(lines, start=2):
            for index, column in enumerate(tables.form(table), start=1):
                if line.get(column) is not None:
                    sheet.cell(rank, index, line[column])


def full_rows():
    """Every column of every sheet, each allowed word at least once, plain values elsewhere."""
    rows = {}
    for table, example in EXAMPLES.items():
        columns = [column for column in tables.form(table) if allowed_words(table, column)]
        count = max([len(allowed_words(table, column)) for column in columns], default=2)
        lines = []
        for rank in range(count):
            line = dict(example)
            for column in columns:
                words = allowed_words(table, column)
                line[column] = words[rank % len(words)]
            lines.append(line)
        rows[table] = lines
    for rank, line in enumerate(rows["sites"], start=7):
        line |= {"site_id": f"E{rank:02d}", "name": f"Acteur {rank}"}
    for rank, line in enumerate(rows["flows"]):
        # A mass, so that no factor is needed; a whole year or a period of the months stated.
        line |= {"quantity": str(10 + rank), "unit": "kg" if rank % 2 else "t", "months": None}
        line["period"] = "an" if line["period"] == "jour" else line["period"]
    rows["synergy_register"][0]["site_ids"] = "E07 E08"
    for rank, line in enumerate(rows["synergy_register"]):
        line |= {"synergy_id": f"S{rank:02d}", "site_ids": "E07 E08"}
    for line in rows["exchange_answers"]:
        line |= {"site_id": "E08", "giver_site_id": "E07", "taker_site_id": "E08"}
    for rank, line in enumerate(rows["readiness"]):
        line["answer"] = 1 + rank % 5
    for rank, line in enumerate(rows["skills"]):
        line["current_level"] = rank % 5
    return rows


def assert_untouched(cleaned):
    # Statements that the form lists and nobody answered are the form's own.
    told = cleaned.corrections[cleaned.corrections["rule"] != "ignored_unanswered"]
    assert told.to_dict("records") == []
    assert cleaned.quarantine.to_dict("records") == []


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
        layout = find_form(table, [header])
        assert list(layout.columns) == list(tables.form(table))
        assert sheet.freeze_panes == "B2"
    # The guide lists all headers one below the other, and is no table on its side, whatever its name.
    guide = RawSheet("Aide", [["" if cell is None else cell for cell in row] for row in book[GUIDE].values])
    assert parts(guide) == [guide]
    # Nor is it one where somebody wrote over a header that it lists, under its own name.
    cells = [["x" if cell == "Effectif" else cell for cell in row] for row in guide.rows]
    altered = RawSheet(GUIDE, cells)
    assert parts(altered) == [altered] and parts(RawSheet("Aide", cells)) != [altered]


def test_notes_give_description_unit_words_and_example(blank):
    book = openpyxl.load_workbook(blank)
    for table in tables.TABLES:
        cells = book[tables.sheet_name(table)][1]
        for cell, (column, spec) in zip(cells, tables.form(table).items(), strict=True):
            text = cell.comment.text
            assert text.startswith(spec["description"])
            assert all(word in text for word in allowed_words(table, column))
            assert (UNITS[column] in text) if column in UNITS else ("Unité\u00a0:" not in text)
            assert "Exemple\u00a0: " in text
            # A number without its unit would be a guess; marks and years say theirs in their description.
            if "float" in spec.get("dtype", "") and "De " not in spec["description"]:
                assert column in UNITS or column == "reference_year"


def test_notes_of_forms_sent_out_earlier_are_ours_too_and_those_of_others_are_not():
    """Regression: a description that changed put every mass of the forms already sent out in doubt."""
    for table in tables.TABLES:
        for column, spec in tables.form(table).items():
            text = note(table, column)
            assert is_note(text) and is_note(" ".join(text.split()))
            assert is_note(text.replace(spec["description"], "Ce qui était écrit ici avant, autrement"))
            assert not is_note(f"{text} ; à multiplier par 12")
    own = note("flows", "cost_eur_per_t")
    earlier = "Coût de gestion actuel, recettes en négatif.\nUnité\u00a0: euros par tonne.\nExemple\u00a0: 80"
    assert is_note(earlier) and earlier != own
    assert not is_note("Par mois.\nUnité\u00a0: euros par tonne.\nExemple\u00a0: 80")
    assert not is_note(own.replace("euros par tonne", "euros par mois"))
    assert not is_note("en kilos et non en tonnes") and not is_note("Toutes les quantités sont de 2017.")


def test_drop_downs_offer_the_allowed_words_on_every_row(blank):
    book = openpyxl.load_workbook(blank)
    for table in tables.TABLES:
        rules = checks_by_column(book[tables.sheet_name(table)])
        for index, column in enumerate(tables.form(table), start=1):
            words = allowed_words(table, column)
            rule = rules.get(get_column_letter(index))
            if words:
                assert rule.formula1.strip('"').split(",") == list(words)
                assert rule.type == "list"
                assert rule.errorStyle in (None, "stop")
            if rule is not None:
                assert str(rule.sqref).endswith(str(ROWS + 1))
    assert set(EVIDENCE_WORDS) == set(allowed_words("flows", "evidence"))


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("flows", "quantity", "<5"),
        ("flows", "quantity", "10-15"),
        ("flows", "quantity", "NC"),
        ("flows", "unit", "fût 200 l"),
        ("flows", "cost_eur_per_t", "env. 80"),
        ("flows", "waste_code", "n.d."),
        ("sites", "headcount", "env. 40"),
        ("flows", "uncertainty_percent", "env. 20"),
        ("sites", "siret", "123 456 782 00010"),
        ("workforce", "fte", "5 ETP"),
        ("sharing", "volume_per_year", "<200"),
        ("synergy_register", "realised_t_per_year", "8 t/an"),
        ("synergy_register", "realised_uncertainty_percent", "env. 20 %"),
        ("synergy_register", "realised_eur_per_year", "-1 200 €/an"),
        ("synergy_register", "realised_tco2e_per_year", "−3,5 tCO₂e/an"),
        ("synergy_register", "coordination_hours", "env. 60 h"),
    ],
)
def test_a_check_never_refuses_what_the_reader_takes(blank, table, column, cell):
    if column != "quantity":  # read with its unit and period
        clean_cell(table, column, cell)
    sheet = openpyxl.load_workbook(blank)[tables.sheet_name(table)]
    rule = checks_by_column(sheet).get(letter(table, column))
    assert rule is None or rule.type is None or rule.errorStyle == "warning" or not rule.showErrorMessage


def test_scales_years_dates_and_lists_stop(blank):
    book = openpyxl.load_workbook(blank)
    expected = {
        ("readiness", "answer"): ("whole", "1", "5"),
        ("workforce", "hiring_difficulty"): ("whole", "0", "4"),
        ("skills", "required_level"): ("whole", "0", "4"),
        ("sites", "reference_year"): ("whole", "1990", "2100"),
    }
    for (table, column), wanted in expected.items():
        rule = checks_by_column(book[tables.sheet_name(table)])[letter(table, column)]
        assert (rule.type, rule.formula1, rule.formula2) == wanted
        assert rule.errorStyle in (None, "stop")
    sheet = book["Synergies"]
    for column in ("status_date", "start_date", "end_date"):
        assert checks_by_column(sheet)[letter("synergy_register", column)].type == "date"
    # Like columns share one declaration, which openpyxl gives to the first of them.
    formats = {group.min: group.number_format for group in sheet.column_dimensions.values()}
    dated = [
        formats[max(first for first in formats if first <= index)] == "yyyy-mm-dd"
        for index, _ in enumerate(tables.form("synergy_register"), start=1)
    ]
    assert dated == [is_date(column) for column in tables.form("synergy_register")]


def test_a_date_made_of_an_interval_is_caught_by_the_bound(blank):
    book = openpyxl.load_workbook(blank)
    serial = (dt.date(2015, 10, 1) - dt.date(1899, 12, 30)).days
    for table, column in (("sites", "headcount"), ("workforce", "headcount"), ("flows", "cost_eur_per_t")):
        rule = checks_by_column(book[tables.sheet_name(table)])[letter(table, column)]
        assert float(rule.formula2) < serial


def test_headers_are_locked_answers_are_not_and_the_rest_is_free(blank):
    book = openpyxl.load_workbook(blank)
    for table in tables.TABLES:
        sheet = book[tables.sheet_name(table)]
        guard = sheet.protection
        assert guard.sheet
        assert not guard.password
        allowed = ("formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter")
        assert not any(getattr(guard, name) for name in allowed)
        assert guard.insertColumns
        assert guard.deleteColumns
        assert all(cell.protection.locked for cell in sheet[1])
        # Like columns share one declaration. A locked cell anywhere in a row forbids to delete the row.
        groups = sorted(sheet.column_dimensions.values(), key=lambda group: group.min)
        assert [group.min for group in groups] == [1, *(group.max + 1 for group in groups[:-1])]
        assert groups[-1].max == 16_384
        assert not any(group.protection.locked for group in groups)
        assert not any(cell.protection.locked for row in sheet.iter_rows(min_row=2) for cell in row)
        assert not any(sheet.row_dimensions[row].s for row in range(2, ROWS + 2))


SPACED = re.compile(r" [:;?!»]|\d %|« |\.\.|…\.")


def test_every_text_a_firm_reads_is_typeset(blank):
    with zipfile.ZipFile(blank) as archive:
        inside = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    texts = [
        html.unescape(text)
        for name, content in inside.items()
        if "comments" in name or "sharedStrings" in name
        for text in re.findall(r"<t[^>]*>([^<]*)</t>", content)
    ]
    texts += [
        html.unescape(text)
        for content in inside.values()
        for text in re.findall(r'(?:prompt|error|promptTitle|errorTitle)="([^"]*)"', content)
    ]
    assert len(texts) > 300
    assert [text for text in texts if SPACED.search(text)] == []
    assert not [text for text in texts if "intervalle à 95" in text]


def test_the_guide_explains_every_column_and_prints_on_a4(blank):
    sheet = openpyxl.load_workbook(blank)[GUIDE]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert set(RETURN) | set(PARAGRAPHS) <= set(texts)
    for table in tables.TABLES:
        for column, spec in tables.form(table).items():
            line = next(
                row
                for row in sheet.iter_rows(values_only=True)
                if row[1] == spec["header"] and str(row[2]).startswith(spec["description"])
            )
            assert line[4], (table, column)
    for (table, column), words in MEANINGS.items():
        assert set(words) <= set(allowed_words(table, column))
        assert all(meaning in texts for meaning in words.values())


def test_units_offered_have_a_mass_in_every_category():
    for unit in COMMON_UNITS:
        unread = {category for category in tables.CATEGORIES if to_tonnes(1.0, unit, category) is None}
        assert unread == (set() if unit in ("t", "kg") else {"other"}), unit
    assert all(unit in note("flows", "unit") for unit in COMMON_UNITS)
    assert not re.search(r"benne(?! 8 m3| avec son volume)|unité,", note("flows", "unit"))
    assert "t ou kg seulement" in check("flows", "unit")["input_message"]


def test_a_blank_copy_is_refused_and_the_examples_read_back(blank, study):
    book = openpyxl.load_workbook(blank)
    book.save(study.raw / "E07.xlsx")
    with pytest.raises(InputError, match="aucune ligne remplie"):
        clean_wave(study)
    lines = {table: [example] for table, example in EXAMPLES.items()}
    lines["sites"] = [EXAMPLES["sites"], EXAMPLES["sites"] | {"site_id": "E12", "siret": "12345678200028"}]
    fill(book, lines)
    book.save(study.raw / "E07.xlsx")
    cleaned = clean_wave(study)
    assert_untouched(cleaned)
    assert {table: len(frame) for table, frame in cleaned.tables.items()} == {
        table: 2 if table == "sites" else 1 for table in tables.TABLES
    }


@pytest.mark.parametrize(("written", "doubted"), [("Ce qui était écrit ici avant", []), (None, ["Quantité"])])
def test_a_form_sent_out_earlier_is_read_as_one_of_today(blank, study, written, doubted):
    """What somebody writes over a note may put all masses in doubt; what we wrote then never does."""
    book = openpyxl.load_workbook(blank)
    fill(book, {"sites": [EXAMPLES["sites"]], "flows": [EXAMPLES["flows"]]})
    for cell, spec in zip(book["Flux"][1], tables.form("flows").values(), strict=True):
        cell.comment.text = cell.comment.text.replace(spec["description"], written or spec["description"])
    if written is None:
        book["Flux"]["M1"].comment.text = "Pour 2016 et 2017 ensemble."
    book.save(study.raw / "E07.xlsx")
    found = clean_wave(study).implausible
    assert found.loc[found["reason_code"] == "doubted_by_title", "column"].tolist() == doubted


def test_the_printed_example_left_in_is_set_aside_and_said(blank, study):
    book = openpyxl.load_workbook(blank)
    kept = {"quantity": "3", "description": "Lisières"}
    flows = [PRINTED["flows"] | {"quantity": 12.5}, PRINTED["flows"] | kept]
    fill(book, {"sites": [EXAMPLES["sites"]], "flows": flows, "utilities": [PRINTED["utilities"]]})
    book.save(study.raw / "E07.xlsx")
    cleaned = clean_wave(study)
    assert cleaned.tables["flows"]["description"].tolist() == ["Lisières"]
    assert cleaned.tables["utilities"].empty
    rules = cleaned.corrections.set_index("rule")
    assert rules.loc["ignored_example_row", "source_sheet"].tolist() == ["Flux", "Énergie et eau"]


def test_every_column_filled_with_every_word_reads_back_untouched(blank, study):
    book = openpyxl.load_workbook(blank)
    typed = full_rows()
    fill(book, typed)
    book.save(study.raw / "E07.xlsx")
    cleaned = clean_wave(study)
    assert_untouched(cleaned)
    for table, lines in typed.items():
        frame = cleaned.tables[table]
        assert len(frame) == len(lines)
        for column in [c for c in tables.form(table) if c in frame]:
            codes = words_of(table, column) if allowed_words(table, column) else None
            expected = [line[column] for line in lines]
            if codes:
                expected = [
                    clean_cell(table, column, word)[0] if word is not None else None for word in expected
                ]
            if is_date(column):
                expected = [day.isoformat() for day in expected]
            found = [None if pd.isna(value) else value for value in frame[column]]
            assert found == expected, (table, column)
    masses = {
        (line["unit"], line["period"], line["quantity"]): mass
        for line, mass in zip(typed["flows"], cleaned.tables["flows"]["mass_t_per_year"], strict=True)
    }
    assert masses["t", "an", "10"] == 10
    assert masses["kg", "mois", "11"] == pytest.approx(11 * 12 / 1000)


def test_a_day_only_leaves_the_assumption_on_working_days(blank, study):
    book = openpyxl.load_workbook(blank)
    fill(
        book,
        {
            "sites": [EXAMPLES["sites"]],
            "flows": [EXAMPLES["flows"] | {"period": "jour", "months": None, "quantity": "1"}],
        },
    )
    book.save(study.raw / "E07.xlsx")
    cleaned = clean_wave(study)
    assert cleaned.quarantine.empty
    rules = cleaned.corrections["rule"]
    assert rules[rules != "ignored_unanswered"].tolist() == ["day_read_as_working_day"]


def test_a_period_is_not_corrected_into_itself():
    for period, label in PERIOD_LABELS.items():
        assert clean_cell("flows", "period", label) == (period, "")
    assert clean_cell("flows", "period", "par trimestre") == ("quarter", "synonym")


def test_firms_are_prefilled_as_the_reader_wants_them(tmp_path, study):
    path = tmp_path / "questionnaire.xlsx"
    write_blank(path, FIRMS)
    book = openpyxl.load_workbook(path)
    headers = [cell.value for cell in book["Entreprise"][1]]
    rows = [
        dict(zip(headers, line, strict=True))
        for line in book["Entreprise"].iter_rows(min_row=2, values_only=True)
        if any(line)
    ]
    assert [row["Identifiant"] for row in rows] == ["E01", "E02", "E03"]
    assert [row["SIRET"] for row in rows] == ["12345678200010", "12345678200028", None]
    assert [row["Code NAF"] for row in rows] == ["1310Z", "2562B", None]
    assert [row["Commune"] for row in rows] == ["Thann", "Vieux-Thann", "Thann"]
    assert [row["Code INSEE"] for row in rows] == ["68334", "68348", "68334"]
    assert [row["Effectif"] for row in rows] == [45, None, 12]
    assert rows[1]["Raison sociale"] == "=1+1 & fils"
    assert book["Entreprise"]["B3"].data_type == "s"
    assert not book["Entreprise"]["C2"].protection.locked
    for table in ("flows", "sharing", "workforce", "skills", "readiness"):
        rule = checks_by_column(book[tables.sheet_name(table)])["A"]
        assert rule.type == "list"
        assert "Entreprise!$A$2" in rule.formula1
    for rank in range(2, 5):
        book["Entreprise"][f"J{rank}"] = "agrégée"
    book.save(study.raw / "tous.xlsx")
    assert_untouched(clean_wave(study))


def test_one_workbook_per_firm(tmp_path):
    firms = FIRMS.assign(site_id=["E07", "e 08", "E09"])
    paths = write_for_firms(tmp_path / "_questionnaires", firms)
    assert [path.name for path in paths] == [
        "E07_filature-de-l-exemple_questionnaire.xlsx", "E08_1-1-fils_questionnaire.xlsx",
        "E09_commune-sans-code_questionnaire.xlsx",
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(paths[1])["Entreprise"]
    assert [sheet["A2"].value, sheet["C2"].value, sheet["A3"].value] == ["E08", "12345678200028", None]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Établissements Müller & Œuvre / Fils", "E01_etablissements-muller-oeuvre-fils"),
        ("SOCIETE INTERCOMMUNALE DE RAMASSAGE ET DE TRAITEMENT DES ORDURES",
         "E01_societe-intercommunale-de-ramassage-et"),
        ("x" * 60, "E01"),
        ("../../etc", "E01_etc"),
        ("東京", "E01"),
        (None, "E01"),
    ],
)  # fmt: skip
def test_file_names_are_short_and_plain(tmp_path, name, stem):
    firms = FIRMS.head(1).assign(name=[name])
    [path] = write_for_firms(tmp_path / "_questionnaires", firms)
    assert path == tmp_path / "_questionnaires" / f"{stem}_questionnaire.xlsx"
    assert path.exists()


def test_the_list_of_the_contacted_opens_in_a_french_spreadsheet_and_reads_back(tmp_path):
    write_for_firms(tmp_path / "_questionnaires", FIRMS)
    content = (tmp_path / "acteurs.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header, first, second, *_ = content.decode("utf-8-sig").splitlines()
    assert header == (
        '"Identifiant";"Raison sociale";"SIRET";"Code NAF";"Commune";"Code INSEE";"Code postal";"Effectif"'
    )
    assert first.startswith(
        '"E01";"FILATURE DE L\'EXEMPLE";"12345678200010";"1310Z";"Thann";"68334";"68800";'
    )
    assert second.startswith('"E02";"\'=1+1')  # no formula
    written = contacted(FIRMS)
    assert written["commune_name"].tolist() == ["Thann", "Vieux-Thann", "Thann"]
    read = read_listed(tmp_path / "acteurs.csv")
    assert read.fillna("").values.tolist() == written.fillna("").values.tolist()
    again = write_for_firms(tmp_path / "encore", read.head(1))
    firm = [cell.value for cell in openpyxl.load_workbook(again[0])["Entreprise"][2]]
    assert firm[:8] == [*written.iloc[0, :4], "Thann", "68334", "68800", 45]


def test_a_blank_form_names_nobody_and_says_where_it_goes_back(tmp_path):
    write_forms(tmp_path, FIRMS.head(1), ("Ana, 01 99 00 12 34", "30/06/2026"))
    book = openpyxl.load_workbook(tmp_path / "questionnaire.xlsx")
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    assert not {cell for cell in cells if "FILATURE" in cell or "VIEUX" in cell}
    assert not any(cell.value for row in book["Entreprise"].iter_rows(min_row=2) for cell in row)
    assert {"Ana, 01 99 00 12 34", "30/06/2026"} <= cells
    assert len(list((tmp_path / "_questionnaires").iterdir())) == 1


@pytest.mark.parametrize("identifiers", [["E01", "e01", "E02"], ["E01", "../x", "E02"], ["E01", None, "E02"]])
def test_identifiers_must_be_usable_and_unlike(tmp_path, identifiers):
    with pytest.raises(InputError, match="identifiant"):
        write_blank(tmp_path / "q.xlsx", FIRMS.assign(site_id=identifiers))
    assert not list(tmp_path.iterdir())


def test_blank_formatted_rows_below_the_answers_leave_no_line(blank, study):
    book = openpyxl.load_workbook(blank)
    fill(book, {"sites": [EXAMPLES["sites"]], "flows": [EXAMPLES["flows"]]})
    for sheet in ("Entreprise", "Flux"):
        for row in range(3, 503):
            for cell in book[sheet][row]:
                cell.font = openpyxl.styles.Font(bold=True)
    book.save(study.raw / "E07.xlsx")
    assert_untouched(clean_wave(study))


def test_the_form_lists_its_statements_and_an_unanswered_one_is_no_answer(tmp_path, study):
    statements = reference.load("readiness_items")["statement_fr"].tolist()
    (path,) = write_for_firms(tmp_path / "envoi", FIRMS.head(1))
    book = openpyxl.load_workbook(path)
    sheet = book["Changement"]
    listed = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=17, max_col=4)]
    assert listed == [*(["E01", None, statement, None] for statement in statements), [None] * 4]
    book["Entreprise"]["J2"] = "agrégée"
    for row, answer in ((2, 4), (3, 2)):
        sheet.cell(row, 2, "direction"), sheet.cell(row, 4, answer)
    sheet.cell(4, 2, "direction")
    book.save(study.raw / "E01.xlsx")
    cleaned = clean_wave(study)
    answers = cleaned.tables["readiness"]
    assert answers["item"].tolist() == statements[:3]
    assert answers["answer"].fillna(0).tolist() == [4, 2, 0]
    assert_untouched(cleaned)
    assert len(cleaned.corrections) == len(statements) - 3


def test_who_answers_is_written_once_above_the_statements(tmp_path, study):
    (path,) = write_for_firms(tmp_path / "envoi", FIRMS.head(1))
    book = openpyxl.load_workbook(path)
    sheet = book["Changement"]
    book["Entreprise"]["J2"] = "agrégée"
    for row in range(2, 8):
        sheet.cell(row, 4, 4)
    sheet.cell(3, 2, "direction"), sheet.cell(6, 2, "production")
    book.save(study.raw / "E01.xlsx")
    cleaned = clean_wave(study)
    roles = cleaned.tables["readiness"]["respondent_role"].fillna("").tolist()
    # Nobody stands above the first; of another firm nobody is taken.
    assert roles == ["", "direction", "direction", "direction", "production", "production"]
    assert cleaned.corrections["rule"].tolist().count("role_from_above") == 3


def test_a_workbook_whose_statements_nobody_answered_has_an_empty_sheet(tmp_path, study):
    (path,) = write_for_firms(tmp_path / "envoi", FIRMS.head(1))
    book = openpyxl.load_workbook(path)
    book["Entreprise"]["J2"] = "agrégée"
    book.save(study.raw / "E01.xlsx")
    cleaned = clean_wave(study)
    assert_untouched(cleaned)
    assert cleaned.tables["readiness"].empty
