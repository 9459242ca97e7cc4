"""What the actors lose or need as heat, water and fuel: the sheet that one workbook of 2018 brings."""

from __future__ import annotations

from actors import table
from shared import number

from eit_analysis.tables import form

FILE = "energie_et_eau.xlsx"
WAVE = "2018"

# site | direction | kind | what it is | MWh/year | m3/year | °C | hours | months | quality of the water |
# evidence | source or discharge of today | cost (€ per MWh or per m3)
UTILITIES = """
E06|sortant|chaleur|Condensats et purges de la colonne|5200||95|6500|||pesée|rejet|
E06|sortant|eau|Eau de refroidissement||68000|32|6500||claire|facture|rejet|0,4
E09|entrant|chaleur|Chauffage des étuves|900||60|4000|||facture|gaz|78
E07|sortant|chaleur|Buées des sécheurs de pigments|3100||80|5200|1 2 3 4 5 6 7 9 10 11 12||estimation|rejet|
E07|entrant|chaleur|Préchauffage des bains|1400||55|5200|1 2 3 4 5 6 7 9 10 11 12||facture|gaz|74
E04|entrant|chaleur|Chauffage de l'atelier|620||45|2600|1 2 3 4 10 11 12||facture|fioul|105
E15|sortant|chaleur|Fumées des fours à biscuits|1750||180|4800|||estimation|rejet|
E05|entrant|chaleur|Chauffage des halls de montage|1100||45|2400|1 2 3 4 10 11 12||facture|gaz|82
E16|sortant|eau|Eau d'évaporation du lait||21000|40|5000||claire|déclaration|rejet|1,1
E16|entrant|chaleur|Eau chaude de nettoyage|800||65|5000|||facture|gaz|76
E10|entrant|eau|Appoint des tours de refroidissement||9500|25|6000||claire|facture|eau du réseau public|2,6
E12|entrant|eau|Lavage des fils||14500|20|4200||claire|facture|eau du réseau public|2,9
E13|sortant|chaleur|Bains de teinture usés|2400||60|5600|||estimation|rejet|
E18|sortant|chaleur|Condenseurs du froid commercial|1300||35|8000|||déclaration|rejet|
S01|entrant|chaleur|Blanchisserie, eau chaude|380||60|2200|||facture|gaz|88
F01|sortant|biogaz|Biogaz excédentaire|1600|||8000|||pesée|rejet|
"""


def utilities() -> list[dict]:
    """Rows of the sheet Énergie et eau, all actors together; a blank cell is left out."""
    columns = [name for name in form("utilities") if name != "comment"]
    rows = [dict(zip(columns, cells, strict=True)) for cells in table(UTILITIES)]
    kinds = {name: spec["dtype"] for name, spec in form("utilities").items()}
    return [{n: number(c) if kinds[n] == "float" else c for n, c in row.items() if c} for row in rows]
