"""What titles and notes of a sheet say of its quantities: their unit, or that they are of another time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Cells, Rows
from eit_analysis.intake.cells.parsing import MONTH_NAME, clean_text
from eit_analysis.intake.cells.periods import HALF_YEAR, MONTHS, QUARTER
from eit_analysis.intake.cells.remarks import WORDS, YEAR, holds, plain, read_remark
from eit_analysis.intake.sheets.headers import header_year
from eit_analysis.intake.sheets.spec import Layout
from eit_analysis.reference.units import normalise_unit

CLAUSES = re.compile(r"[,;()\n]|\.\s|\s[-–—]\s|\bet (?=(?:les? |des )?(?:co[uû]ts?|prix|tarifs?)\b)", re.I)
WHAT = (
    r"quantites?|qtes?|tonnages?|poids|masses?|donnees?|chiffres|valeurs|dechets|flux|matieres|achats"
    r"|emballages|produits|consommations|collectes|pesees"
)
UNITS = r"(tonnes?|t|kgs?|kilos?|kilogrammes?|m3|litres?)"
UNIT = re.compile(rf"\b(?:en|unites?(?: de mesure)?(?: est)?) (?:la |le )?{UNITS}\b")
UNIT_ALONE = re.compile(rf"(?:en )?{UNITS}")
UNIT_AT_END = re.compile(rf".*[(\[]{UNITS}[)\]]\W*", re.I)
OF_QUANTITIES = re.compile(rf"\b(?:{WHAT}|unites?)\b")
CONVERTED = re.compile(r"\b(?:volumes?|converti\w*)\b")
# Of some of the quantities: whose, a mark or another sheet may tell.
EXCEPT_SOME = re.compile(rf"\b(?:sauf|excepte|hormis)\b.*\ben {UNITS}\b")
# A year that the figures are of, and not that of a foundation or of a signature.
OF_YEAR = re.compile(
    rf"\b(?:{WHAT}|annee|annuelle?|exercice|bilan|recapitulatif|synthese|declaration|estimations?|suivi|moyennes?|releves?|pesees?)\b[^0-9]*\b(?:19|20)[0-9]{{2}}\b"
)
SPAN = re.compile(r"\b[0-9]{1,2} ([0-9]{1,2}) ([0-9]{4}) (?:au|a) [0-9]{1,2} ([0-9]{1,2}) ([0-9]{4})\b")
MONTH = re.compile(rf"(?<![0-9] )\b{MONTH_NAME}\b")  # a day before it makes a date
OF_MONTH = re.compile(  # 06-2018
    r"(?<![0-9] )\b(?:0[1-9]|1[0-2]) (?:19|20)[0-9]{2}\b|\b(?:19|20)[0-9]{2} (?:0[1-9]|1[0-2])\b(?! [0-9])"
)
DAY = re.compile(r"\b[0-9]{1,2} [0-9]{1,2} (?:19|20)[0-9]{2}\b")
# That a part of a year begins or ends with a month.
PARTLY = re.compile(rf"\b{MONTH_NAME} au? {MONTH_NAME}\b|\b(?:jusqu|depuis|a partir|seulement|uniquement)\b")
WITHIN_YEAR = re.compile(rf"{SPAN.pattern}|{YEAR.pattern}|\b{MONTH_NAME}\b")
WHOLE = re.compile(r"\b(?:1er(?= jan)|31(?= dec)|12 mois)\b ?")
DATED = WORDS["leading"] | WORDS["dated"]  # beside a year that quantities are of
# T2 alone may be a building.
NO_QUARTER = re.compile(r"(?<!aaaa )(?<!bilan )(?<!suivi )(?<!dechets )(?<!tonnages )\bt[1-4]\b(?! aaaa)")
PER_YEAR = re.compile(rf"\b{UNITS} (?:par an|an|annuel(?:le)?s)\b")
# Of a rate, or of what is followed as the year goes.
EACH_TIME = re.compile(r"\b(?:moyen\w*|mens\w*|hebdo\w*|trim\w*|journalier\w*|quotid\w*)")
RATE = re.compile(rf"{EACH_TIME.pattern}|\b(?:suivi|par (?!an\b))")
OFTEN = re.compile("frequence|periodicite|rythme|cadence")  # a header by which quantities may be of each time
TIMED = re.compile(
    rf"{OFTEN.pattern}|recurrence|ramassage|cumul|echantillon|caracterisation"
    r"|\b(?:depuis|jusqu|tickets?|bons?|dates?|passages?|rotations?|collectes|levees?|tournees?|enlevements?"
    r"|periodes?)\b"
)
# In any cell of a sheet.
PARTS = re.compile(
    r"\b(?:mois|mens\w*|bimens\w*|bimestr\w*|sem(?:aines?)?|hebdo\w*|trim\w*|semest\w*|jours?|journ\w*|quotid\w*"
    r"|quinz\w*|decades?|fois|[0-9]+ ?x|s [0-9]{1,2}|s[0-9]{1,2}"
    r"|(?:par|une|un|chaque) (?:seule? )?(?:bennes?|bacs?|levees?|enlevements?|passages?|voyages?|palettes?"
    r"|tournees?|livraisons?|vidages?|camions?|chargements?|pesees?))\b"
)
UNTIL = re.compile(r"\b(?:au|fin|jusqu) (?!31 12\b)[0-9]{1,2} [0-9]{1,2}\b")
# A column by which a row is, or is not, to be counted.
COUNTED = re.compile(r"\b(?:retenir|garder|compter|declarer|prendre en compte|inclure)\b")
NO = {"non", "n", "no"}
SHORT_YEAR = re.compile(r"(?:\bfy|[a-z] )([0-9]{2})$")
FOOTNOTE = re.compile(r"(\*{1,3}|[¹²³]|\([1-9*]\)) ?\w?")


class TitleRemark(NamedTuple):
    """What titles and notes say of a row."""

    unit: str = ""  #: of a quantity that has none
    against: str = ""  #: the title that states it: a quantity in another is asked; "" where it asks for it
    doubt: str = ""  #: the title that tells another time, a budget or an estimate
    year: str = ""  #: by which rule a quantity without a period is of the year asked; "" where it is not told


@lru_cache(maxsize=10_000)
def read_title(text: str, years: frozenset[str] = frozenset()) -> TitleRemark:
    """A unit; a doubt where the quantities are of a part of the year, of a budget or of none of ``years``.

    Clauses of costs, laws, plans, deadlines and versions say nothing of quantities.

    >>> read_title("N.B. : toutes les quantités sont exprimées en kg")
    TitleRemark(unit='kg', against='N.B. : toutes les quantités sont exprimées en kg', doubt='', year='')
    """
    parts = [fold_words(part.replace("€", " euros ")) for part in CLAUSES.split(text)]
    parts = [part for part in parts if not holds(part, "title_aside")]
    stated, folded = " ".join(part for part in parts if not CONVERTED.search(part)), " ".join(parts)
    unit = UNIT_ALONE.fullmatch(stated.strip())
    if unit is None and OF_QUANTITIES.search(stated):
        unit = UNIT.search(stated) or UNIT_AT_END.fullmatch(text)
    against = unit is not None and not holds(fold_words(text), "title_request")
    return TitleRemark(
        unit[1] if unit else "", text if against else "", text if _is_doubt(folded, years) else ""
    )


def _is_doubt(folded: str, years: frozenset[str]) -> bool:
    numbered, told = plain(folded), {*YEAR.findall(folded)}
    if EXCEPT_SOME.search(folded):
        return True
    if holds(numbered, "title_doubt") or HALF_YEAR.search(folded) or OF_MONTH.search(folded):
        return True
    if QUARTER.search(NO_QUARTER.sub("", YEAR.sub("aaaa", folded))):
        return True
    if holds(folded, "title_look") and (holds(numbered, "title_unsure") or told - years):
        return True
    if span := SPAN.search(folded):
        month, year, last, end = map(int, span.groups())
        return 12 * (end - year) + last - month != 11 or not told & years
    months = {name[:3] for name in MONTH.findall(folded)} if told & years or PARTLY.search(folded) else set()
    part = bool(months) and not {MONTHS[0][:3], MONTHS[-1][:3]} <= months
    dated = OF_YEAR.search(folded) or YEAR.fullmatch(folded)
    return part or (dated is not None and not told & years)


@lru_cache(maxsize=10_000)
def years_told(text: str) -> frozenset[str]:
    """The years that a title gives to quantities: alone, or with a word that says so; of a span its last.

    >>> years_told("Bilan 2017"), years_told("2018"), years_told("Usine fondée en 1986")
    (frozenset({'2017'}), frozenset({'2018'}), frozenset())
    """
    parts = [fold_words(part) for part in CLAUSES.split(text)]
    folded = " ".join(part for part in parts if not holds(part, "title_aside"))
    if span := SPAN.search(folded):
        return frozenset({span[4]})
    of = OF_YEAR.search(folded) or YEAR.fullmatch(folded)
    return frozenset(YEAR.findall(folded)) if of else frozenset()


@lru_cache(maxsize=10_000)
def _with_year(text: str, years: frozenset[str]) -> TitleRemark:
    """What a title says, and whether it is, without a doubt, of a whole year asked (``Bilan 2025``)."""
    said, folded = read_title(text, years), fold_words(text)
    told = SPAN.search(folded) or (
        OF_YEAR.search(folded) and not (RATE.search(folded) or PARTS.search(folded))
    )
    yearly = (told and {*YEAR.findall(folded)} <= years) or (said.unit and PER_YEAR.search(folded))
    return said._replace(year="period_from_title" if yearly and not said.doubt else "")


def whole_year(text: str, years: frozenset[str]) -> bool:
    """Whether a period is the year asked (``exercice 2018``, ``janv.-déc. 2018``)."""
    folded = WHOLE.sub("", fold_words(text))
    return {*WITHIN_YEAR.sub("", folded).split()} <= DATED and bool(_with_year(f"année {folded}", years).year)


def of_no_time(heads: Iterable[str], texts: Iterable[str], years: frozenset[str]) -> bool:
    """Whether titles, headers and names, and no other text of a sheet, tell a rhythm or another time.

    >>> of_no_time(["Déchets", "Quantité 2018 (kg)"], ["Cartons"], frozenset({"2018"}))
    True
    >>> of_no_time(["Déchets de mars"], [], frozenset()), of_no_time(["Poids"], ["2x/mois"], frozenset())
    (False, False)
    """
    above, within = (list(map(fold_words, some)) for some in (heads, texts))
    ended = {found[1] for text in above if (found := SHORT_YEAR.search(text))} - {year[-2:] for year in years}
    timed = any(form.search(text) for text in above for form in (RATE, TIMED, OF_MONTH, DAY))
    told = any(
        form.search(text) for text in above + within for form in (PARTS, MONTH, QUARTER, HALF_YEAR, UNTIL)
    )
    return not (timed or told or ended) and {*YEAR.findall(" | ".join(above + within))} <= years


def hear_beside(layout: Layout, cells: Rows, kept: np.ndarray, years: frozenset[str]) -> dict[int, str]:
    """By index of the rows ``kept``, what a comment or a column that is not read says to doubt its quantity.

    A doubt, another unit or another time. A comment of one of the first two alone is heard at the weighing.
    """
    found, columns = dict[int, str](), layout.columns
    own = [columns[name] for name in ("quantity", "unit", "period") if name in columns]
    # A month beside a period may be the one that was weighed, or how many there are.
    months = [i for i, text in layout.unknown.items() if fold_words(text) == "mois" and "period" in columns]
    found |= {row: text for i in months for row in kept.tolist() if (text := clean_text(cells[row][i]))}
    asked = {i: text for i, text in layout.unknown.items() if COUNTED.search(fold_words(text))}
    refused = [
        (i, row) for i in asked for row in kept.tolist() if fold_words(clean_text(cells[row][i])) in NO
    ]
    found |= {row: f"{asked[i]}\u00a0: {clean_text(cells[row][i])}" for i, row in refused}
    asides = [i for i, text in layout.unknown.items() if not holds(fold_words(text), "of_time")]
    for index in [*asides, *(i for name, i in columns.items() if name == "comment")]:
        texts = Cells.among(cells.values, cells.numbers[kept, index])
        for row in kept[texts.where(lambda cell: isinstance(cell, str) and cell != "")].tolist():
            text = clean_text(cells[row][index])
            said, typed = read_remark(text), {"par", *(unit for i in own for unit in _units(cells[row][i]))}
            other = said.finding or not typed.issuperset(_units(said.unit or said.mention))
            heard = index in columns.values() and (said.unit or said.finding)
            if (other and not heard) or read_title(text, years).doubt:
                found[row] = text
    return found


def _units(text: Any) -> list[str]:
    return [normalise_unit(word) for word in fold_words(clean_text(text)).split()]


def hear(
    titles: Mapping[int, str],
    headers: Mapping[int, str],
    cells: Rows,
    kept: np.ndarray,
    years: frozenset[str],
) -> list[TitleRemark]:
    """What titles, and headers of the quantity, by index of their row, say of each of the rows ``kept``.

    A title among the data, or a header, is of the rows down to the next; a footnote, of those that bear its
    mark. The nearest goes first. None where nothing is said.
    """
    read = {index: _with_year(text, years) for index, text in titles.items()}
    heard = {index: said for index, said in read.items() if any(said)}
    dated = {
        i: TitleRemark(doubt=text) for i, text in headers.items() if header_year(text) not in {"", *years}
    }
    if not (heard or dated) or not len(kept):
        return []
    spans: dict[tuple[int, int, str], TitleRemark] = {}
    for of, texts in ((heard, titles), (dated, headers)):
        ends = np.array([*sorted(texts), len(cells)])
        for index, said in of.items():
            end, first, last = ends[np.searchsorted(ends, index, "right")], 0, len(kept)
            if of is dated or kept[0] < index < kept[-1]:
                first, last = np.searchsorted(kept, (index, end)).tolist()
            mark = FOOTNOTE.match(texts[index]) if of is heard else None
            span = first, last, mark[1] if mark else ""
            spans[span] = _first(spans.get(span, TitleRemark()), said)
    bears = {mark: _bearing(mark, cells, kept) for *_, mark in spans if mark}
    found = [TitleRemark()] * len(kept)
    for span in sorted(spans, key=lambda span: span[1] - span[0]):
        first, last, sign = span
        own = (first + np.flatnonzero(bears[sign][first:last])).tolist() if sign else []
        for n in own or range(first, last):
            found[n] = _first(found[n], spans[span])
    return found


def _first(near: TitleRemark, far: TitleRemark) -> TitleRemark:
    """What the nearer says, else the other; a unit with the title that states it."""
    unit = near if near.unit else far
    return TitleRemark(unit.unit, unit.against, near.doubt or far.doubt, near.year or far.year)


def _bearing(mark: str, cells: Rows, kept: np.ndarray) -> np.ndarray:
    return cells.test(lambda cell: clean_text(cell).endswith(mark))[cells.numbers[kept]].any(axis=1)
