"""Which waste codes `eit outlets` understands by a designation; who asks chooses where it is unsure."""

from __future__ import annotations

import re
from typing import Any

from eit_analysis import reference
from eit_analysis.errors import UsageError
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.designations import DOUBT, suggestions
from eit_analysis.reference.nomenclatures import is_hazardous, named_code

KINDS = 5  # named to who types what may be anything
AS_TOLD = 0.95  # a term of the lexicon, but for what has become of the thing
WORD = re.compile(r"[^\W\d_]{3}")


def understood(typed: str) -> list[dict[str, Any]]:
    """The codes that a designation may mean, best first, each with its label and score; none for no words.

    Raises
    ------
    UsageError
        When what is understood is not sure; it names the codes to choose from.
    """
    found = suggestions([typed] if WORD.search(typed) else [])
    found = found[found["score"] >= DOUBT]
    labels = reference.load("waste_codes").set_index("waste_code")["label_fr"]
    named = found["waste_code"].map(labels).map(told) == told(typed)
    if named.sum() == 1:  # word for word an entry of the list
        found = found[named]
    elif len(found) and not found["confident"].iloc[0] and found["score"].iloc[0] < AS_TOLD:
        choice = ", ".join(map(named_code, found["waste_code"]))
        raise UsageError(
            f"« {typed} » peut désigner plusieurs déchets\u00a0: choisissez un code et relancez avec lui, "
            f"peut-être {choice}."
        )
    return [
        {
            "waste_code": row.waste_code,
            "label": named_code(str(row.waste_code)),
            "hazardous": bool(is_hazardous(row.waste_code)),
            "score": row.score,
        }
        for row in found[found["likely"]].itertuples()
    ]


def kinds_of(typed: str) -> list[str]:
    """Terms of the lexicon that begin with the one word typed, one a code, codes with most of them first.

    >>> kinds_of("liquides")
    ['liquide de frein', 'liquide de refroidissement', 'liquide de coupe']
    """
    lexicon = reference.load("waste_lexicon").dropna(subset=["waste_codes"])
    named = lexicon[lexicon["term_fr"].map(lambda term: told(term).split()[0]) == told(typed)]
    codes = named.groupby(named["waste_codes"].str[:6])["term_fr"].agg(["size", "first"])
    return list(codes.sort_values("size", ascending=False, kind="stable")["first"].iloc[:KINDS])
