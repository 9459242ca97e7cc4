"""Months and dates as people type them in French."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from eit_analysis.intake.parsing import MISSING_WORDS, clean_text, fold

MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
          "novembre", "decembre")  # fmt: skip
ALL_YEAR = {"toute l annee", "toute annee", "annee", "tous", "tous les mois", "permanent", "continu"}


def _month(word: str) -> int | None:
    if word.isdigit():
        return int(word) if 1 <= int(word) <= 12 else None
    known = [n for n, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.startswith(word)]
    return known[0] if len(known) == 1 else None


def parse_months(cell: Any) -> str | None:
    """Months of activity as numbers separated by spaces, None for all year.

    Reads ``juin à août``, ``jan, fév``, ``1-3``, ``11-2`` (over the new year), ``toute l'année``.

    Raises
    ------
    ValueError
        When a word is not a month.
    """
    text = clean_text(cell)
    words = fold(text)
    if not words or words in ALL_YEAR or words in MISSING_WORDS:
        return None
    # A range sign ties the month before to the month after; every other sign only parts them.
    tokens = re.sub(r"\b(?:a|au|jusqu a)\b", "-", fold(re.sub(r"[-–—]|\bà\b", " au ", text))).split()
    chosen: set[int] = set()
    previous, tied = None, False
    for token in tokens:
        if token == "-":
            tied = True
            continue
        if token in ("de", "du", "et"):
            continue
        month = _month(token)
        if month is None:
            raise ValueError(text)
        if tied and previous is not None:
            span = (month - previous) % 12
            chosen.update((previous - 1 + step) % 12 + 1 for step in range(span + 1))
        chosen.add(month)
        previous, tied = month, False
    return None if len(chosen) == 12 else " ".join(map(str, sorted(chosen)))


def parse_date(cell: Any) -> str | None:
    """A date as ``AAAA-MM-JJ``; None when blank. Day comes before month, as in French.

    Raises
    ------
    ValueError
        When the cell is not one full date.
    """
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    text = clean_text(cell)
    if not text or fold(text) in MISSING_WORDS:
        return None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return dt.date.fromisoformat(text).isoformat()
    words = fold(text).split()
    if len(words) != 3:
        raise ValueError(text)
    day, month, year = words[0].removesuffix("er"), _month(words[1].lstrip("0") or "0"), words[2]
    if month is None or not (day.isdigit() and year.isdigit() and len(year) == 4):
        raise ValueError(text)
    return dt.date(int(year), month, int(day)).isoformat()
