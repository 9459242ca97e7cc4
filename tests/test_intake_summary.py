"""What a cleaning says it did: counts that agree, and one line for each thing that it did not read."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
from small_pages import empty_study

from eit_analysis.intake.results import summary


def test_a_cleaning_is_told_in_counts_then_by_what_was_not_read(tmp_path) -> None:
    counts = {"rows_read": 1200, "rows_clean": 1, "rows_quarantined": 2, "rows_merged": 0, "rows_ignored": 3}
    lost = {"rows_read": 0, "rows_clean": 0, "rows_quarantined": 1, "rows_merged": 0, "rows_ignored": 0}
    quarantine = [
        ("a.xlsx", "", "unreadable_file", "ce fichier est protégé\u00a0; ôtez son mot de passe."),
        ("b.xlsx", "Flux", "no_header", "aucun en-tête n'est reconnu"),
        ("b.xlsx", "Flux", "no_header", "aucun en-tête n'est reconnu"),
        ("b.xlsx", "Emplois", "not_a_number", "autre chose"),
    ]
    corrections = [
        ("b.xlsx", "Notes", "", "ignored_unknown_sheet"),
        *((f"d{n}.xlsx", "Notes", "", "ignored_unknown_sheet") for n in range(6)),
        ("b.xlsx", "Flux", "Avis", "ignored_unknown_column"),
        ("b.xlsx", "Emplois", "Avis", "ignored_unknown_column"),
    ]
    columns = ["source_file", "source_sheet", "reason_code", "message"]
    cleaned = SimpleNamespace(
        manifest={
            "tables": {"flows": counts, "exchange_answers": lost},
            "inputs": [{"problem": None}, {"problem": "protégé"}],
            "files_left_alone": ["c.pdf"],
        },
        implausible=range(2),
        quarantine=pd.DataFrame(quarantine, columns=columns),
        corrections=pd.DataFrame(corrections, columns=["source_file", "source_sheet", "column", "rule"]),
        tables={"flows": pd.DataFrame({"source_file": ["b.xlsx", *(f"d{n}.xlsx" for n in range(5))]})},
    )
    said = [line.replace("\u00a0", " ") for line in summary(empty_study(tmp_path), cleaned, 1)]
    assert said == [
        "Vague 2018 : 1 fichier lu sur 2, 1\u202f200 lignes, dont 1 utilisée, 3 en quarantaine "
        "(Flux : 2, Réponses : 1), 0 doublon fusionné, 3 ignorées (titres, totaux, vides, sans réponse, "
        "retirées).",
        "2 valeurs invraisemblables gardées, 1 question aux acteurs dans data/processed/essai/2018/relances/",
        "Tables, quarantine.csv, corrections.csv et implausible.csv : data/processed/essai/2018/",
        "Non lu : a.xlsx : ce fichier est protégé ; ôtez son mot de passe.",
        "Non lu : b.xlsx, feuille Flux : aucun en-tête n'est reconnu.",
        "Non lu : c.pdf : ce format n'est pas lu ; demandez un classeur XLSX ou ODS, ou un fichier CSV.",
        "Feuille laissée de côté : « Notes » (d5.xlsx, b.xlsx, d0.xlsx, d1.xlsx, d2.xlsx, et 2 autres "
        "fichiers) ; si c'est une réponse, remettez les en-têtes du questionnaire ou voyez « eit map ».",
        "Colonne laissée de côté : « Avis » (b.xlsx, feuille Flux, et 1 autre feuille) ; si c'est une "
        "réponse, remettez les en-têtes du questionnaire.",
    ]
