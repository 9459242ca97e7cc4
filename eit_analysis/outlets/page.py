"""The answer of `eit outlets` as a French page for a terminal, no wider than 96 characters."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from eit_analysis.codes import ROUTES
from eit_analysis.french import bound, counted, exact
from eit_analysis.reference import sentence
from eit_analysis.reference.compatibility import LEVEL_DIGITS
from eit_analysis.reference.nomenclatures import spaced_code

WIDTH = 96
FIRST_CALLS = 10
COLLECTORS = ("3811", "3812")  # classes of the NAF
USE_WIDTH, TAKER_WIDTH = 42, 45
SORTING = {"clean": "trié et propre", "mixed": "mélangé accepté", "soiled": "souillé accepté"}
FAMILY_RULE = "règle de la famille, pas du code"


def as_text(document: dict[str, Any]) -> str:
    """A block per use, best score first, then the sources, each printed once."""
    code, label = document["waste_code"], document["label"]
    read = _understood(document) if "understood" in document else []
    kind = "dangereux" if document["hazardous"] else "non dangereux"
    star = "*" if document["hazardous"] else ""
    danger = "" if label.endswith(kind) else f" ({kind})"
    title = wrap(f"{spaced_code(code)}{star}\u00a0: {label}{danger}", WIDTH)
    uses = _uses([row for row in document["outlets"] if row["basis"] == "rule"])
    beyond = [row for row in document["outlets"] if row["basis"] != "rule"]
    mirror = document["mirror"]
    notes = [
        document["warning"],
        mirror and mirror["question"],
        _level_sentence(document),
        sentence("outlets_order") if uses else None,
        _first_calls(document["first_calls"]),
    ]
    lines = [*read, *title, *(line for note in notes if note for line in wrap(note, WIDTH))]
    if not document["outlets"]:
        return "\n".join(lines)
    sources = list(dict.fromkeys(_source(row) for row in document["outlets"]))
    if uses:
        lines += ["", _row("Note", "Usage (règles)", "Activités receveuses (NAF)"), "─" * WIDTH]
    for rows in uses:
        lines += [*_block(rows, sources), ""]
    lines += _beyond(beyond, sources)
    lines.append("Sources")
    for number, source in enumerate(sources, start=1):
        lines += wrap(bound(f"[{number}] {source}"), WIDTH, subsequent_indent="    ")
    return "\n".join(lines)


def _understood(document: dict[str, Any]) -> list[str]:
    """The codes that the designation may mean, the one that is answered first."""
    told = sentence("outlets_understood", designation=document["designation"])
    codes = [f"{'*' if each['hazardous'] else ' '} {each['label']}" for each in document["understood"]]
    return [
        *wrap(told, WIDTH),
        *(line for each in codes for line in wrap(each, WIDTH, subsequent_indent="    ")),
        "",
    ]


def _level_sentence(document: dict[str, Any]) -> str:
    code, level = document["waste_code"], document["rule_level"]
    if level == "none" and document["outlets"]:
        return sentence("outlets_analogy_only")
    told = sentence(f"outlets_{level}", start=spaced_code(code[: LEVEL_DIGITS.get(level, 6)]))
    if document["naf"] and level != "none":
        n_rules = len({row["rule_id"] for row in document["outlets"] if row["rule_id"]})
        found = counted(n_rules, "règle mène", "règles mènent") if n_rules else "Aucune règle ne mène"
        told += f" {found} à l'activité {document['naf']}"
        told += "." if n_rules or not document["outlets"] else "\u00a0: ce qui suit vient d'échanges publiés."
    return told


def _first_calls(calls: list[dict[str, Any]]) -> str | None:
    if not calls:
        return None
    # Who collects is called first for a little of a thing, whatever others may do with it.
    collectors = [call for call in calls[FIRST_CALLS:] if call["naf_code"] in COLLECTORS]
    first = [*calls[:FIRST_CALLS], *(call for call in collectors if call["basis"] == "rule")]
    known = _named([call for call in first if call["basis"] != "analogy"])
    like = _named([call for call in first if call["basis"] == "analogy"])
    told = [sentence("outlets_first_calls", named=known)] if known else []
    return " ".join(told + ([sentence("outlets_like_calls", named=like)] if like else []))


def _named(calls: list[dict[str, Any]]) -> str:
    return "\u00a0; ".join(f"{call['naf_code']} {call['activity']} ({call['basis_label']})" for call in calls)


def _beyond(rows: list[dict[str, Any]], sources: list[str]) -> list[str]:
    """Receivers that no rule names, each with the like waste of a published exchange."""
    if not rows:
        return []
    lines = wrap(sentence("outlets_beyond"), WIDTH)
    for row in rows:
        told = (
            f"{row['basis_label']}, {row['naf_class_code']} {row['activity']}\u00a0: {row['like']} "
            f"[{sources.index(_source(row)) + 1}]"
        )
        lines += wrap(bound(told), WIDTH, initial_indent="  ", subsequent_indent="    ")
    return [*lines, ""]


def _uses(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The rows of each use, best score first: rules that lead to one use by one route are one row."""
    uses: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        use = str(row["use"]).split(",")[0]
        uses.setdefault((use, row["route"], row["legal_status"]), []).append(row)
    return list(uses.values())


def _source(row: dict[str, Any]) -> str:
    kind = row["authority_label"] or "échange publié"
    return f"{row['source']} ({kind}, {int(row['year'])})"


def _block(rows: list[dict[str, Any]], sources: list[str]) -> list[str]:
    """One use in three columns: its score, what becomes of the waste by each rule, who may take it."""
    rule = rows[0]
    facts = [str(rule["use"]), f"{ROUTES[rule['route']]}, {rule['legal_status_label']}"]
    for each in {str(row["rule_id"]): row for row in rows}.values():
        bounds = [exact(100 * each[f"yield_{bound}"], 1) for bound in ("low", "high")]
        facts += [
            f"{SORTING[each['worst_quality']]}\u00a0; {each['treatment']}",
            f"rendement {bounds[0]} à {bounds[1]}\u00a0%, maturité {each['maturity']}/9 "
            f"[{sources.index(_source(each)) + 1}]",
        ]
    facts += [FAMILY_RULE] if rule["rule_level"] == "category" else []
    use = [line for fact in facts for line in wrap(bound(fact), USE_WIDTH, subsequent_indent="  ")]
    takers = dict.fromkeys(
        f"{row['naf_class_code'] or row['naf_division_code'] or ''} {row['activity']}".strip() for row in rows
    )
    taker = [line for each in takers for line in wrap(each, TAKER_WIDTH, subsequent_indent="     ")]
    height = max(len(use), len(taker))
    use, taker = (cells + [""] * (height - len(cells)) for cells in (use, taker))
    scores = [exact(rule["outlet_score"], 1)] + [""] * (height - 1)
    return [_row(*cells) for cells in zip(scores, use, taker, strict=True)]


def _row(score: str, use: str, taker: str) -> str:
    return f"{score:>5}  {use:<{USE_WIDTH}}  {taker}".rstrip()
