"""The fictional frame of the study: every establishment of the three EPCIs, in the columns of SIRENE.

The actors stand there with their own SIRET and class of headcount; the others have a number for a name and a
SIRET of the same impossible range.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from actors import actors, fictional_siret, table

FILE = "sirene_fictif.csv"
HEADERS = [
    "siret", "denominationUniteLegale", "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement", "codeCommuneEtablissement", "libelleCommuneEtablissement",
    "codePostalEtablissement", "trancheEffectifsEtablissement", "anneeEffectifsEtablissement",
    "etatAdministratifEtablissement",
]  # fmt: skip
# INSEE, tranche d'effectifs salariés: code and lowest headcount.
CLASSES = [("01", 1), ("02", 3), ("03", 6), ("11", 10), ("12", 20), ("21", 50), ("22", 100), ("31", 200),
           ("32", 250)]  # fmt: skip
OTHERS_FROM = 101  # rank of the first SIRET that is no actor's

# NAF | establishments that are no actor | code of the smallest and of the largest class
OTHERS = """
1071C|12|01|03
1013A|4|02|12
1051C|2|11|12
1310Z|3|03|21
1330Z|2|12|21
1392Z|4|02|12
1610A|6|02|12
1812Z|5|01|11
2016Z|2|12|22
2059Z|3|03|12
2221Z|3|11|21
2229A|5|03|21
2361Z|3|03|12
2511Z|6|02|12
2562B|10|02|21
2573A|4|03|12
2813Z|3|11|21
2822Z|4|03|21
2841Z|3|11|12
3109B|4|01|03
3320A|5|02|12
3811Z|2|03|12
4120A|5|02|12
4321A|9|01|11
4332A|8|01|03
4673A|4|02|12
4711D|5|03|12
4711F|1|22|22
4752B|3|11|12
4941A|5|02|12
5610A|12|01|03
7112B|4|01|11
8810C|2|12|21
8899B|2|11|12
"""


def establishments(random: np.random.Generator) -> list[list[Any]]:
    """The file, header first; two of the establishments are closed and two have no employee."""
    places = sorted({(a.commune_code, a.commune_name, a.postcode) for a in actors()})
    rows = [
        _row(
            a.siret, a.name, a.naf_code, (a.commune_code, a.commune_name, a.postcode), _class(a.staff["2018"])
        )
        for a in actors()
    ]
    codes = [code for code, _ in CLASSES]
    for naf, count, smallest, largest in table(OTHERS):
        within = codes[codes.index(smallest) : codes.index(largest) + 1]
        # Twice as many of each class as of the next.
        odds = 2.0 ** -np.arange(len(within))
        for _ in range(int(count)):
            rank = len(rows) - len(actors())
            rows.append(
                _row(
                    fictional_siret(OTHERS_FROM + rank),
                    f"Établissement fictif n° {rank + 1}",
                    naf,
                    places[random.integers(len(places))],
                    str(random.choice(within, p=odds / odds.sum())),
                )
            )
    for rank in (-1, -20):
        rows[rank][-1] = "F"
    for rank in (-2, -30):
        rows[rank][7] = "NN"
    return [HEADERS, *rows]


def _class(staff: int) -> str:
    return next(code for code, low in reversed(CLASSES) if staff >= low)


def _row(siret: str, name: str, naf: str, place: tuple[str, str, str], size: str) -> list[Any]:
    code, commune, postcode = place
    naf = f"{naf[:2]}.{naf[2:]}"
    return [siret, name, naf, "NAFRev2", code, commune.upper(), postcode, size, "2018", "A"]
