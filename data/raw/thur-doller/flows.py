"""What enters and leaves each actor: flows typed by hand, and the everyday ones by ratio per employee."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from actors import Actor, table

# Everyday flows: label -> category, waste code, quality, route, contractor, cost (€/t), possible units.
# A unit goes with its period and the tonnes of one unit per period over a year.
EVERYDAY: dict[str, tuple[str, str, str, str, str, int, dict[str, float]]] = {
    "Cartons d'emballage": (
        "carton", "150101", "propre", "recyclage", "Collecte Mirage", -20,
        {"t/an": 1.0, "kg/mois": 0.012, "m3/mois": 12 * 0.0629},
    ),
    "Palettes perdues et caisses bois": (
        "bois", "150103", "propre", "valorisation énergétique", "Bois Farfadet", 45,
        {"t/an": 1.0, "palettes/semaine": 52 * 0.024, "palettes/mois": 12 * 0.024},
    ),
    "Papiers de bureau": (
        "papier", "200101", "propre", "recyclage", "Collecte Mirage", 30, {"kg/an": 0.001, "kg/mois": 0.012},
    ),
    "Films et housses plastiques": (
        "plastique", "150102", "propre", "recyclage", "Collecte Mirage", 10, {"t/an": 1.0, "kg/mois": 0.012},
    ),
    "Déchets d'activité en mélange": (
        "mélange", "150106", "mélangé", "stockage", "Bennes Chimère", 115,
        {"t/an": 1.0, "t/mois": 12.0, "benne 30 m3/an": 3.82},
    ),
    "Écrans, ordinateurs et appareils hors d'usage": (
        "DEE", "200136", "mélangé", "recyclage", "Electro Lutin", 0, {"kg/an": 0.001},
    ),
    "Restes de cantine": (
        "biodéchets", "200108", "mélangé", "incinération", "Bennes Chimère", 130,
        {"kg/semaine": 0.052, "kg/mois": 0.012, "bac 120 l/semaine": 52 * 0.0459},
    ),
}  # fmt: skip
# Tonnes per employee and year of the everyday flows, in the order above, by sector.
RATIOS = {
    "mechanics": (0.07, 0.12, 0.012, 0.02, 0.20, 0.012, 0.012),
    "chemistry": (0.08, 0.22, 0.014, 0.10, 0.30, 0.012, 0.015),
    "plastics": (0.16, 0.22, 0.010, 0.05, 0.25, 0.010, 0.0),
    "textile": (0.20, 0.08, 0.010, 0.08, 0.28, 0.008, 0.0),
    "food": (0.25, 0.16, 0.010, 0.10, 0.30, 0.008, 0.0),
    "retail": (0.65, 0.16, 0.045, 0.07, 0.42, 0.040, 0.0),
    "esat": (0.06, 0.0, 0.020, 0.01, 0.15, 0.0, 0.05),
    "insertion": (0.05, 0.0, 0.020, 0.01, 0.40, 0.0, 0.0),
    "outlet": (0.0, 0.0, 0.020, 0.0, 0.40, 0.0, 0.0),
}

# site | out or in | category | description | waste code | quantity unit/period at 2018 | evidence | quality |
# route | cost €/t | months | contractor | waves (empty: both)
SPECIFIC = """
E01|out|métal|Copeaux d'acier|120101|310 t/an|pesée|souillé|recyclage|-120||Métaux Korrigan|
E01|out|chimique|Émulsions d'usinage usées|120109|3,4 t/mois|facture|souillé|incinération|210||Liquides Griffon|
E01|out|textile|Chiffons et absorbants souillés|150202|95 kg/mois|facture|souillé|incinération|480||Liquides Griffon|
E01|in|textile|Chiffons d'essuyage||140 kg/mois|facture|propre||900|||
E02|out|métal|Chutes et copeaux d'acier|120101|180 t/an|pesée|propre|recyclage|-130||Métaux Korrigan|
E02|out|chimique|Boues de rectification huileuses|120118|9,5 t/an|registre|souillé|incinération|260||Liquides Griffon|
E02|in|carton|Carton de calage pour expéditions||450 kg/mois|déclaration|propre||420|||
E02|in|textile|Chiffons d'essuyage||60 kg/mois|facture|propre||950|||
E03|out|métal|Chutes de fonte et d'inox|120101|145 t/an|pesée|propre|recyclage|-160||Métaux Korrigan|
E03|out|chimique|Huiles d'usinage usées|120107|14 t/an|registre|souillé|recyclage|60||Liquides Griffon|
E03|in|textile|Chiffons d'essuyage||75 kg/mois|facture|propre||900|||
E04|out|métal|Copeaux de laiton|120103|88 t/an|pesée|propre|recyclage|-1 900||Métaux Korrigan|
E04|out|chimique|Bains de dégraissage aqueux|120301|1,1 t/mois|facture|souillé|incinération|190||Liquides Griffon|
E04|in|bois|Palettes d'occasion pour expéditions|150103|30 palettes/semaine|facture|propre||240|||
E05|out|métal|Chutes de tôle|120101|270 t/an|pesée|propre|recyclage|-140||Métaux Korrigan|
E05|out|bois|Chutes de caisses d'expédition|030105|2,6 t/mois|déclaration|propre|valorisation énergétique|40||Bois Farfadet|
E05|out|DEE|Cartes et armoires électriques déposées|160214|2 412,5 kg/an|registre|mélangé|recyclage|0||Electro Lutin|
E05|in|textile|Chiffons d'essuyage||110 kg/mois|facture|propre||880|||
E06|out|chimique|Solvants de lavage non halogénés|070104|52 t/mois|pesée|souillé|incinération|240||Liquides Griffon|
E06|out|chimique|Boues de station de traitement|070112|480 t/an|pesée|souillé|incinération|150||Liquides Griffon|
E06|out|plastique|Fûts et bidons souillés|150110|1,6 t/mois|facture|souillé|incinération|320||Liquides Griffon|
E06|out|textile|Vêtements de travail réformés|200111|900 kg/an|estimation|propre|incinération|140||Bennes Chimère|
E06|out|DEE|Ordinateurs remplacés en état de marche|160214|1 504,5 kg/an|registre|propre|recyclage|0||Electro Lutin|
E06|in|papier|Ramettes de papier recyclé||85 kg/mois|facture|propre||1 050|||
E07|out|chimique|Boues de lavage de pigments|060503|28 t/mois|pesée|souillé|incinération|170||Liquides Griffon|
E07|out|plastique|Sacs et doublures souillés|150110|850 kg/mois|facture|souillé|incinération|310||Liquides Griffon|
E07|in|papier|Ramettes de papier recyclé||32 kg/mois|facture|propre||1 100|||
E08|out|chimique|Colles et mastics non conformes|080409|36 t/an|registre|souillé|incinération|270||Liquides Griffon|
E08|out|métal|Fûts métalliques vidés|150104|640 kg/mois|facture|mélangé|recyclage|20||Métaux Korrigan|
E09|out|plastique|Chutes de film polyéthylène|070213|21 t/mois|pesée|propre|recyclage|-180||Granulés Sirène|
E09|out|plastique|Films imprimés et purges|070213|64 t/an|pesée|mélangé|valorisation énergétique|70||Bennes Chimère|
E09|in|bois|Palettes d'occasion pour expéditions|150103|55 palettes/semaine|facture|propre||230|||
E10|out|plastique|Carottes et rebuts d'injection|120105|9,5 t/mois|pesée|propre|recyclage|-150||Granulés Sirène|
E10|in|carton|Carton de calage pour expéditions||700 kg/mois|déclaration|propre||400|||
E10|in|plastique|Polyéthylène régénéré en granulés||180 t/an|facture|propre||820|||
E11|out|plastique|Chutes de tubes broyées|120105|72 t/an|pesée|propre|recyclage|-140||Granulés Sirène|
E11|in|plastique|Polyéthylène régénéré en granulés||12 t/mois|facture|propre||800|||
E11|in|bois|Palettes d'occasion pour expéditions|150103|20 palettes/semaine|facture|propre||250|||
E12|out|textile|Déchets de fils et bourres|040222|4,1 t/mois|pesée|propre|valorisation énergétique|60||Bennes Chimère|
E12|out|textile|Toiles et lisières de coton|040222|1,3 t/mois|déclaration|propre|stockage|115||Bennes Chimère|
E13|out|textile|Chutes de tissu ennobli|040222|3,2 t/mois|pesée|mélangé|stockage|115||Bennes Chimère|
E13|out|chimique|Boues de teinture|040220|120 t/an|registre|souillé|incinération|140||Liquides Griffon|
E14|out|textile|Chutes de coupe|040222|620 kg/mois|déclaration|propre|stockage|120||Bennes Chimère|
E14|in|papier|Papier de calage||90 kg/mois|estimation|propre||780|||
E14|in|papier|Ramettes de papier recyclé||10 kg/mois|facture|propre||1 150|||
E15|out|biodéchets|Pâtes et brisures impropres|020601|18 t/mois|pesée|propre|compostage|75||Bennes Chimère|
E15|out|denrées alimentaires|Biscuits déclassés consommables|020601|550 kg/mois|registre|propre|méthanisation|60||Bennes Chimère|
E15|in|papier|Papier de calage||160 kg/mois|déclaration|propre||760|||
E15|in|carton|Caisses carton neuves||11 t/mois|facture|propre||690|||
E16|out|biodéchets|Lactosérum et rinçages concentrés|020501|38 t/mois|pesée|propre|inconnu|35|||
E16|out|biodéchets|Boues de station laitière|020502|110 t/an|registre|mélangé|compostage|70||Bennes Chimère|
E17|out|biodéchets|Épluchures et fruits écartés|020304|24 t/mois|pesée|propre|compostage|65|6 7 8 9 10|Bennes Chimère|
E17|out|verre|Bocaux cassés|150107|480 kg/mois|déclaration|mélangé|recyclage|25||Collecte Mirage|
E17|in|denrées alimentaires|Fruits et légumes à transformer||60 t/an|facture|propre||380|6 7 8 9 10||
E17|in|bois|Palettes d'occasion pour expéditions|150103|15 palettes/semaine|facture|propre||260|||
E18|out|biodéchets|Invendus alimentaires non donnables|200108|1,9 t/semaine|pesée|mélangé|incinération|125||Bennes Chimère|
E18|out|denrées alimentaires|Invendus consommables|200108|260 kg/semaine|registre|propre|incinération|125||Bennes Chimère|
E18|out|DEE|Retours clients petit électroménager|200136|420 kg/mois|facture|mélangé|recyclage|0||Electro Lutin|
E18|out|textile|Vêtements invendus|200110|140 kg/mois|estimation|propre|incinération|125||Bennes Chimère|
E19|out|biodéchets|Invendus alimentaires non donnables|200108|480 kg/semaine|déclaration|mélangé|incinération|130||Bennes Chimère|
E19|out|denrées alimentaires|Fruits et légumes déclassés|200108|95 kg/semaine|déclaration|propre|incinération|130||Bennes Chimère|
E20|out|DEE|Outillage électrique repris|200136|240 kg/mois|facture|mélangé|recyclage|0||Electro Lutin|
E20|out|bois|Panneaux et planches déclassés|200138|1,4 t/mois|déclaration|propre|valorisation énergétique|50||Bois Farfadet|
E20|out|chimique|Peintures et solvants repris|080111|160 kg/mois|facture|souillé|incinération|520||Liquides Griffon|
E20|out|métal|Ferrailles diverses|200140|600 kg/mois|déclaration|mélangé|recyclage|-70||Métaux Korrigan|
S01|in|textile|Coton à couper en chiffons d'essuyage|040222|18 t/an|déclaration|propre||0|||
S01|out|textile|Chiffons d'essuyage coupés||950 kg/mois|pesée|propre|réemploi|-700|||
S01|in|DEE|Appareils à démanteler|160214|25 t/an|déclaration|mélangé||0|||
S01|in|papier|Papiers de bureau à trier|200101|20 t/an|déclaration|propre||0|||
S02|in|bois|Palettes à réparer|150103|60 palettes/semaine|déclaration|propre||0|||
S02|out|bois|Palettes réparées|150103|45 palettes/semaine|registre|propre|réemploi|-180|||
S02|out|bois|Planches non réparables|150103|1,3 t/mois|pesée|mélangé|valorisation énergétique|45||Bois Farfadet|
S02|in|denrées alimentaires|Dons pour l'épicerie solidaire||25 t/an|déclaration|propre||0|||
S03|in|DEE|Appareils à réparer et à revendre|200136|12 t/an|déclaration|propre||0|||
S03|in|textile|Vêtements et linge à trier|200110|15 t/an|déclaration|propre||0|||
S03|out|textile|Textiles non revendables|200111|380 kg/mois|pesée|mélangé|valorisation énergétique|80||Bennes Chimère|
S03|out|DEE|Appareils non réparables|200136|310 kg/mois|registre|mélangé|recyclage|0||Electro Lutin|
F01|in|biodéchets|Matières organiques à digérer|200108|2 400 t/an|pesée|mélangé||-45|||
F01|out|biodéchets|Digestat épandu|190606|160 t/mois|pesée|propre|compostage|8|||
F02|in|carton|Cartons à trier|150101|900 t/an|pesée|propre||-10|||
F02|in|papier|Papiers à trier|200101|260 t/an|pesée|propre||20|||
F02|in|bois|Bois à broyer|150103|1 100 t/an|pesée|propre||25|||
F02|out|bois|Refus de tri du bois|191207|5,5 t/mois|pesée|mélangé|valorisation énergétique|50||Bois Farfadet|
E01|out|bois|Palettes réparables remises au chantier d'insertion|150103|12 palettes/semaine|registre|propre|réemploi|0|||2018
E18|out|carton|Caisses entières remises pour réemploi|150101|200 kg/mois|pesée|propre|réemploi|0|||2018
E13|out|plastique|Cônes et tubes de bobinage|150102|310 kg/mois|estimation|propre|stockage|115||Bennes Chimère|2015
"""  # noqa: E501


def significant(value: float) -> float:
    """Rounded as a respondent would: two figures, or three above a hundred."""
    digits = 2 if value < 100 else 3
    return float(f"{value:.{digits}g}")


def french_number(text: str) -> float:
    return float(text.replace(" ", "").replace(",", "."))


def everyday(actor: Actor, wave: str, rng: np.random.Generator) -> Iterator[dict]:
    for (label, recipe), ratio in zip(EVERYDAY.items(), RATIOS[actor.sector], strict=True):
        category, code, quality, route, contractor, cost, units = recipe
        unit = str(rng.choice(list(units)))
        spread, drift, evidence = rng.lognormal(0, 0.2), rng.lognormal(0, 0.08), rng.random()
        # Equipment and canteens are only found where there is a staff to use them.
        if ratio == 0 or (label == "Restes de cantine" and actor.staff["2015"] < 90):
            continue
        tonnes = ratio * actor.staff[wave] * spread * (drift if wave == "2018" else 1.0)
        unit_name, period = unit.split("/")
        yield {
            "direction": "sortant", "category": category, "description": label, "waste_code": code,
            "quantity": significant(tonnes / units[unit]), "unit": unit_name, "period": period,
            "evidence": "facture" if evidence < 0.35 else "déclaration" if evidence < 0.8 else "estimation",
            "quality": quality, "route": route,
            "cost_eur_per_t": cost + int(rng.integers(-2, 3)) * 5, "contractor": contractor,
        }  # fmt: skip


def specific(actor: Actor, wave: str, rng: np.random.Generator) -> Iterator[dict]:
    for row in table(SPECIFIC):
        site, way, category, label, code, amount, evidence, quality, route, cost, *rest = row
        months, contractor, waves = rest
        if site != actor.site_id:
            continue
        drift = rng.lognormal(0, 0.06)
        if waves and wave != waves:
            continue
        number, unit = amount.rsplit(" ", 1)
        quantity = french_number(number)
        if wave == "2015":
            drifted = quantity * drift * actor.staff["2015"] / actor.staff["2018"]
            quantity = round(drifted) + 0.5 if quantity > 1000 and quantity % 1 else significant(drifted)
        unit_name, period = unit.split("/")
        yield {
            "direction": "sortant" if way == "out" else "entrant", "category": category, "description": label,
            "waste_code": code, "quantity": quantity, "unit": unit_name, "period": period,
            "uncertainty_percent": 10 if evidence == "déclaration" and rng.random() < 0.3 else None,
            "evidence": evidence, "quality": quality, "route": route,
            "cost_eur_per_t": french_number(cost), "months": months, "contractor": contractor,
        }  # fmt: skip


def flows(actor: Actor, wave: str, rng: np.random.Generator) -> list[dict]:
    """Rows of the sheet Flux of one actor, clean."""
    rows = (*specific(actor, wave, rng), *everyday(actor, wave, rng))
    return [{"site_id": actor.site_id, **row} for row in rows]
