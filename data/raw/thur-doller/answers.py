"""What actors answered to the exchanges proposed to them: one file in each wave, without any fault."""

from __future__ import annotations

from actors import table

from eit_analysis.tables import form

FILE = "reponses.csv"

# who answers | giver | taker | family | flow proposed (none: the whole family) | answer | reason | date
ANSWERS = {
    "2015": """
F01|E18|F01|biodéchets|Invendus alimentaires non donnables|oui||2015-11-17
E17|E15|E17|denrées alimentaires|Biscuits déclassés consommables|oui||2015-11-17
E17|E18|E17|denrées alimentaires||oui||2015-11-17
E17|E16|E17|bois||non|trop loin|2015-11-17
E17|E20|E17|bois||non|quantité ou saison|2015-11-17
E09|E01|E09|bois|Palettes perdues et caisses bois|oui||2015-11-24
E09|S02|E09|bois||non|prix|2015-11-24
E09|E15|E09|bois||oui||2015-12-01
F02|E11|F02|bois||non|contrat en cours|2015-12-08
F02|E01|F02|bois||non|prix|2015-12-08
F02|E03|F02|bois||non|place ou matériel|2015-12-08
E04|E11|E04|bois||non|prix|2016-01-12
E04|E09|E04|bois||non|prix|2016-01-12
E10|E12|E10|plastique||oui||2016-01-19
S01|E12|S01|textile|Toiles et lisières de coton|oui||2016-01-26
S01|E14|S01|textile|Chutes de coupe|peut-être||2016-01-26
E02|E17|E02|carton||peut-être||2016-02-09
S02|E20|S02|bois||non|quantité ou saison|2016-02-16
S03|E06|S03|textile||non|qualité insuffisante|2016-02-16
S03|E18|S03|textile||oui||2016-03-08
F01|E05|F01|carton||non|place ou matériel|2016-03-15
""",
    "2018": """
F01|E18|F01|carton||non|nous ne prenons pas cette matière|2018-05-14
E02|E10|E02|carton||non|trop loin|2018-06-11
E14|E14|S01|textile|Chutes de coupe|non|contrat en cours|2018-06-18
E17|E20|E17|bois||oui||2018-09-10
E09|E15|E09|bois||oui||2018-09-17
""",
}  # fmt: skip


def answers(wave: str) -> list[dict]:
    """Rows of the sheet Réponses of a wave; a blank cell is left out."""
    columns = [name for name in form("exchange_answers") if name != "comment"]
    rows = [dict(zip(columns, cells, strict=True)) for cells in table(ANSWERS[wave])]
    return [{name: cell for name, cell in row.items() if cell} for row in rows]
