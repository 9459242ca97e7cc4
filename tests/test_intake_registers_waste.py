"""Trackdéchets, IREP and GEREP files, made up with the published columns, to one table of waste by SIRET."""

from __future__ import annotations

import itertools
import json

import openpyxl
import pandas as pd
import pytest

from eit_analysis.errors import InputError
from eit_analysis.intake.registers.canonical import treatment_code, waste_register
from eit_analysis.intake.registers.files import read_register, recognised
from eit_analysis.intake.registers.importing import import_register
from eit_analysis.intake.sheets.workbook import read_file

MILL, PLANT, OTHER = "73282932000074", "55208131766522", "44306184100047"
# From the source of Trackdéchets (registryV2/columns.ts, then registry/columns.ts of 2022 to 2024).
OUTGOING = [
    "Source", "identifiant unique", "N° de bordereau", "SIRET du déclarant", "Date d'expédition",
    "Date de réalisation de l'opération", "Statut du bordereau", "Dénomination usuelle", "Code déchet",
    "Dangereux", "Émetteur - Quantité de déchet ", "Expéditeur - N° d'identification",
    "Expéditeur - Raison sociale", "Transporteur - SIRET ou n° de TVA intracommunautaire",
    "Destination - N° d'identification", "Statut d'acceptation du déchet",
    "Quantité réceptionnée nette (tonnes)", "Quantité acceptée / traitée nette (tonnes)",
    "Code opération prévu", "Code(s) de traitement réalisé(s)",
]  # fmt: skip
INCOMING = [
    "Source", "identifiant unique", "N° de bordereau", "Date d'expédition", "Date de réception",
    "Heure de pesée", "Date de réalisation du traitement", "Statut du bordereau", "Code déchet",
    "Émetteur - Quantité de déchet ", "Quantité réceptionnée nette (tonnes)",
    "Expéditeur - N° d'identification", "Destination - N° d'identification",
    "Quantité acceptée / traitée nette (tonnes)", "Code opération prévu", "Code(s) de traitement réalisé(s)",
]  # fmt: skip
OUTGOING_2023 = [
    "N° de bordereau", "Date d'expédition", "Statut du bordereau", "Code du déchet", "Quantité de déchet",
    "Expéditeur SIRET", "Transporteur SIRET ou numéro de TVA le cas échéant", "Destination SIRET",
    "Quantité de déchet entrant (t)", "Code opération prévu", "Code opération réalisé",
]  # fmt: skip


def slip(number, day, code, announced, accepted, *, siret=MILL, status="Traité", done="R5"):
    return [
        "Tracé", "", number, siret, day, "", status, "Chiffons", code, "O", announced, siret, "Filature",
        "BE0123456789", PLANT, "ACCEPTED", accepted, accepted, "R13", done,
    ]  # fmt: skip


SLIPS = [
    slip("BSD-1", "2023-02-01", "15 02 02*", 1.5, 1.4),
    slip("BSD-2", "2023-06-01", "15 02 02*", 2, None),
    slip("BSD-3", "2023-07-01", "15 01 01", "0,5", "0,25", done="R3,R12"),
    slip("BSD-4", "2023-08-01", "15 01 01", 9, 0, status="Refusé"),
    slip("BSD-5", "2023-09-01", "15 01 99", 1, 1),
]


def book(path, header, rows, above=0):
    made = openpyxl.Workbook()
    for row in [["titre"]] * above + [header, *rows]:
        made.active.append(row)
    made.save(path)
    return path


def text(path, header, rows):
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def totals(study):
    table = waste_register(study)
    return {
        (r.siret, r.waste_code, r.year, r.direction): (r.mass_t_per_year, r.treatment_code)
        for r in table.itertuples()
    }


def test_nothing_imported_is_an_empty_table_of_the_same_columns(study, tmp_path):
    empty = waste_register(study)
    assert empty.empty
    import_register("trackdechets", book(tmp_path / "td.xlsx", OUTGOING, SLIPS), study)
    full = waste_register(study)
    assert list(full) == list(empty) and full.dtypes.equals(empty.dtypes)


@pytest.mark.parametrize("write", [book, text])
def test_outgoing_slips_weigh_what_was_accepted_else_what_was_announced(study, tmp_path, write):
    sentence = import_register("trackdechets", write(tmp_path / "td.csv", OUTGOING, SLIPS), study)
    # 1.4 accepted + 2 announced with the same treatment; two treatments are none.
    table = waste_register(study).set_index("waste_code")
    assert table.loc["150202", "mass_t_per_year"] == pytest.approx(3.4)
    assert table.loc["150202", "treatment_code"] == "R5"
    assert table.loc["150101", "mass_t_per_year"] == 0.25 and pd.isna(table.loc["150101", "treatment_code"])
    assert "bordereaux refusés\u00a0: 1" in sentence and "trackdechets.quarantine.csv" in sentence
    manifest = json.loads((study.processed / "trackdechets.manifest.json").read_text())
    assert manifest["rows_read"] == 5 and manifest["rows_kept"] == 3 and manifest["rows_refused"] == 1
    quarantine = (study.processed / "trackdechets.quarantine.csv").read_text()
    assert "15 01 99" in quarantine and "unknown_waste_code" in quarantine


def test_incoming_and_the_export_of_2023(study, tmp_path):
    arrived = ["Tracé", "", "BSD-9", "2022-12-30", "2023-01-02", "08:00", "", "Traité", "15 02 02*", 3, 2.75,
               MILL, PLANT, 2.5, "R13", "R1"]  # fmt: skip
    old = ["BSD-0", "2022-05-05", "Traité", "150202*", 0.9, MILL, PLANT, PLANT, 0.8, "R13", "R 1"]
    import_register("trackdechets", book(tmp_path / "in.xlsx", INCOMING, [arrived]), study)
    import_register("trackdechets", text(tmp_path / "old.csv", OUTGOING_2023, [old]), study)
    assert totals(study) == {
        (PLANT, "150202", 2023, "in"): (2.5, "R1"),
        (MILL, "150202", 2022, "out"): (0.8, "R1"),
    }


def test_the_exhaustive_register_is_told_apart(tmp_path):
    file = text(tmp_path / "all.csv", [*OUTGOING_2023, "Date de réception"], [])
    with pytest.raises(InputError, match="exhaustif"):
        read_register("trackdechets", file)
    assert recognised(read_file(file).sheets) is None


def test_the_register_of_a_broker_is_not_what_a_firm_sends_out(tmp_path):
    for dates in (["Date d'acquisition", "Date de cession"], ["Date de cession ou de fin de gestion"]):
        file = text(tmp_path / "courtier.csv", [*OUTGOING, *dates], [])
        with pytest.raises(InputError, match="courtier"):
            read_register("trackdechets", file)
        assert recognised(read_file(file).sheets) is None


def test_a_refused_slip_does_not_count_whatever_follows_the_word(study, tmp_path):
    rows = [slip(f"BSD-{n}", "2023-03-01", "200301", 4, None) for n in range(3)]
    place = OUTGOING.index("Statut du bordereau")
    for row, status in zip(
        rows, ["Traité", "Refusé par le destinataire", "Refusé partiellement"], strict=True
    ):
        row[place] = status
        row[OUTGOING.index("Statut d'acceptation du déchet")] = ""
    import_register("trackdechets", text(tmp_path / "td.csv", OUTGOING, rows), study)
    assert [mass for mass, _ in totals(study).values()] == [8.0]


CHRONOLOGICAL = [
    "Date d'expédition", "Dénomination usuelle du déchet", "Code déchet", "N° de bordereau", "Quantité",
    "Unité", "SIRET de l'établissement expéditeur", "Raison sociale du transporteur", "SIRET du destinataire",
    "Code du traitement", "Qualification du traitement final",
]  # fmt: skip
NATIONAL = [
    "Motif", "Identifiant unique", "SIRET du déclarant", "SIRET de l'expéditeur ou du détenteur",
    "Code déchet",
    "Dénomination usuelle du déchet", "POP", "Dangereux", "Date d'expédition", "Poids en tonnes",
    "Type de poids", "Volume en M3",
]  # fmt: skip


def test_the_register_that_a_firm_keeps_of_what_it_sends_out(study, tmp_path):
    """The columns that the arrêté of 31 May 2021 asks for: tonnes and kilograms count, no volume."""
    rows = [
        ["03/02/2023", "Cartons", "15 01 01", "", 1.5, "t", MILL, "Bennes et Cie", PLANT, "R3", "recyclage"],
        ["03/02/2023", "Cartons", "150101", "", 500, "kg", MILL, "Bennes et Cie", PLANT, "R 3", "recyclage"],
        ["10/03/2023", "Gravats", "170107", "", 8, "m3", MILL, "Bennes et Cie", PLANT, "R5", "recyclage"],
    ]  # fmt: skip
    said = import_register("registre_chronologique", book(tmp_path / "r.xlsx", CHRONOLOGICAL, rows, 2), study)
    assert totals(study) == {(MILL, "150101", 2023, "out"): (2.0, "R3")}
    assert "lignes refusées\u00a0: 1" in said
    assert "m3" in (study.processed / "registre_chronologique.quarantine.csv").read_text()


def test_the_template_of_the_national_register(study, tmp_path):
    lines = [
        ["", "A1", MILL, MILL, "20 01 38", "Bois", "N", "N", "2023-05-02", 4, "RÉEL", ""],
        ["Annuler", "A2", MILL, MILL, "20 01 38", "Bois", "N", "N", "2023-05-03", 5, "RÉEL", ""],
    ]
    said = import_register("registre_chronologique", text(tmp_path / "n.csv", NATIONAL, lines), study)
    assert [mass for mass, _ in totals(study).values()] == [4.0] and "annulés\u00a0: 1" in said
    import_register("registre_chronologique", text(tmp_path / "n2.csv", NATIONAL, lines[:1]), study)
    assert [mass for mass, _ in totals(study).values()] == [4.0]  # the same line, replaced


def test_a_quantity_whose_unit_is_not_written_is_no_tonne(tmp_path):
    header = [name for name in CHRONOLOGICAL if name != "Unité"]
    with pytest.raises(InputError, match="Unité"):
        read_register("registre_chronologique", text(tmp_path / "r.csv", header, []))


def test_imports_in_any_order_give_the_same_bytes_and_twice_changes_nothing(study, tmp_path):
    files = [
        book(tmp_path / "e1.xlsx", OUTGOING, SLIPS[:2]),
        book(tmp_path / "e2.xlsx", OUTGOING, [slip("BSD-8", "2023-03-01", "200301", 4, 4, siret=OTHER)]),
        # Declared lines have no slip: their day and their waste name them.
        text(tmp_path / "e3.csv", OUTGOING, [slip("", d, "200301", 1, 1, siret=OTHER) for d in ("2023-01-01",
                                                                                            "2023-01-02")]),
    ]  # fmt: skip
    seen = set()
    for order in itertools.permutations(files):
        for old in study.processed.glob("trackdechets*"):
            old.unlink()
        for file in (*order, order[0]):
            import_register("trackdechets", file, study)
        seen.add(
            tuple(
                (study.processed / f"trackdechets{end}").read_bytes()
                for end in (".parquet", ".manifest.json", ".quarantine.parquet", ".quarantine.csv")
            )
        )
        assert len(study.load("trackdechets")) == 5
    assert len(seen) == 1


def test_importing_one_file_again_changes_no_byte(study, tmp_path):
    """Rows out of order, and a column of flags that is blank: files keep neither."""
    made = openpyxl.Workbook()
    for name, rows in (("Sheet", SLIPS[::-1]), ("A", [slip("BSD-5", "2023-09-01", "15 01 99", 1, 1)])):
        sheet = made[name] if name in made.sheetnames else made.create_sheet(name)
        for row in (OUTGOING, *([*row[:9], "", *row[10:]] for row in rows)):
            sheet.append(row)
    made.save(tmp_path / "td.xlsx")
    seen = []
    for _ in range(3):
        import_register("trackdechets", tmp_path / "td.xlsx", study)
        seen.append({path.name: path.read_bytes() for path in study.processed.iterdir()})
    assert seen[0] == seen[1] == seen[2]


def test_a_corrected_slip_replaces_the_first(study, tmp_path):
    import_register("trackdechets", book(tmp_path / "mars.xlsx", OUTGOING, SLIPS[:2]), study)
    corrected = slip("BSD-2", "2023-06-01", "15 02 02*", 2, 1.8)
    import_register("trackdechets", book(tmp_path / "juin.xlsx", OUTGOING, [corrected, corrected]), study)
    assert totals(study) == {(MILL, "150202", 2023, "out"): (pytest.approx(3.2), "R5")}
    manifest = json.loads((study.processed / "trackdechets.manifest.json").read_text())
    assert manifest["files"][0]["ignored"] == {"repeated_row": 1} and manifest["rows_in_table"] == 2


IREP_OUT = [
    "identifiant", "nom_etablissement", "dechet", "annee", "code_operation_eliminatio_valorisation",
    "libelle_operation_eliminatio_valorisation", "code_departement", "pays", "code_dechet", "libelle_dechet",
    "quantite", "unite",
]  # fmt: skip
IREP_IN = [*IREP_OUT[:10], "quantite_admise", "quantite_traitee", "unite"]
IREP_SITES = ["identifiant", "nom_etablissement", "numero_siret", "adresse", "code_postal", "commune",
              "code_insee", "coordonnees_x", "coordonnees_y"]  # fmt: skip


def declared(code, year, *mass):
    return [
        "0006104769",
        "FILATURE",
        "x",
        year,
        "R5",
        "Recyclage",
        "68",
        "",
        code,
        "libellé",
        *mass,
        "tonnes/an",
    ]


def test_irep_takes_its_siret_from_the_file_of_establishments(study, tmp_path):
    hazardous = text(tmp_path / "Prod_dechets_dangereux.csv", IREP_OUT, [declared("07 07 08*", 2023, "12.5")])
    other = text(tmp_path / "Prod_dechets_non_dangereux.csv", IREP_OUT, [declared("04 02 22", 2023, "30")])
    treated = text(tmp_path / "Trait.csv", IREP_IN, [declared("04 02 22", 2023, "8", "7.125")])
    sites = text(tmp_path / "etablissements.csv", IREP_SITES,
                 [["6104769", "FILATURE", MILL, "", "68800", "THANN", "68334", 7.1, 47.8]])  # fmt: skip
    for file in (hazardous, other, treated):
        assert recognised(read_file(file).sheets) == "irep"
        import_register("irep", file, study)
    assert waste_register(study).empty  # nobody knows whose waste it is yet
    import_register("irep", sites, study)
    assert totals(study) == {
        (MILL, "070708", 2023, "out"): (12.5, "R5"),
        (MILL, "040222", 2023, "out"): (30.0, "R5"),
        (MILL, "040222", 2023, "in"): (7.125, "R5"),  # a point is decimal, never thousands
    }
    # The next year's archive has files of the same names.
    import_register("irep", text(hazardous, IREP_OUT, [declared("07 07 08*", 2024, "11")]), study)
    assert {key[2] for key in totals(study)} == {2023, 2024}


GEREP_OUT = ["Annee", "Code établissement", "Nom Etablissement", "Commune", "Code Insee", "Code APE",
             "Numero Siret", "Nom Contact", "Mail Contact", "Code déchet produit", "Déchet produit",
             "Quntité produite (t/an)"]  # fmt: skip
GEREP_IN = [*GEREP_OUT[:9], "Code déchet traité", "Déchet traité", "Quantité traitée (t/an)"]


def test_gerep_workbook_of_producers_and_treaters(study, tmp_path):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, header, siret in (
        ("Etablissements producteurs", GEREP_OUT, MILL),
        ("Etablissements traiteurs", GEREP_IN, PLANT),
    ):
        sheet = made.create_sheet(name)
        row = [
            2021,
            "0061.08999",
            "X",
            "THANN",
            "68334",
            "1310Z",
            int(siret),
            "Dupont",
            "d@x.fr",
            "04 02 22",
            "y",
            6,
        ]
        for line in (["GEREP"], [], [], header, row, [*row[:-1], "*"], [*row[:-1], "six"]):
            sheet.append(line)
    made.save(tmp_path / "gerep.xlsx")
    read = read_register("gerep", tmp_path / "gerep.xlsx")
    assert read.manifest["rows_read"] == 6 and read.manifest["rows_refused"] == 2
    assert set(read.refused["column"]) == {"Quntité produite (t/an)", "Quantité traitée (t/an)"}
    # Contacts are persons: their columns are never read.
    assert not {"Dupont", "d@x.fr"} & set(read.frame.astype(str).to_numpy().ravel())
    import_register("gerep", tmp_path / "gerep.xlsx", study)
    table = waste_register(study).set_index("direction")
    assert table.loc["out", ["siret", "mass_t_per_year", "masked"]].tolist() == [MILL, 6.0, True]
    assert table.loc["in", ["siret", "mass_t_per_year", "masked"]].tolist() == [PLANT, 6.0, True]


@pytest.mark.parametrize(
    ("said", "code"),
    [("R5", "R5"), ("D 10", "D10"), ("R13,R5", None), ("R5,R5", "R5"), ("R16", None), ("", None)],
)
def test_treatment_codes(said, code):
    assert treatment_code(said) == code
