"""What a survey is worth: counts that add up, and nothing of a shared file shown to one of its actors."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from command import ROOT

from eit_analysis import tables
from eit_analysis.intake.sheets.ledger import SOURCE
from eit_analysis.intake.survey import quality
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.wording import heading
from eit_analysis.reference.findings import finding, labels


def empty(table: str) -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in tables.fields(table)}).astype(
        {"site_id": "str"} if table != "synergy_register" else {}
    )


@pytest.fixture
def wave() -> dict[str, pd.DataFrame]:
    frames = {table: empty(table) for table in tables.TABLES}
    frames["sites"] = pd.DataFrame(
        {"site_id": ["E1", "E2", "E3"], "actor_type": ["firm", "firm", "ess"], "siret": ["1", None, None],
         "source_file": ["e1.xlsx", "commun.xlsx", "commun.xlsx"], "source_sheet": "Entreprise",
         "source_row": [2, 3, 4]}
    ).reindex(columns=list(tables.fields("sites")))  # fmt: skip
    frames["flows"] = pd.DataFrame(
        {"site_id": ["E1", "E1", "E2"], "evidence": ["measured", "declared", "measured"],
         "source_file": ["e1.xlsx", "e1.xlsx", "commun.xlsx"], "source_sheet": "Flux",
         "source_row": [2, 3, 3]}
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


def line(file, sheet, row, column, code, message="ce qui ne va pas\u00a0; que faire"):
    return {
        "source_file": file, "source_sheet": sheet, "source_row": row, "column": column, "raw_value": "x",
        "reason_code": code, "message": message,
    }  # fmt: skip


def lines(*rows):
    frame = pd.DataFrame(rows, columns=list(line("", "", 1, "", "")))
    return frame.astype({"source_row": "Int64"})


def test_completeness_tells_blank_from_unreadable(wave):
    aside = lines(line("commun.xlsx", "Entreprise", 4, "SIRET", "cell_bad_siret"))
    cells = quality.optional_cells(wave, aside)
    by_column = quality.completeness(cells, ["sheet", "question"]).set_index(["sheet", "question"])
    assert by_column.loc[("Entreprise", "SIRET")].tolist() == pytest.approx([100 / 3, 100 / 3, 1])
    assert ("Entreprise", "Raison sociale") not in by_column.index  # never blank: such a row is in quarantine
    assert ("Flux", "Mois d'activité") not in by_column.index  # blank, it says all year
    # What is not counted is named; with what is, it is all that may stay blank.
    left = quality.uncounted().set_index("sheet")["question"].str.split(", ")
    assert {"Mois d'activité", "Incertitude (%)"} <= set(left["Flux"])
    free = [spec["header"] for spec in tables.form("flows").values() if not spec["required"]]
    assert sorted([*left["Flux"], *by_column.loc["Flux"].index]) == sorted(free)
    whole = by_column[by_column["n_unreadable"] == 0].sum(axis=1)
    assert len(whole) == len(by_column) - 1 and (whole.round(9) == 100).all()
    by_sheet = quality.completeness(cells, ["sheet"]).set_index("sheet")
    assert list(by_sheet.index) == ["Entreprise", "Flux"]
    of_sites = cells[cells["sheet"] == "Entreprise"]
    filled = 100 * of_sites["filled"].sum() / of_sites["cells"].sum()
    assert by_sheet.loc["Entreprise", "filled_cells_percent"] == pytest.approx(filled)


def test_a_refused_cell_of_another_row_or_column_is_not_counted(wave):
    aside = lines(
        line("commun.xlsx", "Entreprise", 99, "SIRET", "cell_bad_siret"),
        line("commun.xlsx", "Entreprise", 4, "Code NAF", "missing_value"),
        line("e1.xlsx", "Entreprise", 2, "SIRET", "cell_bad_siret"),  # filled since, by another way
    )
    assert quality.optional_cells(wave, aside)["unreadable"].sum() == 0


def test_of_a_flow_that_enters_what_is_asked_of_waste_is_no_gap(wave):
    wave["flows"] = wave["flows"].assign(direction=["out", "in", "in"], route=[None, None, "recycling"])
    aside = lines(line("e1.xlsx", "Flux", 3, "Code déchet", "cell_unknown_waste_code"))
    cells = quality.optional_cells(wave, aside)
    counts = cells[cells["sheet"] == "Flux"].groupby("question")[["cells", "filled", "unreadable"]].sum()
    assert counts.loc["Exutoire actuel"].tolist() == [2, 1, 0]
    assert counts.loc["Code déchet"].tolist() == [2, 0, 1]
    assert counts.loc["Coût (€/t)", "cells"] == 3


def test_evidence_classes(wave):
    evidence = quality.evidence_classes(wave["flows"]).frame.set_index("evidence")
    assert evidence.loc["measured", "share_percent"] == pytest.approx(200 / 3)


def test_refusals_and_doubts_by_reason(quarantine):
    reasons = quality.quarantine_by_reason(quarantine)
    assert set(reasons.itertuples(index=False, name=None)) == {
        ("row", "missing_mass", 1), ("cell", "unknown_waste_code", 1), ("file", "unreadable_file", 1),
    }  # fmt: skip
    answered = lines(line("e1_relance.xlsx", "Relance", 3, "Réponse", "answer_unreadable"))
    assert quality.quarantine_by_reason(answered, ["scan.pdf"]).values.tolist() == [
        ["answer", "answer_unreadable", 1], ["file", "left_alone", 1],
    ]  # fmt: skip
    doubts = lines(*[line("e1.xlsx", "Flux", row, "Quantité", "decimal_slip") for row in (2, 3)])
    assert quality.implausible_by_reason(doubts).values.tolist() == [["decimal_slip", 2]]


def row_sites(wave: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """As cleaning writes it for a wave without quarantine."""
    frames = [frame[[*SOURCE, "site_id"]] for frame in wave.values() if "site_id" in frame]
    return pd.concat(frames, ignore_index=True)


def test_a_row_in_quarantine_is_its_own_actor_s_even_alone_in_a_file_of_another(wave):
    refused = pd.DataFrame([("e1.xlsx", "Flux", 9, "E2")], columns=[*SOURCE, "site_id"])
    known = pd.concat([row_sites(wave), refused], ignore_index=True)
    found = quality.attributed(
        lines(
            line("e1.xlsx", "Flux", 9, "Quantité", "missing_mass"),
            line("e1.xlsx", "", pd.NA, "", "unreadable_file"),  # no longer a file of one actor
        ),
        known,
    )
    assert found["site_id"].fillna("?").tolist() == ["E2", "?"]


def test_a_line_is_attributed_by_its_row_then_by_its_file_else_to_nobody(wave):
    found = quality.attributed(
        lines(
            line("commun.xlsx", "Flux", 3, "Code déchet", "cell_unknown_waste_code"),  # a row of E2
            line("e1.xlsx", "Flux", 9, "Quantité", "missing_mass"),  # a row in no table, a file of E1 alone
            line("commun.xlsx", "Flux", 9, "Quantité", "missing_mass"),  # whose row?
            line("casse.xlsx", "", pd.NA, "", "unreadable_file"),
            line("E2_relance.xlsx", "Relance", 5, "Réponse", "answer_unreadable"),
        ),
        row_sites(wave),
    )
    assert found["site_id"].fillna("?").tolist() == ["E2", "E1", "?", "?", "E2"]
    questions = quality.questions(found)
    assert questions[["site_id", "row", "question"]].values.tolist() == [
        ["E1", 9, "Quantité"], ["E2", 3, "Code déchet"], ["E2", 5, "Réponse"],
    ]  # fmt: skip
    assert "raw_value" not in questions


def test_what_a_message_may_quote_stays_confidential():
    assert heading("source_message").sensitivity == "confidential"


GRADES = pd.DataFrame(
    {"site_id": ["E1", "E5"], "confidence_grade": ["D", "A"], "weak_point": ["filled_percent", None],
     "clean_rows_percent": 90.0, "filled_percent": 40.0, "known_mass_percent": 80.0}
)  # fmt: skip
TELLING = {
    "confidence": GRADES,
    "questions": pd.DataFrame(
        {"site_id": ["E1", "E5"], "sheet": "Flux", "row": [2, 3], "question": "Quantité",
         "source_message": "la valeur manque"}
    ),
    "no longer": pd.DataFrame({"site_id": ["E1", "E5"], "sheets_filled": [2, 3]}),
    "response": pd.DataFrame(
        {"site_id": ["E1", "E5"], "sheets_filled": [2, 3], "rows_clean": [7, 9],
         "missing_sheets": ["Flux", "Emplois"]}
    ),
    "duplicates": pd.DataFrame(
        {"site_id": ["E1"], "other_site_id": ["E2"], "same_siret": ["no"], "same_place": ["yes"],
         "similarity_percent": [97]}
    ),
    "unread": pd.DataFrame(
        {"site_id": ["E1", None], "source_file": ["e1.xlsx", "casse.xlsx"], "source_sheet": ["Flux", None],
         "reason": ["no_header", "unreadable_file"], "source_message": "le fichier est vide"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TELLING)
@pytest.mark.parametrize("audience", ["partners", "public", "company:E2"])
def test_how_an_actor_answered_is_one_withheld_line_outside(small_study, what, audience):
    inside = Release(small_study, "internal", "essai")
    sites = [name for name in TELLING[what] if "site_id" in name]
    listing = inside.listing(TELLING[what], title="T", sites=sites)
    own = listing.seen_by(inside.viewer, {})
    assert len(own.frame) == len(TELLING[what])
    assert "Numéro 1" in str(own.html())
    shown = listing.seen_by(Release(small_study, audience, "essai").viewer, {})
    page = str(shown.html())
    assert "n’est pas diffusé à ce public" in page
    assert "<table" not in page
    assert not any(word in page for word in ("Numéro", "Flux", ".xlsx", "manque", "97"))
    assert not shown.readable or shown.frame.empty  # and so no CSV of it


def test_an_actor_reads_what_is_asked_of_itself(small_study):
    inside = Release(small_study, "internal", "essai")
    viewer = Release(small_study, "company:E1", "essai").viewer
    for what in ("confidence", "questions", "unread"):
        shown = inside.listing(TELLING[what], title="T", sites=["site_id"]).seen_by(viewer, {})
        assert len(shown.frame) == 1
        assert not shown.shut.any()


def test_a_rate_withheld_still_reads_well(small_study):
    notebook = (ROOT / "notebooks" / "00_survey_quality.ipynb").read_text(encoding="utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]
    assert sum(source.count("rate.value(") for source in sources) == 1
    # The other values are counts of the survey: only the rate may be withheld, and its answer with it.
    assert re.findall(r'"([^"]*\{percent\}[^"]*)"', "".join(sources)) == [
        "{percent} des acteurs comptés ici."
    ]


def test_files_that_gave_nothing_are_named_inside(wave):
    found = quality.attributed(
        lines(
            line("casse.xlsx", "", pd.NA, "", "unreadable_file", "le fichier est vide."),
            line("e1.xlsx", "Flux", 1, "Sens", "no_header"),
            line("e1.xlsx", "Flux", 2, "Sens", "no_header"),
            line("e1.xlsx", "Flux", 3, "Quantité", "missing_mass"),
        ),
        row_sites(wave),
    )
    unread = quality.unread({"files_left_alone": ["photo.pdf"]}, found)
    assert unread.fillna("").values.tolist() == [
        ["", "casse.xlsx", "", "unreadable_file", "le fichier est vide"],
        ["E1", "e1.xlsx", "Flux", "no_header", "ce qui ne va pas\u00a0; que faire"],
        ["", "photo.pdf", "", "left_alone", finding("left_alone").message],
    ]
    assert set(unread["reason"]) <= set(heading("reason").labels)
    assert quality.unread({"files_left_alone": []}, found.head(0)).empty


def test_an_answer_is_counted_once():
    rules = (
        ["answer_applied"] * 3 + ["answered_by_firm"] * 2 + ["confirmed_by_firm", "merged_repeated_answer"]
    )
    table = quality.corrections_by_rule(pd.DataFrame({"rule": rules}))
    assert table["corrections"].sum() == 4
    assert "answer_applied" not in set(table["rule"])


def test_corrections_are_grouped_by_kind_the_largest_first():
    rules = ["less_than"] * 3 + ["ignored_blank_row"] + ["ignored_title_row"] * 4 + ["never_heard_of"]
    table = quality.corrections_by_rule(pd.DataFrame({"rule": rules}))
    assert table.values.tolist() == [
        ["unused", "ignored_title_row", 4], ["unused", "ignored_blank_row", 1], ["interval", "less_than", 3],
        ["other", "never_heard_of", 1],
    ]  # fmt: skip
    assert table["corrections"].sum() == len(rules)


def test_every_kind_has_a_label_and_an_answer_is_no_ignored_row():
    kinds = {*map(quality.correction_kind, labels()["rule"]), "other"}
    assert kinds <= set(heading("correction_kind").labels)
    assert quality.correction_kind("ignored_blank_answer") == "answer"
    assert quality.correction_kind("ignored_blank_row") == "unused"
    assert quality.correction_kind("merged_cells_filled") == "file"


def test_empty_inputs_give_empty_frames(wave, quarantine):
    nothing = {table: empty(table) for table in tables.TABLES}
    cells = quality.optional_cells(nothing, quarantine)
    assert quality.completeness(cells, ["sheet", "question"]).empty
    assert quality.evidence_classes(nothing["flows"]).frame.empty
    assert quality.quarantine_by_reason(quarantine.head(0)).empty
    assert quality.implausible_by_reason(lines()).empty
    assert quality.corrections_by_rule(pd.DataFrame({"rule": []}, dtype="str")).empty
    assert quality.questions(quality.attributed(lines(), row_sites(wave))).empty
    assert quality.questions(quality.attributed(quarantine, row_sites(nothing))).empty
