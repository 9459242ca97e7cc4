"""The answers that `benchmarks.intake` cleans: workbooks of 60 rows, flows in CSV files, all made up."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import xlsxwriter

from eit_analysis import tables
from eit_analysis.codes import AGE_BANDS, ROUTES
from eit_analysis.study import Study, open_study

CODES = {"textile": "040222", "bois": "150103", "carton": "150101", "biodéchets": "200108",
         "plastique": "150102", "métal": "170407", "verre": "150107"}  # fmt: skip
ODD = ("env. {}", "<{}", "{} kg", "{} t/an", "{}-x", "NC", "?{}", "{} à 20000", "#REF!", "", "{} camions")
ROWS_OF_FILE = 500_000  # some 60 MB, of the 100 that a file may have


def flow(random_: random.Random, site: str, rank: int) -> dict[str, Any]:
    category = random_.choice(list(CODES))
    return {
        "site_id": site, "direction": "sortant", "category": category,
        "description": f"{category} lot {rank}", "waste_code": CODES[category],
        "quantity": f"{random_.uniform(0.1, 2000):.1f}".replace(".", ","),
        "unit": random_.choice(["t", "kg", "t", "m3"]), "period": random_.choice(["an", "mois", "semaine"]),
        "evidence": random_.choice(["pesée", "déclaration", "estimation"]),
        "quality": random_.choice(["propre", "mélangé", "souillé"]),
        "route": random_.choice(list(ROUTES.values())), "cost_eur_per_t": str(random_.randint(20, 200)),
        "contractor": f"Prestataire {random_.randint(1, 20)}",
    }  # fmt: skip


def answers(random_: random.Random, site: str) -> dict[str, list[dict[str, Any]]]:
    """Sixty rows of one firm."""
    return {
        "sites": [{"site_id": site, "name": f"Firme {site}", "naf_code": "1310Z", "commune_name": "Thann",
                   "commune_code": "68334", "postcode": "68800", "headcount": 90, "actor_type": "entreprise",
                   "consent": "agrégée", "reference_year": 2018}],
        "flows": [flow(random_, site, rank) for rank in range(20)],
        "sharing": [{"site_id": site, "nature": "achat", "item": f"objet {rank}", "side": "besoin",
                     "volume_per_year": 10 * rank, "unit": "t"} for rank in range(5)],
        "workforce": [{"site_id": site, "rome_code": "H2102", "occupation": "Conduite d'équipement",
                       "age_band": band, "headcount": 5, "fte": 5, "contract": contract}
                      for band in list(AGE_BANDS)[:9] for contract in ("CDI", "CDD")],
        "skills": [{"site_id": site, "skill": f"compétence {rank}", "current_level": 2, "required_level": 3,
                    "headcount": 4} for rank in range(8)],
        "readiness": [{"site_id": site, "respondent_role": "direction", "item": f"affirmation {rank}",
                       "answer": 1 + rank % 5} for rank in range(8)],
    }  # fmt: skip


def make_study(root: Path) -> Study:
    raw = root / "data" / "raw" / "essai"
    (raw / "2018").mkdir(parents=True)
    (raw / "study.toml").write_text('title = "Essai"\nterritory = "Vallée"\n', encoding="utf-8")
    return open_study("essai", root=root)


def write_workbooks(study: Study, count: int) -> list[Path]:
    random_ = random.Random(1)
    paths = []
    for number in range(1, count + 1):
        site = f"E{number:03d}"
        paths.append(study.raw / f"{site}_questionnaire.xlsx")
        with xlsxwriter.Workbook(paths[-1]) as book:
            for table, rows in answers(random_, site).items():
                sheet = book.add_worksheet(tables.sheet_name(table))
                sheet.write_row(0, 0, [spec["header"] for spec in tables.form(table).values()])
                for index, row in enumerate(rows, start=1):
                    sheet.write_row(index, 0, [row.get(name, "") for name in tables.form(table)])
    return paths


def write_csv(study: Study, rows: int, *, doubtful: bool = False) -> list[Path]:
    random_ = random.Random(1)
    names = list(tables.form("flows"))
    paths = []
    for start in range(0, rows, ROWS_OF_FILE):
        paths.append(study.raw / f"tous{start // ROWS_OF_FILE or ''}_Flux.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow([tables.form("flows")[name]["header"] for name in names])
            for rank in range(start, min(rows, start + ROWS_OF_FILE)):
                made = flow(random_, f"E{rank % 500 + 1:03d}", rank)
                if doubtful and rank % 2:
                    made["quantity"] = random_.choice(ODD).format(made["quantity"])
                    made["unit"] = random_.choice([made["unit"], made["unit"], "sac", "camion", "Kg "])
                    made["waste_code"] = random_.choice([made["waste_code"]] * 4 + ["150199", "abc"])
                writer.writerow([made.get(name, "") for name in names])
    with (study.raw / "tous_Entreprise.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["Identifiant", "Raison sociale", "Diffusion"])
        writer.writerows([f"E{number:03d}", f"Firme {number}", "agrégée"] for number in range(1, 501))
    return paths
