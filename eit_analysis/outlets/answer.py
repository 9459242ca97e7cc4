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
from eit_analysis.outlets.precedents import beyond_rules, likely_receivers
from eit_analysis.outlets.ranking import answering_level, outlets
from eit_analysis.outlets.understanding import understood
from eit_analysis.reference.nomenclatures import (
    is_hazardous,
    naf_division,
    naf_subclasses,
    named_code,
    normalise_waste_code,
    spaced_code,
)

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
        it may mean, best first: the answer is that of the first.

    Raises
    ------
    UsageError
        When the code is not in the European list (near codes are named), when a designation may mean several
        wastes (they are named) or none, or when the NAF code does not exist.
    """
    wastes = reference.load("waste_codes").set_index("waste_code")
    code, read = normalise_waste_code(waste), {}
    if code is None:
        found = understood(waste)
        if not found:
            raise _unknown_code(waste, wastes["label_fr"])
        code, read = str(found[0]["waste_code"]), {"designation": waste, "understood": found}
    activity = _known_naf(naf) if naf else ""
    hazardous = bool(is_hazardous(code))
    rows = receivers(code, hazardous, published_exchanges())
    kept = rows[_receiver(rows).map(lambda receiver: _within(receiver, activity)).astype(bool)]
    return {
        "waste_code": code,
        "label": wastes.at[code, "label_fr"],
        "hazardous": hazardous,
        "warning": reference.sentence("outlets_hazardous") if hazardous else None,
        "mirror": _mirror(code, hazardous, wastes),
        "naf": activity or None,
        "rule_level": answering_level(rows[rows["basis"] == "rule"]),
        "outlets": _documents(kept),
        "first_calls": _first_calls(by_merit(kept)),
        **read,
    }


def receivers(waste_code: str, hazardous: bool, precedents: pd.DataFrame) -> pd.DataFrame:
    """What the rules lead to in the order of the law, then the receivers of like wastes (``basis``).

    Columns of `ranking.outlets`, ``basis``, and of the nearest published exchange of this activity, where
    there is one, ``likelihood`` and ``like``.
    """
    likely = likely_receivers(waste_code, hazardous, precedents)
    known = likely.set_index("naf_class_code")["likelihood"]
    tables = reference.load("compatibility"), reference.load("outlet_general")
    rules = outlets(waste_code, hazardous, *tables, likelihood=known)
    told = rules.assign(basis="rule").merge(likely[["naf_class_code", "likelihood", "like"]], how="left")
    beyond = beyond_rules(rules, likely).drop(columns="digits")
    return pd.concat([told, beyond], ignore_index=True).astype({"maturity": "Int64", "year": "Int64"})


def by_merit(rows: pd.DataFrame) -> pd.DataFrame:
    """The activities of :func:`receivers`, once each, by merit and then by likelihood."""
    ordered = rows.assign(naf_code=_receiver(rows)).sort_values(
        ["merit", "likelihood"], ascending=False, kind="stable"
    )
    return ordered[ordered["naf_code"] != ""].drop_duplicates("naf_code")


@cache
def published_exchanges() -> pd.DataFrame:
    """The precedents, with ``hazardous``: whether the list holds the code of each as such."""
    precedents = reference.load("precedents")
    return precedents.assign(hazardous=precedents["waste_code"].map(is_hazardous).astype(bool))


def _receiver(rows: pd.DataFrame) -> pd.Series:
    return rows["naf_class_code"].fillna(rows["naf_division_code"]).fillna("")


def _within(receiver: str, naf: str) -> bool:
    return receiver.startswith(naf) or naf.startswith(receiver)


def _first_calls(rows: pd.DataFrame) -> list[dict[str, Any]]:
    words = _words()
    return [
        {"naf_code": receiver, "activity": words[receiver], "basis": basis, "basis_label": words[basis]}
        for receiver, basis in zip(rows["naf_code"], rows["basis"], strict=True)
    ]


def _mirror(code: str, hazardous: bool, wastes: pd.DataFrame) -> dict[str, Any] | None:
    """The other entries of the same waste in the list, and what decides between them."""
    codes = str(wastes.at[code, "mirror_waste_codes"] if wastes["mirror_waste_codes"].notna()[code] else "")
    if not codes:
        return None
    entries = [{"waste_code": other, "label": wastes.at[other, "label_fr"]} for other in codes.split()]
    named = ", ".join(spaced_code(other) for other in codes.split())
    question = reference.sentence(f"outlets_mirror_{'of_safe' if hazardous else 'of_hazardous'}", codes=named)
    return {"entries": entries, "question": question}


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
        told = {f"{name}_label": words.get(known[name]) for name in ("legal_status", "source_type", "basis")}
        documents.append({"rank": rank, **known, "activity": label, **told})
    return documents


@cache
def _words() -> dict[str, str]:
    """Labels of the NAF classes and divisions, of the legal statuses, kinds of source and bases, by code."""
    labels = reference.load("labels")
    labels = labels[labels["column"].isin(["naf_class_code", "legal_status", "source_type", "basis"])]
    divisions = reference.load("naf_divisions")
    return {
        **dict(zip(divisions["naf_division_code"], divisions["label_fr"], strict=True)),
        **dict(zip(labels["code"], labels["label_fr"], strict=True)),
    }


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
