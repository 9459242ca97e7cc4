"""Seasons of needs of people: months in a row, and those that follow one another.

b follows a  ⇔  b begins in the month after a ends, and they share no month
"""

from __future__ import annotations

import pandas as pd
from babel.dates import get_month_names

Season = tuple[int, int]  # its first and last month


def seasons(needs: pd.DataFrame) -> dict[str, Season]:
    """The season of each site that states one need, of tidy ``sharing``: months in a row, not all of them."""
    stated = needs.reindex(columns=["site_id", "months"]).drop_duplicates("site_id", keep=False).dropna()
    read = ((site, _season({*map(int, months.split())})) for site, months in stated.to_numpy())
    return {site: one for site, one in read if one}


def _season(held: set[int]) -> Season | None:
    """Over the new year too: December to February."""
    first = [month for month in held if (month - 2) % 12 + 1 not in held]
    return (first[0], (first[0] + len(held) - 2) % 12 + 1) if len(first) == 1 else None


def follow(one: Season, other: Season) -> bool:
    """Whether one of two seasons follows the other."""
    months = sum((last - first) % 12 + 1 for first, last in (one, other))
    return months <= 12 and any(a[1] % 12 + 1 == b[0] for a, b in ((one, other), (other, one)))


def in_words(one: Season) -> str:
    """``mars à juin``."""
    names = get_month_names("wide", locale="fr")
    return " à ".join(dict.fromkeys(names[month] for month in one))
