"""Establishments of an extract whose commune has the code of one and the name of another."""

from __future__ import annotations

import pandas as pd

from eit_analysis.french import counted
from eit_analysis.reference import sentence
from eit_analysis.reference.commune_tables import Commune
from eit_analysis.reference.communes import CONFLICT, locate_commune

LISTED = 5  # lines that are told one by one


def named_otherwise(code: object, name: object) -> Commune | None:
    """The commune of a code beside which stands the name of another, else None.

    The postcode has no say: that of a delivery office is none of its commune's.

    >>> named_otherwise("39032", "AUTHUME").name, named_otherwise("69383", "LYON 3EME")
    ('Avignon-lès-Saint-Claude', None)
    """
    if not isinstance(code, str) or not isinstance(name, str):
        return None
    found = locate_commune(code, name)
    return found[0] if found and found[1] == CONFLICT else None


def two_communes(frame: pd.DataFrame) -> list[str]:
    """A French sentence for each of the first such rows of a register, and one for the others."""
    pairs = list(zip(frame["commune_code"], frame["commune_name"], strict=True))
    meant = {pair: named_otherwise(*pair) for pair in dict.fromkeys(pairs)}
    rows = zip(frame["source_row"], pairs, strict=True)
    wrong = [(row, place, name) for row, (code, name) in rows if (place := meant[code, name])]
    said = [
        sentence("commune_named_otherwise", row=row, code=place.commune_code, place=place.name, written=name)
        for row, place, name in wrong[:LISTED]
    ]
    if len(wrong) > LISTED:
        others = counted(len(wrong) - LISTED, "autre ligne", "autres lignes")
        said.append(sentence("commune_named_otherwise_more", others=others))
    return said
