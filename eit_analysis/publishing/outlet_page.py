"""The answer of `eit outlets` as a French page for a terminal, no wider than 96 characters."""

from __future__ import annotations

import re
from itertools import groupby
from textwrap import wrap
from typing import Any

from eit_analysis.codes import ROUTES
from eit_analysis.french import counted, exact
from eit_analysis.publishing.outlet_answer import spaced_code
from eit_analysis.synergies.outlets import LEVEL_DIGITS

WIDTH = 96
USE_WIDTH, TAKER_WIDTH = 42, 45
SORTING = {"clean": "trié et propre", "mixed": "mélangé accepté", "soiled": "souillé accepté"}
FAMILY_RULE = "règle de la famille, pas du code"
LEVELS = {
    "code": "Règles écrites pour ce code.",
    "subchapter": "Aucune règle pour ce code\u00a0: voici celle de son sous-chapitre ({}), à vérifier.",
    "chapter": "Aucune règle pour ce code\u00a0: voici celle de son chapitre ({}), à vérifier.",
    "none": "Aucune règle pour ce code, son sous-chapitre ou son chapitre\u00a0: rien n'est deviné.",
}


def as_text(document: dict[str, Any]) -> str:
    """A block per rule, best score first, then the sources, each printed once."""
    code = document["waste_code"]
    kind = "dangereux" if document["hazardous"] else "non dangereux"
    star = "*" if document["hazardous"] else ""
    title = wrap(f"{spaced_code(code)}{star}\u00a0: {document['label']} ({kind})", WIDTH)
    notes = [document["warning"], _level_sentence(document)]
    lines = [*title, *(line for note in notes if note for line in wrap(note, WIDTH))]
    rules = [list(rows) for _, rows in groupby(document["outlets"], key=lambda row: str(row["rule_id"]))]
    if not rules:
        return "\n".join(lines)
    sources = list(dict.fromkeys(f"{rows[0]['source']} ({rows[0]['year']})" for rows in rules))
    lines += ["", _row("Note", "Usage", "Activités receveuses (NAF)"), "─" * WIDTH]
    for rows in rules:
        lines += [*_block(rows, sources), ""]
    lines.append("Sources")
    for number, source in enumerate(sources, start=1):
        lines += wrap(_bound(f"[{number}] {source}"), WIDTH, subsequent_indent="    ")
    return "\n".join(lines)


def _level_sentence(document: dict[str, Any]) -> str:
    code, level = document["waste_code"], document["rule_level"]
    sentence = LEVELS[level].format(spaced_code(code[: LEVEL_DIGITS.get(level, 6)]))
    if document["naf"] and level != "none":
        n_rules = len({row["rule_id"] for row in document["outlets"]})
        found = counted(n_rules, "règle mène", "règles mènent") if n_rules else "Aucune règle ne mène"
        sentence += f" {found} à l'activité {document['naf']}."
    return sentence


def _block(rows: list[dict[str, Any]], sources: list[str]) -> list[str]:
    """One rule in three columns: its score, what becomes of the waste, who may take it."""
    rule = rows[0]
    number = sources.index(f"{rule['source']} ({rule['year']})") + 1
    bounds = [exact(100 * rule[f"yield_{bound}"], 1) for bound in ("low", "high")]
    facts = [
        str(rule["use"]),
        f"{ROUTES[rule['route']]}, {rule['legal_status_label']}",
        f"{SORTING[rule['worst_quality']]}\u00a0; {rule['treatment']}",
        f"rendement {bounds[0]} à {bounds[1]}\u00a0%, maturité {rule['maturity']}/9",
        *([FAMILY_RULE] if rule["rule_level"] == "category" else []),
        f"{rule['rule_id']} [{number}]",
    ]
    use = [line for fact in facts for line in wrap(_bound(fact), USE_WIDTH, subsequent_indent="  ")]
    taker = [
        line
        for row in rows
        for line in wrap(
            f"{row['naf_class_code'] or row['naf_division_code'] or ''} {row['activity']}".strip(),
            TAKER_WIDTH,
            subsequent_indent="     ",
        )
    ]
    height = max(len(use), len(taker))
    use, taker = (cells + [""] * (height - len(cells)) for cells in (use, taker))
    scores = [exact(rule["outlet_score"], 1)] + [""] * (height - 1)
    return [_row(*cells) for cells in zip(scores, use, taker, strict=True)]


def _row(score: str, use: str, taker: str) -> str:
    return f"{score:>5}  {use:<{USE_WIDTH}}  {taker}".rstrip()


def _bound(text: str) -> str:
    """No line begins with a semicolon or a colon: the space before it does not break."""
    return re.sub(r" (?=[:;?!%])", "\u00a0", text)
