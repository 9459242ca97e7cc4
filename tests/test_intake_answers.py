"""Answers of firms back into their cells: applied, confirmed, refused with a reason, in any order."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis.intake.answers import applying
from eit_analysis.intake.answers.answer_sheets import HEADERS, as_read, find_header, read_answers
from eit_analysis.intake.answers.applying import Applied, Grid
from eit_analysis.intake.cleaning.incoming import find_sheets
from eit_analysis.intake.sheets.ledger import ACCOUNTS, Ledger
from eit_analysis.intake.sheets.workbook import RawFile, RawSheet

FLUX = ("E07.xlsx", "Flux")


def grid() -> Grid:
    rows: list[list[Any]] = [
        ["Identifiant", "Désignation", "Quantité", "Code déchet"],
        ["E07", "Cartons", "beaucoup", "150101"],
        ["E07", "Palettes", 12.0, "150103"],
        ["E07", "Chutes"],
    ]
    return Grid("flows", rows, 0, {"Identifiant": 0, "Désignation": 1, "Quantité": 2, "Code déchet": 3})


def line(
    row: Any, read: Any, answer: Any, column: str = "Quantité", sheet: str = "Flux", file: str = "E07.xlsx",
    likely: str = "",
):  # fmt: skip
    return [file, sheet, row, column, read, likely, "Quelle est la quantité\u00a0?", answer]


def answer_file(*lines: list[Any], name: str = "réponses.xlsx", sheet: str = "Relance") -> RawFile:
    return RawFile(name, "", "xlsx", None, None, None, [RawSheet(sheet, [list(HEADERS), *lines])])


def apply(*files: RawFile) -> Applied:
    applied = applying.apply(read_answers(files), {FLUX: grid()})
    for account in applied.accounts.values():
        account.check()
    return applied


def only(applied: Applied, **counts: int) -> None:
    """The one account of a single answer sheet."""
    (account,) = applied.accounts.values()
    assert account.counts() == {**dict.fromkeys(ACCOUNTS, 0), **counts}


def test_answer_replaces_the_cell_and_leaves_two_traces():
    applied = apply(answer_file(line(2, "beaucoup", "12,5")))
    assert applied.rows[FLUX][1] == ["E07", "Cartons", "12,5", "150101"]
    assert applied.corrections == [
        ("réponses.xlsx", "Relance", 2, "Réponse", "12,5", "= E07.xlsx, Flux, ligne 2, colonne Quantité",
         "answer_applied"),
        ("E07.xlsx", "Flux", 2, "Quantité", "beaucoup", "12,5", "answered_by_firm"),
    ]  # fmt: skip
    assert not applied.quarantine
    only(applied, rows_read=1, rows_clean=1)


def test_the_given_rows_stay_as_they_were():
    given_grid = grid()
    applying.apply(read_answers([answer_file(line(2, "beaucoup", "3"))]), {FLUX: given_grid})
    assert given_grid.rows == grid().rows


def test_number_of_a_spreadsheet_reads_like_its_text():
    assert apply(answer_file(line(3.0, "12", 14.0))).rows[FLUX][2][2] == 14.0
    assert apply(answer_file(line("3", 12.0, "14"))).rows[FLUX][2][2] == "14"


def test_cell_beyond_the_end_of_its_row_reads_blank():
    applied = apply(answer_file(line(4, "", "150102", column="code dechet")))
    assert applied.rows[FLUX][3] == ["E07", "Chutes", "", "150102"]


@pytest.mark.parametrize(
    ("answer", "unit", "period"), [("600 kg", "", "mois"), ("7,2 t/an", "", ""), ("7,2", "palettes", "mois")]
)
def test_quantity_answered_with_its_unit_stands_for_the_cells_beside_it(answer, unit, period):
    rows = [["Identifiant", "Quantité", "Unité", "Période"], ["E07", 30.0, "palettes", "mois"]]
    flux = Grid("flows", rows, 0, {header: index for index, header in enumerate(rows[0])})
    applied = applying.apply(read_answers([answer_file(line(2, "30", answer))]), {FLUX: flux})
    assert applied.rows[FLUX][1] == ["E07", answer, unit, period]
    blanked = [entry[3:6] for entry in applied.corrections if entry[6] == "unit_answered_with_quantity"]
    expected = [("Unité", "palettes", "")] * (unit == "") + [("Période", "mois", "")] * (period == "")
    assert blanked == expected
    only(applied, rows_read=1, rows_clean=1)


@pytest.mark.parametrize(
    ("likely", "answer", "cell", "confirmed"),
    [
        ("85 t/an", "oui", "85 t/an", False),
        ("85 t/an", "Oui, comme proposé.", "85 t/an", False),
        ("85 t/an", "OK", "85 t/an", False),
        ("85 t/an", "non", 12.0, True),
        ("85 t/an", "autre : 40 t", "40 t", False),
        ("85 t/an", "non, 40 t", "40 t", False),
        ("85 t/an", "non 40 t", "40 t", False),
        ("85 t/an", "confirmé", 12.0, True),
        ("", "oui", 12.0, True),
        ("", "ok pour moi", 12.0, True),
        ("", "non", 12.0, False),  # which is right is not told: asked again
    ],
)
def test_yes_takes_what_was_proposed_and_no_keeps_what_was_written(likely, answer, cell, confirmed):
    applied = apply(answer_file(line(3, "12", answer, likely=likely)))
    rows = applied.rows.get(FLUX, grid().rows)
    assert rows[2][2] == cell
    assert bool(applied.confirmed) is confirmed
    assert bool(applied.quarantine) is (cell == 12.0 and not confirmed)


def test_no_before_other_words_is_kept_where_nothing_was_proposed():
    flux = flow_grid("bois", 1.2, "t", "an", "recyclage", "")
    answer = line(2, "", "non, pas encore", "Commentaire")
    applied = applying.apply(read_answers([answer_file(answer)]), {FLUX: flux})
    assert applied.rows[FLUX][1][FLOW.index("Commentaire")] == "non, pas encore"


def test_a_fiche_of_before_likely_readings_is_read():
    old = [header for header in HEADERS if header != "Lecture probable"]
    sheet = RawSheet("Relance", [old, [*line(2, "beaucoup", "12,5")[:5], "?", "12,5"]])
    assert apply(RawFile("a.xlsx", "", "xlsx", None, None, None, [sheet])).rows[FLUX][1][2] == "12,5"


def test_one_row_answers_for_several_lines():
    """Each line is an answer of its own, and the row counts once; a line that is not named has none."""
    applied = apply(answer_file(line("2, 3, 4", "", "2 : 150102\n4 = 150103", column="Code déchet")))
    assert [row[3] for row in applied.rows[FLUX][1:]] == ["150101", "150103", "150103"]
    only(applied, rows_read=1, rows_clean=1)  # though line 2 reads something else
    assert len(applied.quarantine) == 1
    applied = apply(answer_file(line("3, 4", "", "150102", column="Code déchet")))
    assert applied.rows[FLUX][3] == ["E07", "Chutes", "", "150102"]
    only(applied, rows_read=1, rows_clean=1)
    likely = "3 : 150101 ; 4 : 150103"
    applied = apply(answer_file(line("3, 4", "", "oui", column="Code déchet", likely=likely)))
    assert applied.rows[FLUX][3][3] == "150103"
    removed = apply(answer_file(line(3, "12", "oui", likely="supprimer la ligne")))
    assert removed.removed == {(*FLUX, 3)}


FLOW = ["Identifiant", "Catégorie", "Quantité", "Unité", "Période", "Exutoire actuel", "Commentaire"]


def flow_grid(*cells: Any) -> Grid:
    return Grid("flows", [FLOW, ["E03", *cells]], 0, {header: index for index, header in enumerate(FLOW)})


@pytest.mark.parametrize(
    ("column", "answer", "why"),
    [
        ("Période", "300 jours", "ce mot n'est pas prévu"),
        ("Quantité", "plein", "ce n'est pas un nombre"),
        ("Quantité", "-3", "négative"),
        ("Quantité", "12 bennes à ordures", "n'a pas de masse connue"),
        ("Quantité", dt.date(2026, 10, 15), "c'est une date"),
        ("Unité", "camions", "n'a pas de masse connue"),
        ("Exutoire actuel", "poubelle", "ce mot n'est pas prévu"),
        ("Commentaire", "appelez M. Roux au 06 98 76 54 32", "donnée personnelle"),
    ],
)  # fmt: skip
def test_answer_that_cleaning_would_refuse_leaves_the_value_that_counts(column, answer, why):
    flux = flow_grid("textile", 1.2, "t", "jour", "recyclage", "")
    read = as_read(dict(zip(FLOW, flux.rows[1], strict=True))[column])
    applied = applying.apply(read_answers([answer_file(line(2, read, answer, column))]), {FLUX: flux})
    assert not applied.rows and not applied.confirmed
    ((*_, raw, found),) = applied.quarantine
    assert found.code == "answer_unreadable" and why in found.message
    assert found.message.startswith("réponse non reportée")
    assert "06 98" not in str(applied.quarantine) and (raw == "[donnée personnelle]") == ("06" in str(answer))
    assert applied.unread[*FLUX, 2, column][0] == raw and why in applied.unread[*FLUX, 2, column][1].message
    assert applied.named == {"réponses.xlsx": {(*FLUX, 2)}}
    only(applied, rows_read=1, rows_quarantined=1)


@pytest.mark.parametrize(
    ("column", "answer"),
    [("Quantité", "3 palettes"), ("Quantité", "NC"), ("Quantité", "12 par mois"), ("Unité", "palettes"),
     ("Quantité", "env. 10-15 kg/semaine"), ("Période", "trimestre"), ("Commentaire", "voir facture")],
)  # fmt: skip
def test_answer_that_cleaning_takes_is_put_in(column, answer):
    flux = flow_grid("bois", 1.2, "t", "jour", "recyclage", "")
    read = as_read(dict(zip(FLOW, flux.rows[1], strict=True))[column])
    applied = applying.apply(read_answers([answer_file(line(2, read, answer, column))]), {FLUX: flux})
    assert applied.rows[FLUX][1][FLOW.index(column)] == answer and not applied.quarantine
    assert applied.rows[FLUX][1][3] != "" or "/" in answer or "palettes" in answer


def test_good_answer_beside_an_unreadable_one_is_no_conflict():
    applied = apply(answer_file(line(2, "beaucoup", "plein"), name="a.xlsx"),
                    answer_file(line(2, "beaucoup", "12"), name="b.xlsx"))  # fmt: skip
    assert applied.rows[FLUX][1][2] == "12" and not applied.unread
    assert [(entry[0], entry[5].code) for entry in applied.quarantine] == [("a.xlsx", "answer_unreadable")]


def test_unreadable_answer_to_a_confirmed_or_answered_value_is_asked_only_where_it_still_stands():
    confirmed = apply(answer_file(line(3, "12", "ok")), answer_file(line(3, "12", "plein"), name="b.xlsx"))
    assert confirmed.confirmed and not confirmed.unread
    later = apply(answer_file(line(3, "12", "1200")), answer_file(line(3, "1200", "plein"), name="b.xlsx"))
    assert list(later.unread) == [(*FLUX, 3, "Quantité")] and later.rows[FLUX][2][2] == "1200"


@pytest.mark.parametrize("word", ["confirmé", "Confirmé.", "OK", "oui", "Oui, c'est juste", "12", 12.0])
def test_confirmed_value_stays(word):
    applied = apply(answer_file(line(3, "12", word)))
    assert not applied.rows
    assert applied.confirmed == {("E07.xlsx", "Flux", 3, "Quantité")}
    assert ("E07.xlsx", "Flux", 3, "Quantité", "12", "12", "confirmed_by_firm") in applied.corrections
    only(applied, rows_read=1, rows_clean=1)


def test_withdrawn_row():
    applied = apply(answer_file(line(3, "12", "Supprimer")))
    assert applied.removed == {("E07.xlsx", "Flux", 3)}
    assert not applied.rows
    only(applied, rows_read=1, rows_clean=1)


@pytest.mark.parametrize("blank", ["", None, "  ", "\u00a0", "\u200b"])
def test_blank_answer_is_ignored(blank):
    applied = apply(answer_file(line(2, "beaucoup", blank)))
    assert [entry[4:] for entry in applied.corrections] == [("", "", "ignored_blank_answer")]
    assert not applied.rows and not applied.confirmed
    only(applied, rows_read=1, rows_ignored=1)


def test_blank_and_title_rows_are_ignored():
    sheet = RawSheet("Relance", [["Fiche de relance E07"], list(HEADERS), [], line(2, "beaucoup", "1")])
    applied = apply(RawFile("r.xlsx", "", "xlsx", None, None, None, [sheet]))
    assert {entry[2]: entry[6] for entry in applied.corrections if entry[0] == "r.xlsx"} == {
        1: "ignored_title_row", 3: "ignored_blank_row", 4: "answer_applied",
    }  # fmt: skip
    only(applied, rows_read=3, rows_clean=1, rows_ignored=2)


@pytest.mark.parametrize(
    "wrong",
    [
        line(2, "beaucoup", "1", file="E08.xlsx"),
        line(2, "beaucoup", "1", sheet="Emplois"),
        line(2, "beaucoup", "1", column="Tonnage"),
        line(99, "beaucoup", "1"),
        line(0, "beaucoup", "1"),
        line(-2, "beaucoup", "1"),
        line("deux", "beaucoup", "1"),
        line("9" * 5000, "beaucoup", "1"),
        line("", "", "1"),
        line(1, "Quantité", "Quantité (t)"),  # the header row
    ],
)
def test_answer_without_its_cell_is_kept_apart(wrong):
    applied = apply(answer_file(wrong))
    assert [(entry[0], entry[5].code) for entry in applied.quarantine] == [
        ("réponses.xlsx", "answer_without_cell")
    ]
    assert "fiche de relance" in applied.quarantine[0][5].message
    assert not applied.rows and not applied.confirmed and not applied.removed
    only(applied, rows_read=1, rows_quarantined=1)


@pytest.mark.parametrize("answer", ["14", "confirmé", "supprimer"])
def test_answer_on_a_cell_that_changed_since_is_refused(answer):
    applied = apply(answer_file(line(3, "120", answer)))
    assert [entry[5].code for entry in applied.quarantine] == ["answer_out_of_date"]
    assert not applied.rows and not applied.confirmed and not applied.removed


def test_two_sheets_that_disagree_are_both_refused():
    applied = apply(answer_file(line(2, "beaucoup", "10"), name="a.xlsx"),
                    answer_file(line(2, "beaucoup", "12"), name="b.xlsx"))  # fmt: skip
    assert [(entry[0], entry[5].code) for entry in applied.quarantine] == [
        ("a.xlsx", "answer_conflict"), ("b.xlsx", "answer_conflict"),
    ]  # fmt: skip
    assert not applied.rows


def test_confirming_and_changing_the_same_cell_is_a_conflict():
    applied = apply(answer_file(line(3, "12", "ok"), line(3, "12", "14")))
    assert [entry[5].code for entry in applied.quarantine] == ["answer_conflict"] * 2
    assert not applied.rows and not applied.confirmed


@pytest.mark.parametrize(("read", "unit"), [("-3", "t"), ("idem", "t"), ("40", "bobines")])
def test_a_value_that_cannot_be_used_is_not_confirmed_and_gives_way_to_a_later_answer(read, unit):
    """« 40 bobines » has no mass, whoever confirms it: asked again, the firm gives its tonnes."""
    rows = [["Identifiant", "Catégorie", "Quantité", "Unité"], ["E07", "plastique", read, unit]]
    flux = Grid("flows", rows, 0, {name: index for index, name in enumerate(rows[0])})
    first, second = (
        answer_file(line(2, read, answer), name=f"{turn}.xlsx")
        for turn, answer in enumerate(("confirmé", "0,8 t/an"))
    )
    alone = applying.apply(read_answers([first]), {FLUX: flux})
    assert not alone.confirmed and list(alone.unread) == [(*FLUX, 2, "Quantité")]
    both = applying.apply(read_answers([first, second]), {FLUX: flux})
    assert both.rows[FLUX][1][2] == "0,8 t/an"
    assert [line[4] for line in both.quarantine] == ["confirmé"]


def test_the_same_answer_twice_is_merged():
    applied = apply(answer_file(line(2, "beaucoup", "10"), name="a.xlsx"),
                    answer_file(line(2, "beaucoup", 10.0), name="b.xlsx"))  # fmt: skip
    assert applied.rows[FLUX][1][2] == "10"
    assert [(entry[0], entry[6]) for entry in applied.corrections] == [
        ("a.xlsx", "answer_applied"), ("b.xlsx", "merged_repeated_answer"), ("E07.xlsx", "answered_by_firm"),
    ]  # fmt: skip


def test_answer_holds_for_the_rows_that_repeat_the_one_it_names():
    """Cleaning had merged them: an answer in one alone would make two flows of one."""
    headers = ["Identifiant", "Désignation", "Quantité", "Unité"]
    films = ["E07", "Films", 30.0, "palettes"]
    columns = {header: index for index, header in enumerate(headers)}
    rows = [headers, films, ["e07", "FILMS ", "30", "Palettes"], ["E07", "Films", 31.0, "palettes"]]
    grids = {
        ("E07.xlsx", "Flux"): Grid("flows", rows, 0, columns),
        ("copie.csv", "copie"): Grid(
            "flows", [headers[::-1], films[::-1]], 0, {h: 3 - i for h, i in columns.items()}
        ),
    }  # fmt: skip
    applied = applying.apply(read_answers([answer_file(line(2, "30", "600 kg"))]), grids)
    assert applied.rows["E07.xlsx", "Flux"][1:] == [
        ["E07", "Films", "600 kg", ""], ["e07", "FILMS ", "600 kg", ""], ["E07", "Films", 31.0, "palettes"]
    ]  # fmt: skip
    assert applied.rows["copie.csv", "copie"][1] == ["", "600 kg", "Films", "E07"]
    twins = sorted(entry[:3] for entry in applied.corrections if entry[3:] == (
        "Quantité", "30", "600 kg", "answered_by_firm"
    ))  # fmt: skip
    assert twins == [("E07.xlsx", "Flux", 2), ("E07.xlsx", "Flux", 3), ("copie.csv", "copie", 2)]
    only(applied, rows_read=1, rows_clean=1)


def test_a_second_round_corrects_the_first():
    first = answer_file(line(3, "12", "1200"), name="z_tour1.xlsx")
    second = answer_file(line(3, "1200", "120"), name="a_tour2.xlsx")
    third = answer_file(line(3, "120", "confirmé"), name="m_tour3.xlsx")
    applied = apply(second, third, first)
    assert applied.rows[FLUX][2][2] == "120"
    assert applied.confirmed == {("E07.xlsx", "Flux", 3, "Quantité")}
    trace = [entry[4:] for entry in applied.corrections if entry[0] == "E07.xlsx"]
    assert trace == [("12", "1200", "answered_by_firm"), ("1200", "120", "answered_by_firm"),
                     ("120", "120", "confirmed_by_firm")]  # fmt: skip


def test_answers_that_turn_in_circles_end():
    applied = apply(answer_file(line(3, "12", "13"), line(3, "13", "12")))
    assert applied.rows[FLUX][2][2] == "12"
    only(applied, rows_read=2, rows_clean=2)


def test_names_survive_a_copy_through_another_system():
    decomposed = "E07_Compe\u0301tences.csv"
    other = Grid(
        "skills", [["Identifiant", "Niveau requis"], ["E07", 6.0]], 0, {"Identifiant": 0, "Niveau requis": 1}
    )
    sheets = read_answers(
        [answer_file(line(2, "6", "4", "niveau requis", "Compétences ", "E07_Compétences.csv"))]
    )
    applied = applying.apply(sheets, {(decomposed, "Compétences"): other})
    assert applied.rows[decomposed, "Compétences"][1] == ["E07", "4"]


def test_two_sheets_whose_names_differ_by_a_space_are_told_apart():
    spaced = grid()
    spaced.rows[1][1] = "Papiers"
    grids = {("f.xlsx", "Flux"): grid(), ("f.xlsx", "Flux "): spaced}
    asked = answer_file(line(2, "beaucoup", "1", sheet="Flux ", file="f.xlsx"))
    assert list(applying.apply(read_answers([asked]), grids).rows) == [("f.xlsx", "Flux ")]


def test_answer_sheet_is_known_by_its_headers_in_any_order_and_writing():
    headers = ["réponse", "VALEUR LUE", "colonnes", "ligne", "feuille", "fichier"]
    found = find_header(RawSheet("Feuil1", [["un titre"], headers]))
    assert found is not None and found.header_row == 1
    assert find_header(RawSheet("Flux", grid().rows)) is None
    assert find_header(RawSheet("Relance", [["Fichier", "Réponse"]])) is None


def test_a_fiche_whose_cells_name_our_headers_is_no_table_on_its_side():
    """Its columns « Ligne » and « Colonne », laid as rows, were quantities and headers of flows."""
    asked = "Quantité sans chiffre. Quelle est la quantité, avec son unité (par exemple 12,5 t/an) ?"
    lines = [
        ["E07.xlsx", "Flux", 7, "Quantité", "quelques tonnes", "", asked, "4 à 6 t"],
        ["E07.xlsx", "Flux", 2, "Période", "mois", "", "À vérifier", ""],
        ["E07.xlsx", "Flux", 7, "Origine de la donnée", "", "", "À vérifier", ""],
    ]
    file, ledger = answer_file(*lines), Ledger()
    assert find_sheets([file], ledger, "2026") == ([], [file])
    assert not ledger.refused and not ledger.corrected


def test_what_a_fiche_shows_of_a_cell():
    assert as_read(12.0) == "12"
    assert as_read(dt.datetime(2018, 10, 15)) == "15/10/2018"
    assert as_read("a\x00b\u200b  c\ufeff") == "ab c"
    assert len(as_read("x" * 40_000)) == 1000


CELLS = st.sampled_from(["", "12", 12.0, "beaucoup", "confirmé", "supprimer", "13", "1 200", None])
LINES = st.lists(
    st.builds(line, st.sampled_from([1, 2, 3, 4, 9, "x"]), CELLS, CELLS,
              st.sampled_from(["Quantité", "Code déchet", "Inconnue"])),
    max_size=12,
)  # fmt: skip


def test_personal_data_is_never_logged():
    secret = "voir Mme Martin, 06 12 34 56 78"
    rows = [["Identifiant", "Quantité"], ["E07", secret]]
    flux = Grid("flows", rows, 0, {"Identifiant": 0, "Quantité": 1})
    sheet = answer_file(line(2, as_read(secret), secret), line(9, secret, secret), line(3, secret, ""))
    applied = applying.apply(read_answers([sheet]), {FLUX: flux})
    assert len(applied.corrections) == 1 and len(applied.quarantine) == 2
    assert "Martin" not in str(applied.corrections) + str(applied.quarantine)


def test_personal_data_in_answer_to_personal_data_confirms_nothing():
    """Both are shown as the same mask, and are not the same."""
    rows = [["Identifiant", "Quantité"], ["E07", "voir Mme Martin"]]
    sheet = answer_file(line(2, "[donnée personnelle]", "appelez Mme Roux au 06 98 76 54 32"))
    grids = {FLUX: Grid("flows", rows, 0, {"Identifiant": 0, "Quantité": 1})}
    applied = applying.apply(read_answers([sheet]), grids)
    assert not applied.confirmed and not applied.rows
    assert [(entry[4], entry[5].code) for entry in applied.quarantine] == [
        ("[donnée personnelle]", "answer_unreadable")
    ]


@given(LINES, LINES, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_law_every_row_goes_somewhere_once_and_order_changes_nothing(first, second, order: random.Random):
    def result(lines: list[list[Any]], files_reversed: bool):
        half = [
            answer_file(*lines[: len(first)], name="a.csv"),
            answer_file(*lines[len(first) :], name="b.csv"),
        ]
        applied = apply(*(half[::-1] if files_reversed else half))
        return applied.rows, applied.confirmed, applied.removed, sorted(e[5].code for e in applied.quarantine)

    shuffled = [*first, *second]
    expected = result(shuffled, False)
    order.shuffle(shuffled)
    assert result(shuffled, True) == expected
