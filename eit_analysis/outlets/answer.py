"""The answer of `eit outlets`: from what was typed to a document of plain values.

It tells what the reference says of a code, nothing of any firm: no release rule applies to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import pandas as pd

from eit_analysis import reference
from eit_analysis.errors import UsageError
from eit_analysis.french import fold_words
from eit_analysis.outlets.precedents import Likely, beyond_rules, likely_receivers
from eit_analysis.outlets.ranking import OUTLET_COLUMNS, answering_level, outlets
from eit_analysis.outlets.understanding import kinds_of, understood
from eit_analysis.reference.compatibility import FOOD_CODES
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.nomenclatures import (
    is_hazardous,
    naf_division,
    naf_subclasses,
    named_code,
    normalise_waste_code,
    spaced_code,
)

# In the singular: « huilé » and « huile » are one word here.
OILY = frozenset(("huile", "huilee", "huileux", "huileuse", "graissee", "graisseux", "graisseuse"))
HEAT = frozenset(("chaleur", "chaleurs", "vapeur", "vapeurs"))
ANY_ACTIVITY = "toute activité qui en a l'usage"


def answer(waste: str, naf: str = "") -> dict[str, Any]:
    """What the reference says of a waste, ready for JSON: a code in any usual spelling (``15 01 01*``), or a
    designation (``sciure de hêtre``).

    With ``naf``, a division, group, class or sub-class of the NAF rév. 2, only receivers there are kept.

    Returns
    -------
    dict
        ``waste_code, label, hazardous, warning``; ``mirror``, the entries that the same waste has when it is,
        or is not, dangerous, and what to ask; ``naf, rule_level``; ``outlets``, one object per rule and
        activity in the order of the law, then the receivers of like wastes in published exchanges
        (``basis``: ``rule``, ``precedent`` or ``analogy``); ``first_calls``, its activities by merit,
        whatever the law puts first. For a designation also ``designation`` and ``understood``, the codes that
        it may mean, best first: the answer is that of the first, with precedents of like words sooner.

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
            raise _unknown_code(waste, wastes) if re.search(r"\d", waste) else _unknown_words(waste)
        code, read = str(found[0]["waste_code"]), {"designation": waste, "understood": found}
    activity = _known_naf(naf) if naf else ""
    hazardous, called = bool(is_hazardous(code)), waste if read else ""
    rows = receivers(code, hazardous, published_exchanges(), called)
    kept = [row for row in rows if _within(_receiver(row), activity)]
    levels = [row["rule_level"] for row in rows if row["basis"] == "rule"]
    return {
        "waste_code": code,
        "label": wastes[code],
        "hazardous": hazardous,
        "warning": reference.sentence("outlets_hazardous")
        if hazardous
        else _oil(code, waste if read else ""),
        "mirror": _mirror(code, hazardous, wastes),
        "naf": activity or None,
        "rule_level": answering_level(levels),
        "outlets": _documents(kept),
        "first_calls": [_called(row) for row in by_merit(kept)],
        **read,
    }


def receivers(
    waste_code: str, hazardous: bool, precedents: Iterable[Mapping[str, Any]], designation: str = ""
) -> list[dict[str, Any]]:
    """What the rules lead to in the order of the law, then the receivers of like wastes.

    Columns of `ranking.outlets` (None where no rule says it), ``basis``, and of the nearest published
    exchange of this activity, where there is one, ``likelihood`` and the by-product it is of (``like``).
    """
    likely = likely_receivers(waste_code, hazardous, precedents, designation)
    known = {one.naf_class_code: one for one in likely}
    tables = reference.load("compatibility"), reference.load("outlet_general")
    shares = {code: one.likelihood for code, one in known.items()}
    rules = outlets(waste_code, hazardous, *tables, likelihood=shares, designation=designation)
    rows = [
        {**_plain(row), "basis": "rule", **_of(known.get(row["naf_class_code"]))}
        for row in rules.to_dict("records")
    ]
    named = {row["naf_class_code"] or row["naf_division_code"] or "" for row in rows}
    for one, basis in beyond_rules(named, likely):
        naf = {"naf_division_code": one.naf_class_code[:2], "naf_class_code": one.naf_class_code}
        source = {name: one.nearest[name] for name in ("source", "year")}
        rows.append({**dict.fromkeys(OUTLET_COLUMNS), **naf, **source, "basis": basis, **_of(one)})
    return rows


def by_merit(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The activities of :func:`receivers`, once each, those of a rule by merit, equal ones as they stand."""
    ordered = sorted(rows, key=lambda row: -(row["merit"] or 0))
    once: dict[str, dict[str, Any]] = {}
    for row in ordered:
        once.setdefault(_receiver(row), row)
    once.pop("", None)
    return list(once.values())


@cache
def published_exchanges() -> list[dict[str, Any]]:
    """The precedents, with ``hazardous``: whether the list holds the code of each as such."""
    rows = reference.load("precedents").to_dict("records")
    return [{**_plain(row), "hazardous": bool(is_hazardous(row["waste_code"]))} for row in rows]


def _plain(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _of(one: Likely | None) -> dict[str, Any]:
    return {"likelihood": one and one.likelihood, "like": one and one.nearest["byproduct"]}


def _receiver(row: Mapping[str, Any]) -> str:
    return str(row["naf_class_code"] or row["naf_division_code"] or "")


def _within(receiver: str, naf: str) -> bool:
    return receiver.startswith(naf) or naf.startswith(receiver)


def _called(row: Mapping[str, Any]) -> dict[str, Any]:
    words, receiver = _words(), _receiver(row)
    basis = row["basis"]
    return {
        "naf_code": receiver,
        "activity": words[receiver],
        "basis": basis,
        "basis_label": words[basis],
    }


def _oil(code: str, designation: str) -> str | None:
    """What to ask of a thing that is said to be oily: neither code nor word says how much, or of what.

    The first word is the thing itself, and food is oily by nature.
    """
    said = set(told(designation).split()[1:])
    return None if code.startswith(FOOD_CODES) or OILY.isdisjoint(said) else reference.sentence("outlets_oil")


def _mirror(code: str, hazardous: bool, labels: pd.Series) -> dict[str, Any] | None:
    """The other entries of the same waste in the list, and what decides between them."""
    table = reference.load("mirror_entries")
    # What only some givers have to fear is for the checklist of an exchange to ask: here nobody gives yet.
    mirrors = table[table["giver_naf_codes"].isna()].set_index("waste_code")["mirror_codes"]
    if code not in mirrors:
        return None
    others = mirrors[code].split()
    named = ", ".join(spaced_code(other) for other in others)
    question = reference.sentence(f"outlets_mirror_{'of_safe' if hazardous else 'of_hazardous'}", codes=named)
    entries = [{"waste_code": other, "label": labels[other]} for other in others]
    return {"entries": entries, "question": question}


def _unknown_code(typed: str, labels: pd.Series) -> UsageError:
    near = _near_codes(re.sub(r"\D", "", typed), list(labels.index))
    seen = ", ".join(map(named_code, near))
    hint = f"vouliez-vous dire {seen}\u00a0?" if near else "donnez ses six chiffres, par exemple 15 01 01."
    return UsageError(f"« {typed} » n'est pas un code de la liste européenne des déchets\u00a0: {hint}")


def _unknown_words(typed: str) -> UsageError:
    if not HEAT.isdisjoint(fold_words(typed).split()):
        return UsageError(
            f"« {typed} » n'est pas un déchet\u00a0: la chaleur se déclare dans la feuille Énergie et eau, "
            "et l'étude en cherche les preneurs."
        )
    if kinds := kinds_of(typed):
        named = ", ".join(f"«\u00a0{kind}\u00a0»" for kind in kinds)
        return UsageError(
            f"« {typed} » peut désigner des déchets très différents\u00a0: dites lequel, par exemple "
            f"{named}, ou donnez les six chiffres de son code."
        )
    return UsageError(
        f"« {typed} » n'est pas compris comme la désignation d'un déchet\u00a0: dites-le autrement, ou "
        "donnez les six chiffres de son code, par exemple 15 01 01."
    )


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


def _documents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    words = _words()
    documents = []
    for rank, row in enumerate(rows, start=1):
        receiver = _receiver(row)
        labels = {f"{name}_label": words.get(row[name]) for name in ("legal_status", "authority", "basis")}
        label = words[receiver] if receiver else ANY_ACTIVITY
        documents.append({"rank": rank, **row, "activity": label, **labels})
    return documents


@cache
def _words() -> dict[str, str]:
    """Labels of the NAF classes and divisions, of the legal statuses, kinds of source and bases, by code."""
    labels = reference.load("labels")
    labels = labels[labels["column"].isin(["naf_class_code", "legal_status", "authority", "basis"])]
    divisions = reference.load("naf_divisions")
    return {
        **dict(zip(divisions["naf_division_code"], divisions["label_fr"], strict=True)),
        **dict(zip(labels["code"], labels["label_fr"], strict=True)),
    }


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
