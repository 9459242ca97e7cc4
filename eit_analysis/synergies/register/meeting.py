"""What the two sides of an exchange, or the members of a group, are to settle when they meet."""

from __future__ import annotations

import re

import pandas as pd

from eit_analysis import reference
from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import DONATION, FOOD
from eit_analysis.synergies.register.links import POOLING

# What the title of a line that gives says.
GIFT = r"\b(?:dons?|donner)\b"
BETWEEN = "\u00a0; "  # two questions of one line


def sheet_words() -> pd.Series:
    """Titles and questions of the sheets, by part and code."""
    return reference.load("synergy_sheets").set_index(["part", "code"])["text_fr"]


def questions(words: pd.Series, *kinds: str) -> list[str]:
    """What a meeting is to settle, kind after kind."""
    asked = words.loc["question"]
    return [text for kind in kinds for text in asked[asked.index == kind]]


def of_status(status: str, category: str) -> list[str]:
    """The kinds of questions of an exchange by its legal status: of food, a gift has its own."""
    return [status, *["food_donation"] * (status == DONATION and category in FOOD)]


def settled(line: pd.Series, exchanges: pd.DataFrame, network: bool) -> list[str]:
    """The kinds of questions of a line: what is given has no price and is no waste; heat is neither."""
    title = fold_words(str(line["title"]))
    if line["kind"] == POOLING:
        return [POOLING]
    if network:
        return ["network"]
    given = re.search(GIFT, title) or (exchanges["legal_status"] == DONATION).any()
    return ["exchange", *(of_status(DONATION, str(line["category"])) if given else ["sale"]), "next"]
