"""How a question to a firm is put: what we found in its cell, then what we ask, in plain French.

Numbers have a comma, days stand before months, and spaces that French does not break are no-break ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from eit_analysis import reference, tables
from eit_analysis.codes import CATEGORIES
from eit_analysis.french import bound, counted, exact
from eit_analysis.intake.cells.contract import allowed_words, bounds, described, is_number
from eit_analysis.intake.checks.designations import ANY_MATERIAL
from eit_analysis.reference.code_origins import of_another_trade
from eit_analysis.reference.designations import DOUBT, suggestions
from eit_analysis.reference.findings import Finding, catalogue
from eit_analysis.reference.nomenclatures import named_code, spaced_code

TONNES = re.compile(r" (?=t/an)|(?<=[0-9]) (?=t\b)")
INTERVAL = re.compile(r"(-?[0-9.]+(?:e[+-]?[0-9]+)?)(?: \[(.*) ; (.*)\])?")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def typeset(text: str) -> str:
    """No-break spaces where French wants them, for templates written with plain spaces.

    >>> typeset("Lequel est juste ?") == "Lequel est juste\u00a0?"
    True
    """
    return TONNES.sub("\u00a0", bound(text))


def sentence(text: str) -> str:
    """A text that starts with a capital."""
    return text[:1].upper() + text[1:]


def interval(clean: str) -> str:
    """A number of the log with its bounds: ``1200 [960 ; 1440]`` gives ``1 200 (entre 960 et 1 440)``."""
    if found := INTERVAL.fullmatch(clean):
        value, *bounds = (exact(float(part)) for part in found.groups() if part)
        return f"{value} (entre {bounds[0]} et {bounds[1]})" if bounds else value
    return clean


def read_as(table: str, column: str, clean: str) -> str:
    """The clean value of one cell of the log, as the firm is shown it; no ``column``, no form has it."""
    numeric = column == "quantity" or (column and column != "reference_year" and is_number(table, column))
    return ISO_DATE.sub(r"\3/\2/\1", interval(clean) if numeric else clean)


# What to ask about a column, by its name; a column with a list of words asks to choose among them.
ASKS = described("question_fr")

# What is said or asked in the same words each time.
PHRASES = {name: typeset(text) for name, text in reference.load("relance_phrases").to_numpy()}
ABSENT = sentence(PHRASES["absent"])
# Columns that a designation tells of: their value alone, and with its name.
HINTED = {"waste_code": (spaced_code, named_code), "category": (CATEGORIES.__getitem__,) * 2}
# Families that one code may be of: what is good to eat no longer is, and cardboard is collected as paper.
KINS: dict[object, str] = {"food": "biowaste", "cardboard": "paper"}
# What « oui » answers, by the code of a finding.
PROPOSALS = {code: typeset(text) for code, text in reference.load("relance_proposals").to_numpy()}


def headline(questions: int, readings: int, aside: int, later: int) -> str:
    """How much is asked: real questions apart from the readings that need no answer when they are right."""
    if later:
        now = headline(questions, readings, aside, 0)
        more = counted(later, "autre, qui compte moins, viendra", "autres, qui comptent moins, viendront")
        return f"{now} {more} la prochaine fois."
    if not questions and not readings:
        rest = ". Ce qui reste de côté est rappelé ici." if aside else " : tout a été lu et compris."
        return typeset(f"Rien à demander{rest} Merci.")
    asked = counted(questions, "question", "questions") if questions else "Aucune question"
    if not readings:
        return f"{asked}."
    return f"{asked}, et {counted(readings, 'lecture', 'lectures')} à vérifier."


def unread(answer: str, found: Finding, asked: str) -> str:
    """Why an answer was left out, then the question again."""
    why = found.question()
    if found.code != "personal_data.answer":
        why = f"votre réponse «\u00a0{answer}\u00a0» n'a pas pu être reportée\u00a0: {why}"
    return f"{why} {asked}".strip()


def ask(table: str, column: str) -> str:
    """The question about one column: its own words, the list to choose from, or the scale."""
    words = allowed_words(table, column) if column in tables.form(table) else ()
    if words:
        return typeset(f"Choisissez : {', '.join(words)}.")
    low, high = bounds(table, column)
    if column not in ASKS and low is not None and high is not None:
        return typeset(f"Quelle est la note, de {low:g} à {high:g} ?")
    return typeset(ASKS.get(column, "Quelle est la bonne valeur ?"))


def hints(
    column: str,
    designations: Iterable[str | None],
    declared: Iterable[object],
    activities: Iterable[object],
) -> list[tuple[str, str]]:
    """The likeliest code, or family, that each designation may mean and all of them; nothing for the rest.

    A code of another family than its row declares (``declared``), or of another trade than that of its firm
    (``activities``, NAF codes), is none of them.
    """
    asked = list(zip(designations, declared, activities, strict=True))
    if column not in HINTED:
        return [("", "")] * len(asked)
    found = suggestions(text for text, *_ in asked)
    found = found[found["likely"] & (found["score"] >= DOUBT)]
    told = {text: list(rows.itertuples()) for text, rows in found.groupby("designation")}
    short, long = HINTED[column]
    hinted = []
    for text, family, activity in asked:
        naf = activity if isinstance(activity, str) else ""
        agreed = [
            getattr(row, column)
            for row in told.get(str(text), ())
            if _agree(row.category, family, bool(row.confident)) and not of_another_trade(row.waste_code, naf)
        ]
        if column == "category":
            agreed = [value for value in dict.fromkeys(agreed) if value in CATEGORIES and value != "other"]
        hinted.append((short(agreed[0]), " ou ".join(map(long, agreed))) if agreed else ("", ""))
    return hinted


def _agree(suggested: object, declared: object, confident: bool) -> bool:
    """Whether a code may be of a row of this family, which may not be declared.

    A mixture, or what is of no family, may be called by what it holds: only a text that is sure tells so.
    """
    if declared not in CATEGORIES:
        return True
    same = KINS.get(suggested, suggested) == KINS.get(declared, declared)
    return same or (confident and not {declared, suggested}.isdisjoint(ANY_MATERIAL))


def hinted(hints: list[str]) -> str:
    """What designations make think of, to be confirmed; nothing without a hint."""
    known = "\u00a0; ".join(hint for hint in hints if hint)
    return PHRASES["suggested_code"].format(known) if known else ""


def likely(found: Finding) -> str:
    """What a cell most likely should read (``relance_proposals.csv``); empty where nothing is likelier."""
    return found.written(PROPOSALS.get(found.code, ""))


def perhaps_kilograms(found: Finding) -> bool:
    """Whether the tonnes of a firm are those of its activity once read as kilograms."""
    told = dict(found.fields)
    return found.logged == "tonnes_per_employee" and told["low"] <= told["ratio"] / 1000 <= told["high"]


def reading(found: Finding, clean: str) -> str:
    """How a cell that could be read in several ways was read."""
    own = found.question(clean)
    return typeset(own or f"nous avons lu {interval(clean)}, {found.entry.label}")


def correction_label(rule: str, for_office: bool) -> str:
    """Label of a correction, as the firm reads it or as the study office does."""
    entry = catalogue()[rule]
    own = entry.question if entry.kind == "correction" and not for_office else ""
    return own or entry.label
