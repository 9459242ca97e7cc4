"""The answer of `eit outlets`: from what was typed to a document of plain values.

It tells what the reference says of a code, nothing of any firm: no release rule applies to it.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.errors import UsageError
from eit_analysis.outlets.ranking import answering_level, outlets
from eit_analysis.outlets.understanding import understood
from eit_analysis.reference.nomenclatures import (
    is_hazardous,
    naf_division,
    naf_subclasses,
    named_code,
    normalise_waste_code,
)

ANY_ACTIVITY = "toute activité qui en a l'usage"


def answer(waste: str, naf: str = "") -> dict[str, Any]:
    """What the reference says of a waste, ready for JSON: a code in any usual spelling (``15 01 01*``), or a
    designation (``sciure de hêtre``).

    With ``naf``, a division, group, class or sub-class of the NAF rév. 2, only receivers there are kept.

    Returns
    -------
    dict
        ``waste_code, label, hazardous, warning, naf, rule_level`` and ``outlets``, a list of one object per
        rule and activity, best score first, with the columns of `outlets` and the labels a reader needs.
        For a designation also ``designation`` and ``understood``, the codes that it may mean, best first:
        the answer is that of the first.

    Raises
    ------
    UsageError
        When the code is not in the European list (near codes are named), when a designation may mean several
        wastes (they are named) or none, or when the NAF code does not exist.
    """
    wastes = reference.load("waste_codes").set_index("waste_code")["label_fr"]
    code, read = normalise_waste_code(waste), {}
    if code is None:
        found = understood(waste)
        if not found:
            raise _unknown_code(waste, wastes)
        code, read = found[0]["waste_code"], {"designation": waste, "understood": found}
    activity = _known_naf(naf) if naf else ""
    hazardous = bool(is_hazardous(code))
    tables = reference.load("compatibility"), reference.load("outlet_general")
    every = outlets(code, hazardous, *tables)
    rows = outlets(code, hazardous, *tables, naf=activity) if activity else every
    return {
        "waste_code": code,
        "label": wastes[code],
        "hazardous": hazardous,
        "warning": reference.sentence("outlets_hazardous") if hazardous else None,
        "naf": activity or None,
        "rule_level": answering_level(every),
        "outlets": _documents(rows),
        **read,
    }


def _unknown_code(typed: str, labels: pd.Series) -> UsageError:
    near = _near_codes(re.sub(r"\D", "", typed), list(labels.index))
    seen = ", ".join(map(named_code, near))
    hint = f"vouliez-vous dire {seen}\u00a0?" if near else "donnez ses six chiffres, par exemple 15 01 01."
    return UsageError(f"« {typed} » n'est pas un code de la liste européenne des déchets\u00a0: {hint}")


def _near_codes(digits: str, codes: list[str]) -> list[str]:
    """The three codes most like what was typed, those that begin like it first; none for another length."""
    if not 5 <= len(digits) <= 7:
        return []

    def unlike(code: str) -> tuple[float, int, str]:
        same_start = next((i for i, (a, b) in enumerate(zip(digits, code, strict=False)) if a != b), 6)
        return -SequenceMatcher(None, digits, code).ratio(), -same_start, code

    return sorted(codes, key=unlike)[:3]


def _known_naf(typed: str) -> str:
    """Division, group or class of a NAF code, as the rules write it."""
    code = re.sub(r"[ .\-]", "", typed).upper()
    classes = [code[:4]] if len(code) > 3 else [f"{code}{digit}" for digit in range(10)]
    if naf_division(code) is None or (len(code) > 2 and not any(map(naf_subclasses, classes))):
        raise UsageError(
            f"« {typed} » n'est pas un code de la NAF rév. 2\u00a0: donnez une division (17), un groupe "
            "(17.1) ou une classe (17.12)."
        )
    return code[:4]


def _documents(rows: pd.DataFrame) -> list[dict[str, Any]]:
    words = _words()
    documents = []
    for rank, row in enumerate(rows.to_dict("records"), start=1):
        known: dict[str, Any] = {str(key): None if pd.isna(value) else value for key, value in row.items()}
        activity = known["naf_class_code"] or known["naf_division_code"]
        label = words[activity] if activity else ANY_ACTIVITY
        documents.append(
            {"rank": rank, **known, "activity": label, "legal_status_label": words[known["legal_status"]]}
        )
    return documents


@cache
def _words() -> dict[str, str]:
    """Labels of the NAF classes and divisions and of the legal statuses, by code."""
    labels = reference.load("labels")
    labels = labels[labels["column"].isin(["naf_class_code", "legal_status"])]
    divisions = reference.load("naf_divisions")
    return {
        **dict(zip(divisions["naf_division_code"], divisions["label_fr"], strict=True)),
        **dict(zip(labels["code"], labels["label_fr"], strict=True)),
    }


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
