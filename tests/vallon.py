"""A small study made by hand: nine actors, two waves, twelve lines of the register, two neighbours.

Small numbers, so that every figure of pages 04 and 05 can be reckoned on paper from what is written here.
"""

from __future__ import annotations

import csv
import importlib.util
import shutil
from pathlib import Path

from command import ROOT, SITE, workbook

STUDY = "vallon"
PAGES = ("04_change_governance", "05_territory_exchange")

# X1 refused all diffusion; A6 accepts aggregates alone. All in one commune: nothing travels.
ACTORS = [
    ("A1", "Scierie Chimère", 100, "entreprise", "nominative"),
    ("A2", "Meubles Griffon", 50, "entreprise", "nominative"),
    ("A3", "Tissages Licorne", 60, "entreprise", "nominative"),
    ("A4", "Tôlerie Korrigan", 40, "entreprise", "nominative"),
    ("A5", "Jus Tarasque", 30, "entreprise", "nominative"),
    ("A6", "Confection Vouivre", 20, "entreprise", "agrégée"),
    ("S1", "Atelier Basilic", 25, "ESS", "nominative"),
    ("V1", "Ville de Mandragore", 200, "collectivité", "nominative"),
    ("X1", "Vernis Cyclope", 10, "entreprise", "aucune"),
]  # fmt: skip

LINE = [
    "Identifiant synergie", "Intitulé", "Type", "Catégorie", "Entreprises", "Pilote", "Statut",
    "Date du statut", "Tonnage réalisé (t/an)", "Incertitude du réalisé (%)", "Tonnage promis (t/an)",
    "Économie promise (€/an)", "Économie réalisée (€/an)", "Début des effets", "Fin des effets",
    "Sans la démarche", "Émissions évitées (tCO2e/an)", "Heures d'insertion (h/an)", "Emplois créés (ETP)",
    "Heures de coordination (h)", "Argent public (€)", "Argent privé (€)",
]  # fmt: skip
NOT_ELSE, ELSE = "n'aurait pas eu lieu", "aurait eu lieu"
# Who and what; then status and date in 2017, status and date in 2018, and what the last wave says besides.
REGISTER = [
    ("S01", "Palettes réparées", "échange", "bois", "A1 S1", "S1", "engagée", "2017-01-01",
     "réalisée", "2018-01-01", 10, 20, 12, 2500, 2000, None, None, NOT_ELSE, 1.5, 300, 0.5, 50, 1000, 500),
    ("S02", "Cartons de rebut", "échange", "carton", "A2 A3", "A2", "engagée", "2017-01-01",
     "réalisée", "2018-03-02", 6, 10, 5, 1000, 800, None, None, None, None, None, None, 30, None, None),
    ("S03", "Chutes d'acier", "échange", "métal", "A4 A5", "A4", "engagée", "2017-07-01",
     "réalisée", "2018-02-01", 4, 50, 10, None, None, None, None, ELSE, None, None, None, 20, None, None),
    # It stopped in June: what it brought is not counted any more.
    ("S04", "Benne commune de plastique", "mutualisation", "plastique", "A1 A2", "A1", "engagée",
     "2017-04-01", "réalisée", "2018-01-10", 3, 20, 6, 1000, 400, None, "2018-06-30", NOT_ELSE, None, None,
     None, 40, 500, None),
    ("S05", "Formation groupée de secouristes", "mutualisation", "autre", "A1 A2 A3 S1", "A1", "étude",
     "2017-02-01", "engagée", "2018-03-01", 0, None, None, 1000, None, None, None, None, None, None, None,
     25, None, None),
    ("S06", "Vêtements usés", "échange", "textile", "A3 A6", "A6", "étude", "2015-01-15",
     "étude", "2015-01-15", *[None] * 14),
    ("S07", "Papier de bureau", "mutualisation", "papier", "A4 V1", None, "piste", "2016-03-01",
     "piste", "2016-03-01", *[None] * 14),
    ("S08", "Marc de pommes", "échange", "biodéchets", "A5 S1", "A5", "étude", "2016-05-01",
     "abandonnée", "2018-02-15", *[None] * 11, 15, 200, None),
    ("S09", "Sciure", "échange", "bois", "A2 S1", "S1", "étude", "2016-06-01",
     "étude", "2016-06-01", *[None] * 14),
    ("S10", "Solvants usés", "échange", "chimique", "A4 X1", "A4", None, None,
     "piste", "2018-09-01", *[None] * 14),
    # Its effects begin in 2019: in 2018 it brings nothing yet.
    ("S11", "Caisses reprises", "échange", "bois", "A5 S1", "S1", "engagée", "2016-02-01",
     "réalisée", "2018-02-01", 5, 20, 10, None, None, "2019-01-01", None, NOT_ELSE, *[None] * 6),
    ("S12", "Copeaux de bois", "échange", "bois", "A2 A5", "A2", "engagée", "2016-10-01",
     "engagée", "2016-10-01", *[None] * 14),
]  # fmt: skip

FLOW = [
    "Identifiant", "Sens", "Catégorie", "Désignation", "Code déchet", "Quantité", "Unité", "Période",
    "Origine de la donnée", "Qualité", "Exutoire actuel", "Coût (€/t)",
]  # fmt: skip
CODES = {"bois": "150103", "carton": "150101", "plastique": "150102"}
# Actor, family, tonnes a year, outlet; all weighed (5 %), clean, at 50 EUR/t.
FLOWS = [
    ("A1", "bois", 20, "recyclage"), ("A2", "bois", 18, "stockage"), ("A3", "bois", 22, "recyclage"),
    ("A1", "carton", 10, "recyclage"), ("A4", "carton", 12, "recyclage"), ("A5", "carton", 11, "recyclage"),
    ("A2", "plastique", 9, "stockage"), ("A4", "plastique", 8, "stockage"),
    ("A6", "plastique", 10, "stockage"),
]  # fmt: skip

NEED = ["Identifiant", "Nature", "Objet", "Offre ou besoin", "Volume annuel", "Unité", "Coût annuel (€)"]
# People to be trained as first-aiders, and what their places cost alone.
NEEDS = {"A1": (3, 900), "A2": (2, 600), "A3": (2, 600), "S1": (3, 1000)}

# What direction and production of each actor think: a agrees, m is mixed, d disagrees. X1 does not answer.
SITES = ("A1", "A2", "A3", "A4", "A5", "A6", "S1", "V1")
OPINIONS = {
    "need": "aa aa aa am aa dd aa am",
    "support": "aa am dd aa am md aa am",
    "capacity": "dd dm dd am dm dm aa am",
    "trust": "aa am dd am mm dd aa am",
    "openness": "aa am dm aa dd dm aa am",
}
ANSWERS = {"a": (4, 3), "m": (3, 3), "d": (2, 3)}  # means 3.5, 3, 2.5: at the limits
ROLES = ("direction", "production")

PROJECTS = """
[[projects]]
code = "MP1"
title = "Se former ensemble"
synergies = ["S05"]
members = ["V1"]
carrier = "A1"
decision_rule = "consensus"
next_decision = "Choisir la date de la session"
deadline = 2019-03-29
posts_fte = 0.1

[[projects.funding]]
funder = "Région (fictive)"
sector = "public"
eur = 4000

[[projects.funding]]
funder = "Membres"
sector = "private"
eur = 1000

[[projects.clauses]]
kind = "social"
text = "Heures d'insertion à l'accueil"
unit = "h_per_year"
target = 100
reached = 120
per_member = { A1 = 60, S1 = 50 }

[[projects.clauses]]
kind = "environmental"
text = "Papier des supports recyclé"
unit = "t_per_year"
target = 1
"""
TARGETS = """
[[targets]]
indicator = "n_done"
value = 6
year = 2018

[[targets]]
indicator = "realised_t_per_year"
value = 25
year = 2019

[[targets]]
indicator = "n_members"
value = 10
year = 2017

[[targets]]
indicator = "n_members"
value = 12
year = 2020
"""
# The last is after the wave: not counted.
SPENT = ((2017, 400, 10000, 2000), (2018, 300, 6000, 1000), (2019, 90, 70, 50))
MEANS = "".join(
    f"""
[[means]]
year = {year}
coordination_hours = {hours}
public_eur = {public}
private_eur = {private}
source = "valeurs fictives"
"""
    for year, hours, public, private in SPENT
)
HEAD = """
title = "Étude du Vallon"
territory = "Vallon d'Essai"
fictional = true

[page]
contact = "Mission du Vallon, 01 99 00 00 01"
"""

EVIDENCE = {"measured": 0.05, "declared": 0.2, "estimated": 0.5, "inferred": 1}
NEIGHBOURS = {
    "val-clair": {
        "name": "Val Clair",
        "year": 2018,
        "contact": "Agence du Val, 01 99 00 00 02",
        "funnel": [(60, 55, 50, 46), (30, 28, 26, 24)],
        "done": [
            ("wood", "exchange", 2, 80.0), ("wood", "pooling", 2, 50.0), ("plastic", "exchange", 4, 60.0),
            ("cardboard", "pooling", 3, 33.0), ("glass", "pooling", 1, 9.0),
        ],
        "flows": [("wood", 300, 0.1, 80), ("plastic", 200, 0.1, 50)],
        "indicators": {
            "outgoing_per_employee": (0.5, 0.02), "recovered_share": (80, 3),
            "realised_per_employee": (150, 30),
        },
        "evidence": EVIDENCE,
    },
    "petit-plateau": {
        "name": "Petit Plateau",
        "year": 2016,
        "contact": "",
        "funnel": [(6, 4, 3, 2), (4, 3, 2, 1)],
        "done": [("plastic", "exchange", 1, 12.0), ("metal", "pooling", 2, 6.0)],
        "flows": [("plastic", 40, 0.3, 30)],
        "indicators": {"recovered_share": (40, 10), "realised_per_employee": (60, 12)},
        "evidence": {**EVIDENCE, "declared": 0.3},
    },
}  # fmt: skip


def answers(wave: str) -> list[list[object]]:
    """Rows of the sheet Changement, two statements a dimension: in 2017 a point lower on openness."""
    path, items, rows = ROOT / "eit_analysis" / "reference" / "readiness_items.csv", {}, []
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            items.setdefault(line["readiness_dimension"], []).append(line["statement_fr"])
    for dimension, opinions in OPINIONS.items():
        lower = wave == "2017" and dimension == "openness"
        for site, letters in zip(SITES, opinions.split(), strict=True):
            for role, letter in zip(ROLES, letters, strict=True):
                for item, answer in zip(items[dimension], ANSWERS[letter], strict=False):
                    rows.append([site, role, item, answer - lower])
    return rows


def sheets(wave: str) -> dict[str, list[list[object]]]:
    """What all the actors sent at a wave, in one workbook."""
    sites = [[*actor, "Cernay", "68063", "68700", int(wave)] for actor in ACTORS]
    flows = [
        [site, "sortant", family, f"{family} trié", CODES[family], t, "t", "an", "pesée", "propre", out, 50]
        for site, family, t, out in FLOWS
    ]
    needs = [
        [site, "formation", "Sauveteur secouriste du travail", "besoin", people, "personne", eur]
        for site, (people, eur) in NEEDS.items()
    ]
    return {
        "Entreprise": [[*SITE, "Commune", "Code INSEE", "Code postal", "Année"], *sites],
        "Flux": [FLOW, *flows],
        "Mutualisations": [NEED, *needs],
        "Changement": [["Identifiant", "Fonction du répondant", "Item", "Réponse"], *answers(wave)],
    }  # fmt: skip


def lines(wave: str) -> list[list[object]]:
    """Rows of the register at a wave: the first one says nothing yet of results."""
    if wave == "2018":
        return [[*line[:6], *line[8:]] for line in REGISTER]
    return [[*line[:8], *[None] * 14] for line in REGISTER if line[6]]


def neighbours():
    """The module that writes the exchange files of the sample."""
    path = ROOT / "data" / "raw" / "thur-doller" / "neighbours.py"
    spec = importlib.util.spec_from_file_location("neighbours", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_neighbours(folder: Path, given_of: dict[str, dict] = NEIGHBOURS) -> None:
    """The exchange files of the two neighbours."""
    folder.mkdir()
    made = neighbours()
    for name, given in given_of.items():
        texts = {
            sheet: (header, made.table(header, rows))
            for sheet, (header, rows) in made.tables(given).items()
            if rows
        }
        (folder / f"{name}.zip").write_bytes(made.package(name, given["name"], given["year"], 2, texts))


def write(root: Path) -> Path:
    """The study in a project of its own, with the two notebooks; not cleaned yet."""
    (root / "notebooks").mkdir(parents=True)
    for page in PAGES:
        shutil.copy(ROOT / "notebooks" / f"{page}.ipynb", root / "notebooks")
    raw = root / "data" / "raw" / STUDY
    for wave in ("2017", "2018"):
        workbook(raw / wave / "acteurs.xlsx", sheets(wave))
        workbook(raw / wave / "registre.xlsx", {"Synergies": [LINE, *lines(wave)]})
    write_neighbours(raw / "territoires")
    (raw / "study.toml").write_text(HEAD + PROJECTS + TARGETS + MEANS, encoding="utf-8")
    return root
