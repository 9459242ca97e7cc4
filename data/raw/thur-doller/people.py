"""The people of each actor: jobs by age, skills, and what respondents think of the change."""

from __future__ import annotations

import numpy as np
from actors import AGE_PROFILES, Actor, occupations, table

BANDS = ("15-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54", "55-59", "60 et plus")
LEAVING = (0.05, 0.05, 0.03, 0.02, 0.02, 0.02, 0.02, 0.25, 0.9)  # expected departures over three years

ITEMS = (
    "La direction soutient les projets d'écologie industrielle",
    "Je comprends ce que les synergies apporteraient à mon entreprise",
    "Je fais confiance aux autres entreprises du territoire",
    "Nous avons le temps nécessaire pour participer",
    "Nous avons les compétences nécessaires pour participer",
    "Le partage d'informations entre entreprises ne pose pas de difficulté",
    "Le cadre de gouvernance proposé est clair",
    "Je pense que les résultats dureront après la fin du projet",
)
# Asked since 2018 only, after the others; of the dimensions of the form, openness is the lowest.
ITEMS_2018 = {
    "Nos coûts de déchets, d'achats ou d'énergie nous obligent à changer nos façons de faire": 3.3,
    "La direction a désigné une personne qui suit ces projets": 2.7,
    "La direction accepte d'y consacrer un budget": 2.4,
    "Nous avons la place et l'équipement pour trier ou stocker à part ce qui serait échangé": 2.6,
    "Nous savons ce que les structures de l'économie sociale et solidaire du territoire peuvent faire "
    "pour nous": 2.1,
    "Nous sommes prêts à confier un flux ou un travail à un ESAT ou à une structure d'insertion": 2.9,
    "À qualité et prix proches, nous choisissons un fournisseur d'insertion ou adapté": 2.6,
}  # fmt: skip
# Firms that filled the columns of seniority, diploma, sex and working time, which joined the form in 2018.
DESCRIBED = ("E01", "E03", "E05", "E07", "E09", "E15", "E18")
SENIORITY = ("moins de 2 ans", "2 à 4 ans", "5 à 9 ans", "10 à 19 ans", "20 ans et plus")
DIPLOMAS = ("aucun ou brevet", "CAP ou BEP", "baccalauréat", "bac+2", "bac+3 et plus")
# Occupations by the beginning of their ROME code: share of women, shares of the diplomas.
KINDS = {
    "H12": (0.3, (0.0, 0.0, 0.1, 0.3, 0.6)), "H13": (0.4, (0.0, 0.0, 0.0, 0.3, 0.7)),
    "I13": (0.05, (0.0, 0.3, 0.4, 0.3, 0.0)), "D": (0.7, (0.2, 0.4, 0.3, 0.1, 0.0)),
    "M": (0.85, (0.0, 0.2, 0.4, 0.3, 0.1)), "": (0.25, (0.2, 0.5, 0.25, 0.05, 0.0)),
}  # fmt: skip
ROLES = ("direction", "QSE", "production", "RH", "maintenance")
ITEM_LEVEL = (3.4, 3.1, 3.2, 2.3, 2.8, 2.6, 2.5, 2.9)
ROLE_LEVEL = {"direction": 0.4, "QSE": 0.5, "production": -0.3, "RH": 0.0, "maintenance": -0.2}

# sectors (comma) | skill | ROME | level now | level required | hours a month that could be shared
SKILLS = """
mechanics,textile|Programmer une machine à commande numérique|H2903,H2404,H2408,H2402|2|3|0
mechanics,plastics,food,textile|Diagnostiquer une panne d'automatisme|I1310,I1304|2|4|45
mechanics,chemistry|Lire et appliquer une norme qualité|H1506|3|3|0
mechanics,plastics,food,chemistry,retail|Réaliser un bilan des émissions de gaz à effet de serre|H1302|1|3|35
chemistry,plastics,textile|Suivre la réglementation des substances chimiques|H1302|2|3|40
chemistry,food|Conduire une ligne en sécurité|H2301,H2102|3|3|0
plastics|Régler une presse à injecter|H2912|2|3|0
textile|Entretenir un métier à tisser|I1310|3|3|0
food,retail|Appliquer les règles d'hygiène alimentaire|H2102,D1106,D1212|3|3|0
retail|Gérer les invendus et les dons|D1502,D1509|1|3|25
mechanics,plastics,textile,food,retail|Trier et caractériser les déchets de l'atelier|H1303|1|3|30
esat,insertion|Démonter un appareil électrique|K2304|2|3|0
esat,insertion|Encadrer une équipe en parcours d'insertion|K1203|3|4|20
insertion,outlet|Contrôler la qualité d'une matière triée|K2304|2|3|15
chemistry,plastics,food|Administrer un réseau informatique industriel|M1801|1|3|50
textile,plastics,food,retail|Recruter et accompagner les parcours professionnels|M1502|2|3|40
outlet|Conduire un chariot élévateur|N1101|3|3|0
"""


def split(total: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to ``shares`` that add up to ``total`` (largest remainders)."""
    exact = total * shares / shares.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(-(exact - whole), kind="stable")[: total - whole.sum()]] += 1
    return whole


def age_shares(profile: str, wave: str) -> np.ndarray:
    """Age profile of a wave: in 2015 three points of the staff were not yet past 55."""
    shares = np.array(AGE_PROFILES[profile], dtype=float)
    if wave == "2015":
        shares += np.array([0, 0, 0, 0, 1.5, 1.5, 0, -2, -1])
    return shares


def contract_of(actor: Actor, rome: str, band: str, rng: np.random.Generator) -> str:
    if rome == "K2304" and actor.sector == "insertion":
        return "insertion"
    if band == "15-24":
        return str(rng.choice(["CDI", "CDD", "intérim", "alternance"], p=[0.35, 0.2, 0.2, 0.25]))
    return str(rng.choice(["CDI", "CDD", "intérim"], p=[0.92, 0.04, 0.04]))


def workforce(actor: Actor, wave: str, rng: np.random.Generator) -> list[dict]:
    """Rows of the sheet Emplois: one per occupation and age band; their heads add up to the staff."""
    jobs = occupations(actor)
    heads = split(actor.staff[wave], np.array([share for _, _, share, _, _ in jobs]))
    part_time = 0.84 if actor.sector in {"retail", "insertion", "esat"} else 0.97
    rows = []
    for (rome, title, _, profile, difficulty), total in zip(jobs, heads, strict=True):
        shares = age_shares(profile, wave)
        counts = rng.multinomial(total, shares / shares.sum())
        leavers = rng.binomial(counts, LEAVING)
        present = [rank for rank, count in enumerate(counts) if count > 0]
        for rank in present:
            count = int(counts[rank])
            rows.append({
                "site_id": actor.site_id, "rome_code": rome, "occupation": title, "age_band": BANDS[rank],
                "headcount": count, "fte": round(count * part_time, 1),
                "contract": contract_of(actor, rome, BANDS[rank], rng),
                "planned_departures_3y": int(leavers[rank]),
                # Hires are planned for an occupation: written once, on its first line.
                "planned_hires_3y": round(leavers.sum() * 0.8) if rank == present[0] else 0,
                "hiring_difficulty": max(difficulty - (wave == "2015"), 0),
            })  # fmt: skip
    return rows


def described(rows: list[dict], rng: np.random.Generator) -> None:
    """Seniority, diploma, sex and working time of whoever a row counts; a row in ten is left without.

    As the form asks, nothing is told of a person alone. Rows that repeat one another are told the same.
    """
    told: dict[str, dict] = {}
    for row in rows:
        code, band = str(row["rome_code"]), row["age_band"]
        women, diplomas = next(kind for start, kind in KINDS.items() if code.startswith(start))
        rank = BANDS.index(band) if band in BANDS else 4
        blank, is_woman, is_part = rng.random(3) < (0.1, women, 0.35 if women > 0.5 else 0.1)
        given = {
            "seniority_band": SENIORITY[min(int(rng.integers(rank // 4, rank // 2 + 2)), 4)],
            "diploma_level": str(rng.choice(DIPLOMAS, p=diplomas)),
            "sex": "femmes" if is_woman else "hommes",
            "working_time": "temps partiel" if is_part else "temps plein",
        }
        of_row = str([row[name] for name in row if name != "_dirt"])
        row |= told.setdefault(of_row, {} if blank or str(row["headcount"]) == "1" else given)


def skills(actor: Actor, wave: str, rng: np.random.Generator) -> list[dict]:
    """Rows of the sheet Compétences."""
    rows = []
    for sectors, skill, rome, current, required, hours in table(SKILLS):
        moved, size, scale = int(rng.integers(0, 2)), rng.uniform(0.04, 0.16), rng.uniform(0.6, 1.3)
        if actor.sector not in sectors.split(","):
            continue
        # Of these occupations the one that the sector has: it maintains machines, or a whole plant.
        own = {code for code, *_ in occupations(actor)}
        rome = next((code for code in rome.split(",") if code in own), rome.split(",")[0])
        level = min(max(int(current) + moved - (wave == "2015"), 0), 4)
        rows.append({
            "site_id": actor.site_id, "skill": skill, "rome_code": rome, "current_level": level,
            "required_level": int(required), "headcount": max(1, round(actor.staff[wave] * size)),
            "shared_need_h_per_month": round(int(hours) * scale / 5) * 5,
        })  # fmt: skip
    return rows


def readiness(actor: Actor, wave: str, rng: np.random.Generator) -> list[dict]:
    """Rows of the sheet Changement: two to five respondents of different functions, eight items each.

    A function answers once per actor: the form has no respondent number, and two equal rows would be taken
    for a repetition.
    """
    people = 2 + (actor.staff["2018"] > 50) + (actor.staff["2018"] > 110) + (actor.staff["2018"] > 180)
    site = rng.normal(0, 0.5)
    rows = []
    for role in ROLES[:people]:
        person = ROLE_LEVEL[role] + site + rng.normal(0, 0.5) + (0.35 if wave == "2018" else 0.0)
        for item, level in zip(ITEMS, ITEM_LEVEL, strict=True):
            answer = int(np.clip(round(level + person + rng.normal(0, 0.8)), 1, 5))
            rows.append({
                "site_id": actor.site_id, "respondent_role": role, "item": item, "answer": answer,
            })  # fmt: skip
    return rows


def later_items(rows: list[dict], rng: np.random.Generator) -> list[dict]:
    """What the same respondents answer to the statements of 2018, near what they answered to the others."""
    added = []
    for site, role in dict.fromkeys((row["site_id"], row["respondent_role"]) for row in rows):
        own = [row["answer"] for row in rows if (row["site_id"], row["respondent_role"]) == (site, role)]
        mood = float(np.mean([float(a) for a in own if isinstance(a, int)] or [3.0])) - float(
            np.mean(ITEM_LEVEL)
        )
        for item, level in ITEMS_2018.items():
            answer = int(np.clip(round(level + 0.8 * mood + rng.normal(0, 0.7)), 1, 5))
            added.append({"site_id": site, "respondent_role": role, "item": item, "answer": answer})
    return added
