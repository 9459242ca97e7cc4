"""A table in a stranger's layout: proposed, confirmed in one place, and remembered for every wave."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_pages import empty_study

from eit_analysis.cli import main
from eit_analysis.errors import InputError
from eit_analysis.intake.cleaning.wave import clean_wave
from eit_analysis.intake.mapped import map_file, propose
from eit_analysis.intake.sheets.mapping import FILE, read_mappings
from eit_analysis.intake.sheets.workbook import RawSheet
from eit_analysis.study import Study

HEADER = ["N°", "Nature du déchet", "Famille", "Code CED", "Volume 2018 (t)", "Filière", "Collecteur"]
ROWS = [
    [1, "Palettes perdues", "Bois", "15 01 03", 12.5, "recyclage", "Transports Weber"],
    [2, "Cartons d'emballage", "Carton", "15 01 01", "3,2", "recyclage", "Transports Weber"],
    [3, "Déchets banals", "Mélange", "20 03 01", 40, "enfouissement", ""],
    ["", "", "", "", "", "", ""],
    [4, "Copeaux", "Métal", "12 01 01", 7, "recyclage", "Ferrailles du Rhin"],
]
OURS = {
    "Désignation": "Nature du déchet", "Catégorie": "Famille", "Code déchet": "Code CED",
    "Quantité": "Volume 2018 (t)", "Exutoire actuel": "Filière", "Prestataire": "Collecteur",
}  # fmt: skip


WHOLE = '[[mapping]]\ntable = "Flux"\nheaders = ["A"]\nconfirmed = true\n'


def book(path: Path, rows: list[list]) -> Path:
    made = openpyxl.Workbook()
    made.active.title = "Bilan"
    for row in [["Bilan déchets"], [], *rows]:
        made.active.append(row)
    firm = made.create_sheet("Entreprise")
    firm.append(["Identifiant", "Raison sociale", "Diffusion", "Année"])
    firm.append([path.stem, "Firme", "agrégée", "2018"])
    made.save(path)
    return path


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = empty_study(tmp_path)
    book(made.raw / "E01.xlsx", [HEADER, *ROWS])
    return made


def confirmed(study: Study, **told: str) -> None:
    path = study.raw.parent / FILE
    text = path.read_text(encoding="utf-8").replace("confirmed = false", "confirmed = true")
    for header, value in told.items():
        assert f'"{header}" = ""' in text
        text = text.replace(f'"{header}" = ""', f'"{header}" = "{value}"')
    path.write_text(text, encoding="utf-8")


def test_a_strangers_table_is_proposed_confirmed_and_read(study):
    lines = list(map_file(study.raw / "E01.xlsx", study))
    assert "Feuille «\u00a0Bilan\u00a0»\u00a0: Flux (proposé)." in lines
    assert sum("Exemple" in line for line in lines) == 3 and "Palettes perdues" in "".join(lines)
    assert any("Non repris\u00a0: N°" in line for line in lines) and FILE in lines[-1]
    (mapping,) = read_mappings(study.raw.parent)
    assert mapping.columns == OURS and not mapping.confirmed
    assert mapping.fixed == {"Identifiant": "", "Sens": "", "Période": ""}

    assert clean_wave(study).tables["flows"].empty  # nothing is read that nobody has confirmed
    confirmed(study, Sens="sortant", Période="an")
    cleaned = clean_wave(study)
    flows = cleaned.tables["flows"]
    assert flows["mass_t_per_year"].tolist() == [12.5, 3.2, 40, 7]
    assert flows["waste_code"].tolist() == ["150103", "150101", "200301", "120101"]
    assert set(flows["site_id"]) == {"E01"} and flows["source_row"].tolist() == [4, 5, 6, 8]
    mapped = cleaned.corrections[cleaned.corrections["rule"] == "header_mapped"]
    told = mapped["clean_value"].str.removesuffix(" (t)")
    assert dict(zip(told, mapped["raw_value"], strict=True)) == OURS


def test_a_file_of_the_same_shape_needs_no_second_word(study):
    list(map_file(study.raw / "E01.xlsx", study))
    confirmed(study, Sens="sortant", Période="an")
    before = (study.raw.parent / FILE).read_bytes()
    other = book(study.raw / "E02.xlsx", [HEADER[::-1], *(row[::-1] for row in ROWS)])
    assert any("(confirmé)" in line for line in map_file(other, study))
    assert (study.raw.parent / FILE).read_bytes() == before
    assert clean_wave(study).tables["flows"].groupby("site_id")["mass_t_per_year"].sum().tolist() == [
        62.7,
        62.7,
    ]


def test_two_rows_of_heads_are_one_and_what_was_left_out_is_not_asked_again(study):
    # As two rows with merged cells are read.
    heads = (
        ["Déchet", "Code", "Quantités (kg)", "", "Filière"],
        ["Déchet", "Code", "Bennes", "Total", "Filière"],
    )
    rows = [["Chutes", "03 01 05", 14200, 15000, "recyclage"], ["Cartons", "15 01 01", 0, 1250, "recyclage"]]
    book(study.raw / "E01.xlsx", [*heads, *rows])
    (study.raw.parent / FILE).write_text(
        """
[[mapping]]
table = "Flux"
headers = ["Déchet", "Code", "Bennes", "Total", "Filière"]
confirmed = true
[mapping.columns]
"Désignation" = "Déchet"
"Quantité" = "Total"
[mapping.fixed]
"Unité" = "kg"
"Sens" = "sortant"
"Période" = "an"
""",
        encoding="utf-8",
    )
    cleaned = clean_wave(study)
    assert cleaned.tables["flows"]["mass_t_per_year"].tolist() == [15, 1.25]
    assert not cleaned.corrections["rule"].eq("ignored_unknown_column").any()


def test_an_identifier_that_is_fixed_is_of_its_file_alone(study):
    list(map_file(study.raw / "E01.xlsx", study))
    confirmed(study, Identifiant="E01", Sens="sortant", Période="an")
    book(study.raw / "E02.xlsx", [HEADER, *ROWS])
    flows = clean_wave(study).tables["flows"]
    firms = flows.groupby("source_file")["site_id"].unique()
    assert {file: list(own) for file, own in firms.items()} == {"E01.xlsx": ["E01"], "E02.xlsx": ["E02"]}


def test_the_command_says_what_it_understood_and_refuses_what_holds_no_table(study, monkeypatch, capsys):
    monkeypatch.chdir(study.root)
    assert main(["map", str(study.raw / "E01.xlsx"), "essai"]) == 0
    said = capsys.readouterr().out
    assert "Catégorie ← «\u00a0Famille\u00a0»" in said and f"data/raw/essai/{FILE}" in said
    (study.root / "notes.csv").write_text("Lundi;Mardi;Jeudi\nfrites;soupe;riz\n", encoding="utf-8")
    assert main(["map", "notes.csv", "essai"]) == 2 and "notes.csv" in capsys.readouterr().err
    assert main(["map", "absent.csv", "essai"]) == 2 and "n'existe pas" in capsys.readouterr().err


def test_nobody_is_named_by_an_example(tmp_path):
    study = empty_study(tmp_path)
    rows = [HEADER, [1, "Mme Untel, 03 89 11 11 11", "Bois", "15 01 03", 12.5, "recyclage", ""]]
    assert "Untel" not in "".join(map_file(book(tmp_path / "E01.xlsx", rows), study))


@settings(max_examples=5)
@given(st.permutations(range(len(HEADER))))
def test_the_order_of_columns_changes_no_proposal(order):
    rows = [[row[i] for i in order] for row in [HEADER, *ROWS]]
    found = propose(RawSheet("Bilan", rows))
    assert found is not None and (found.table, found.columns) == ("flows", OURS)


def test_columns_without_a_telling_header_are_known_by_their_cells():
    rows = [[f"Colonne {number}" for number in range(7)], *ROWS]
    found = propose(RawSheet("Bilan", rows))
    assert found is not None
    assert {"Catégorie": "Colonne 2", "Code déchet": "Colonne 3", "Exutoire actuel": "Colonne 5"}.items() <= (
        found.columns.items()
    )
    assert propose(RawSheet("Menu", [["Lundi", "Mardi", "Jeudi"], ["frites", "soupe", "riz"]])) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[mapping]\n", "TOML"),
        ('[[mapping]]\ntable = "Flux"\n', "'headers'"),
        ('[[mapping]]\ntable = "Déchets"\nheaders = []\nconfirmed = true\n', "'Déchets'"),
        (
            '[[mapping]]\ntable = "Flux"\nheaders = ["A"]\nconfirmed = true\ncolumns = {"Poids" = "A"}\n',
            "Poids",
        ),
        (
            '[[mapping]]\ntable = "Flux"\nheaders = ["A"]\nconfirmed = true\ncolumns = {"Sens" = "B"}\n',
            "«\u00a0B",
        ),
        (WHOLE + '[mapping.fixed]\n"Identifiant" = "E01"\n', "E07.xlsx"),
    ],
)
def test_what_is_wrong_in_the_mappings_is_said(study, text, told):
    (study.raw.parent / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        clean_wave(study)
    assert FILE in str(refused.value) and told in str(refused.value)


def test_texts_of_a_header_come_back_from_the_file(tmp_path):
    study = empty_study(tmp_path)
    header = ['Nature "du" déchet', "Code\\CED", "Tonnage\t(t)", "Filière"]
    file = book(tmp_path / "E01.xlsx", [header, *([row[1], *row[3:6]] for row in ROWS)])
    list(map_file(file, study))
    (found,) = tomllib.loads((study.raw.parent / FILE).read_text(encoding="utf-8"))["mapping"]
    assert found["headers"] == ['Nature "du" déchet', "Code\\CED", "Tonnage (t)", "Filière"]
