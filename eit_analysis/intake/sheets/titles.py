"""What titles and notes of a sheet say of its quantities: their unit, or that they are of another time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from eit_analysis.french import fold_words
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text
from eit_analysis.intake.cells.periods import HALF_YEAR, MONTHS, QUARTER
from eit_analysis.intake.cells.remarks import NUMBER, WORDS, YEAR, Remark

UNITS = r"(tonnes?|t|kgs?|kilos?|kilogrammes?|m3|litres?)"
UNIT = re.compile(rf"\b(?:en|unites?(?: de mesure)?(?: est)?) (?:la |le )?{UNITS}\b")
UNIT_AT_END = re.compile(rf".*[(\[]{UNITS}[)\]]\W*", re.I)
# A year that the figures are of, and not that of a text, of a foundation or of a signature.
OF_YEAR = re.compile(
    r"\b(?:annee|exercice|bilan|donnees?|tonnages?|quantites?|dechets|flux|declaration|estimations?|suivi)\b"
    r"[^0-9]*\b(?:19|20)[0-9]{2}\b"
)
SPAN = re.compile(r"\b[0-9]{1,2} ([0-9]{1,2}) ([0-9]{4}) (?:au|a) [0-9]{1,2} ([0-9]{1,2}) ([0-9]{4})\b")
MONTH = re.compile(rf"(?<![0-9] )\b(?:{'|'.join(MONTHS)})\b")  # a day before it makes a date
FOOTNOTE = re.compile(r"(\*+|[¹²³]|\([1-9*]\)) ?\w?")


@lru_cache(maxsize=10_000)
def read_title(text: str, years: frozenset[str] = frozenset()) -> Remark:
    """A unit; a doubt where the quantities are of a part of the year, of a budget or of none of ``years``.

    >>> read_title("N.B. : toutes les quantités sont exprimées en kg")
    Remark(unit='kg', finding='', text='')
    """
    folded = fold_words(text)
    unit = UNIT.search(folded) or UNIT_AT_END.fullmatch(text)
    plain = f" {NUMBER.sub('n', YEAR.sub('aaaa', folded))} "
    doubted = any(f" {word} " in plain for word in WORDS["title_doubt"])
    doubted |= bool(QUARTER.search(folded) or HALF_YEAR.search(folded))
    if span := SPAN.search(folded):
        month, year, last, end = map(int, span.groups())
        doubted |= 12 * (end - year) + last - month != 11
    months = {*MONTH.findall(folded)} if years & {*YEAR.findall(folded)} else set()
    doubted |= bool(months) and not {MONTHS[0], MONTHS[-1]} <= months
    doubted |= OF_YEAR.search(folded) is not None and not years & {*YEAR.findall(folded)}
    return Remark(unit[1] if unit else "", *(("doubted_by_title", text) if doubted else ()))


def hear(titles: Mapping[int, str], cells: Rows, kept: np.ndarray, years: frozenset[str]) -> list[Remark]:
    """What titles and notes, by index of their row, say of each of the rows ``kept``; none where nothing.

    One among the data is of the rows down to the next; a footnote, of those that bear its mark.
    """
    heard = {index: said for index, text in titles.items() if any(said := read_title(text, years))}
    if not heard or not len(kept):
        return []
    found = [Remark()] * len(kept)
    for index, said in heard.items():
        among = kept[0] < index < kept[-1]
        end = min((other for other in titles if other > index), default=len(cells)) if among else len(cells)
        own = {n for n, row in enumerate(kept.tolist()) if not among or index < row < end}
        if mark := FOOTNOTE.match(titles[index]):
            bears = {n for n in own if any(clean_text(c).endswith(mark[1]) for c in cells[int(kept[n])])}
            own = bears or own
        for n in own:
            found[n] = Remark(*(first or then for first, then in zip(found[n], said, strict=True)))
    return found
