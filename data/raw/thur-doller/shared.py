"""What the actors could share, the register of the 27 leads, and what those that went on brought."""

from __future__ import annotations

import numpy as np
from actors import Actor, table

from eit_analysis.tables import form, used_for

# nature | item | unit | volume per employee | cost (€ per unit) | sectors in need (comma) | sites that offer
SHARING = """
achat|Palettes|unité|1,7|8,5|mechanics,chemistry,food|
achat|Cartons d'emballage|unité|35|0,8|mechanics,plastics,textile|
achat|Équipement de protection individuelle|€|38|1|mechanics,chemistry,plastics|
achat|Électricité|MWh|3,2|95|mechanics,plastics,textile,food|
achat|Chiffons d'essuyage|€|32|1|mechanics,plastics|S01
achat|Papier recyclé|t|0,003|1050|chemistry,textile|
service|Collecte des déchets dangereux|tournée|0,06|380|mechanics,chemistry|
service|Collecte du carton|tournée|0,2|95|mechanics,plastics,textile,retail|
service|Blanchisserie des vêtements de travail|t|0,03|1600|mechanics,chemistry,food|S01
service|Navette entre vallées|trajet|0,9|120|textile,food,plastics|
service|Entretien des espaces verts|h|1,4|32|chemistry,retail|S01
service|Vérifications périodiques des équipements|h|0,8|75|mechanics,plastics,food|
formation|Conduite de chariots (cariste, CACES)|personne|0,02|480|mechanics,plastics,food,retail,outlet|
formation|Sauveteur secouriste du travail|personne|0,015|190|mechanics,chemistry,plastics,textile,food,retail,esat|E06
formation|Habilitation électrique|personne|0,02|420|mechanics,chemistry,food|
formation|Tri et prévention des déchets|personne|0,03|150|plastics,textile,retail|S03
équipement|Presse à balles|t|0,2|28|textile,food|E18
équipement|Broyeur de palettes|t|0,22|60|mechanics,chemistry|F02
équipement|Nacelle élévatrice|h|0,35|30|mechanics,food,chemistry|E05
espace|Entrepôt de stockage|m2|1,1|48|textile,insertion|E09
espace|Salle de formation|h|0,4|22|mechanics,food|E06
compétence|Conseil en sécurité et environnement|h|2,2|58|plastics,textile,food|E06
compétence|Maintenance des automatismes|h|2,5|52|textile,food|E05
"""  # noqa: E501

# Three firms out of four of a sector fill in a line; those on whose need a lead stands always do.
ALWAYS = {
    "Chiffons d'essuyage": ("E01", "E03", "E05"),
    "Papier recyclé": ("E06", "E07", "E14"),
    "Blanchisserie des vêtements de travail": ("E01", "E06", "E15"),
    "Presse à balles": ("E15", "E16"),
}

# id | title | exchange or pooling | category | actors | status and date 2015 | status and date 2018 |
# tonnes 2015 | tonnes 2018 | carrier | yes when both sides can be read in the flows or the sharing sheet
LEADS = """
SY01|Déchets de fil vers les chiffons d'essuyage de l'ESAT|échange|textile|E12 S01|étude 2015-03-12|réalisée 2017-05-04|0|3,4|S01|oui
SY02|Achat groupé de chiffons d'essuyage de réemploi|mutualisation|textile|S01 E01 E03 E05|piste 2015-02-03|réalisée 2017-11-20|0|1,2|S01|oui
SY03|Vêtements invendus et tenues réformées vers la ressourcerie|échange|textile|E06 E18 S03|piste 2015-04-21|étude 2018-02-08|0|0|S03|oui
SY04|Lavage mutualisé des vêtements de travail|mutualisation|textile|E01 E06 E15 S01|piste 2015-04-21|engagée 2018-06-14|0|0|S01|oui
SY05|Palettes perdues réparées par le chantier d'insertion|échange|bois|E01 E09 S02|étude 2015-05-18|réalisée 2016-10-03|0|8,6|S02|oui
SY06|Palettes d'occasion pour les expéditions|échange|bois|S02 E04 E17|piste 2015-05-18|engagée 2018-03-22|0|0|S02|oui
SY07|Collecte groupée du bois de la vallée de la Doller|mutualisation|bois|E03 E15 E19 F02|piste 2015-06-09|étude 2017-09-12|0|0|F02|oui
SY08|Chutes de caisses pour une chaufferie collective|échange|bois|E05|piste 2015-06-09|abandonnée 2017-01-30|0|0|E05|non
SY09|Cartons d'emballage réemployés en calage|échange|carton|E18 E02 E10|piste 2015-03-12|réalisée 2017-03-15|0|2,4|E18|oui
SY10|Collecte groupée du carton autour de Cernay|mutualisation|carton|E01 E02 E09 F02|étude 2015-02-03|réalisée 2016-06-21|0|5,8|F02|oui
SY11|Collecte groupée du carton de la vallée de Saint-Amarin|mutualisation|carton|E10 E12 E16 F02|piste 2015-06-09|étude 2018-01-17|0|0|F02|oui
SY12|Presse à balles partagée|mutualisation|carton|E15 E16 E18|piste 2015-09-15|étude 2018-01-17|0|0|E18|oui
SY13|Caisses navettes consignées entre deux usines alimentaires|échange|carton|E16 E17|piste 2015-09-15|abandonnée 2016-11-08|0|0|E16|non
SY14|Papiers de bureau collectés par l'ESAT|échange|papier|E01 E06 E18 S01|étude 2015-01-27|réalisée 2016-04-11|0|1,3|S01|oui
SY15|Achat groupé de papier recyclé|mutualisation|papier|E06 E07 E14|piste 2015-01-27|piste 2015-01-27|0|0|E06|oui
SY16|Papiers de bureau broyés en calage|échange|papier|E06 E14 E15|piste 2015-01-27|piste 2015-01-27|0|0||non
SY17|Ordinateurs remplacés vers la ressourcerie|échange|DEE|E06 S03|piste 2015-10-06|réalisée 2018-02-26|0|0,7|S03|oui
SY18|Démantèlement des appareils à l'ESAT|échange|DEE|E05 E18 E20 S01|piste 2015-10-06|engagée 2018-05-31|0|0|S01|oui
SY19|Collecte groupée des appareils hors d'usage|mutualisation|DEE|E02 E04 E07|piste 2015-10-06|étude 2017-12-05|0|0||oui
SY20|Invendus non donnables vers le méthaniseur|échange|biodéchets|E18 E19 F01|étude 2015-04-07|réalisée 2017-07-03|0|3,4|F01|oui
SY21|Lactosérum et épluchures vers le méthaniseur|échange|biodéchets|E16 E17 F01|piste 2015-04-07|étude 2018-04-10|0|0|F01|oui
SY22|Collecte groupée des restes de cantine|mutualisation|biodéchets|E01 E05 E06 F01|piste 2015-11-24|piste 2015-11-24|0|0|F01|oui
SY23|Compost de proximité pour les jardins du quartier|échange|biodéchets|E15|piste 2015-11-24|abandonnée 2017-02-14|0|0||non
SY24|Dons d'invendus à l'épicerie solidaire|échange|denrées alimentaires|E18 S02|réalisée 2015-06-30|réalisée 2015-06-30|1,6|2,3|S02|oui
SY25|Biscuits déclassés à l'épicerie solidaire|échange|denrées alimentaires|E15 S02|étude 2015-05-05|réalisée 2016-09-19|0|0,9|S02|oui
SY26|Fruits et légumes déclassés vers la conserverie|échange|denrées alimentaires|E19 E17|piste 2015-05-05|étude 2018-03-06|0|0|E17|oui
SY27|Brisures de biscuits pour l'alimentation animale|échange|denrées alimentaires|E15|piste 2015-05-05|étude 2017-10-24|0|0|E15|non
"""  # noqa: E501

# What the register of 2018 also tells, in its own order of columns; that of 2015 is of the older form.
# id | effects from | to | t promised | uncertainty (%) | € promised | tCO2e, hours of insertion and FTE
# promised | € realised | tCO2e avoided | hours of insertion | FTE | without the approach | hours of
# coordination, public € and private € until now
FOLLOW_UP = """
SY01|2017-05-15||6|10|1500|4|300||820|2,1|210|0,1|n'aurait pas eu lieu|70|1500|400
SY02|2017-12-01||2,5|20|600|1,5|200||310|0,8|140||n'aurait pas eu lieu|45||
SY03|||2|||||||||||15||
SY04|||1,5||6000|||||||||80|6000|2500
SY05|2016-10-03||20|15|4000|1,2|500|0,5|2150|0,6|620|0,3|n'aurait pas eu lieu|95|4000|1800
SY06|||9||7500|2||||||||60|2000|
SY07|||25||1800|||||||||30||
SY08|||30||2500|||||||||40||
SY09|2017-04-03||4|30|900||||540|0,3|||aurait eu lieu|25||300
SY10|2016-07-04||18|5|2500|3||0,3|-350|-0,2||-0,1|on ne sait pas|150|8000|2600
SY11|||20||2200|||||||||50||
SY12|||40||3000|||||||||40||
SY13|||4||1200|||||||||20||
SY14|2016-04-18||2|10|400||120||-120|0,1|90||n'aurait pas eu lieu|35||350
SY17|2018-03-05||0,6|||||||0,4|60||on ne sait pas|20|800|
SY18|||8||||||||||aurait eu lieu|35||
SY20|2017-09-04||10|5|1200|2|||-480|0,7||0|aurait eu lieu|85|5000|1900
SY21|||180||5000|12||1||||||70|3500|600
SY22|||5|||||||||||||
SY24|2015-07-01|||20|||||260||40||aurait eu lieu|10||
SY25|2016-10-03|2018-08-31|2|25|300||||90||||n'aurait pas eu lieu|15||150
SY26|||3||2000|||||||||20||
SY27|||4||1200|||||||||||
"""


def number(text: str) -> float:
    return float(text.replace(",", "."))


def sharing(actor: Actor, wave: str, rng: np.random.Generator) -> list[dict]:
    """Rows of the sheet Mutualisations of one actor."""
    rows = []
    for nature, item, unit, per_head, price, sectors, offering in table(SHARING):
        drawn, spread = rng.random(), rng.lognormal(0, 0.2)
        offers = actor.site_id in offering.split()
        needs = actor.sector in sectors.split(",") and drawn <= 0.75
        if not (offers or needs or actor.site_id in ALWAYS.get(item, ())):
            continue
        volume = float(f"{number(per_head) * actor.staff[wave] * spread:.2g}")
        if unit != "t":
            volume = max(1.0, round(volume))
        rows.append({
            "site_id": actor.site_id, "nature": nature, "item": item, "side": "offre" if offers else "besoin",
            "volume_per_year": volume, "unit": unit, "cost_eur_per_year": round(volume * number(price), -1),
        })  # fmt: skip
    return rows


def follow_up(cells: list[str]) -> dict:
    """What the register tells of one synergy in its later columns; a blank cell is left out."""
    spec = form("synergy_register")
    told = zip(used_for("synergy_register", "later"), cells, strict=True)
    return {name: number(cell) if spec[name]["dtype"] == "float" else cell for name, cell in told if cell}


def synergies(wave: str) -> list[dict]:
    """Rows of the sheet Synergies at a wave."""
    told = {key: follow_up(cells) for key, *cells in table(FOLLOW_UP)}
    rows = []
    for key, title, kind, category, sites, then, now, tonnes_then, tonnes_now, carrier, _ in table(LEADS):
        status, date = (then if wave == "2015" else now).split()
        rows.append({
            "synergy_id": key, "title": title, "kind": kind, "category": category, "site_ids": sites,
            "status": status, "status_date": date,
            "realised_t_per_year": number(tonnes_then if wave == "2015" else tonnes_now), "carrier": carrier,
        })  # fmt: skip
    return rows if wave == "2015" else [row | told.get(row["synergy_id"], {}) for row in rows]
