"""What to ask first of each offer: the question of its kind, and what needs say of a place that it does not.

    asked(q)  ⇔  some need served says q, and the offer does not       q: covered, heated, cold, season
    says(q)   ⇔  a word of ``said_by`` is in the designation, none of ``denied_by``

An open-air platform that is offered may hold what a « warehouse » is needed for, or not: nobody has said.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from eit_analysis import reference
from eit_analysis.synergies.pooling.thresholds import keyword_in
from eit_analysis.synergies.register.meeting import BETWEEN

SPACE = "space"


def questions(found: pd.DataFrame, kinds: pd.Series, sharing: pd.DataFrame) -> pd.Series:
    """In French, of each offer of ``groups.offers``, asked as one of these kinds, of this tidy ``sharing``.

    That of its kind is the one of the longest keyword which its need holds (``offer_questions.csv``).
    """
    keywords = found["keyword"].astype("str")
    own = [_of_kind(kind, keyword) for kind, keyword in zip(kinds, keywords, strict=True)]
    places = [*_of_place(found[found["nature"] == SPACE], sharing)]
    asked = pd.Series(own, found.index, dtype="str")
    more = pd.Series([text for _, text in places], [row for row, _ in places], dtype="str")
    return asked + more.reindex(found.index).fillna("")


def _of_kind(kind: str, text: str) -> str:
    rows = reference.load("offer_questions").fillna({"item_keyword": ""})
    own = rows.loc[rows["nature"] == kind, ["item_keyword", "question_fr"]].itertuples(index=False)
    held = [(len(word), question) for words, question in own if (word := keyword_in(words, text)) is not None]
    return max(held)[1]


def _of_place(found: pd.DataFrame, sharing: pd.DataFrame) -> Iterator[tuple[int, str]]:
    qualities = reference.load("offer_qualities")
    spaces = sharing[sharing["nature"] == SPACE]
    for row, host, members, keyword in found[["offering_site_id", "site_ids", "keyword"]].itertuples():
        meant = spaces[spaces["item"].map(partial(keyword_in, keyword)).notna()]
        needs = meant[meant["site_id"].isin(str(members).split()) & (meant["side"] == "need")]
        offer = meant[(meant["site_id"] == host) & (meant["side"] == "offer")]
        asked = [
            question
            for _, said, denied, question, *_ in qualities.itertuples(index=False)
            if any(_says(said, denied, item) for item in needs["item"])
            and not all(_says(said, denied, item) for item in offer["item"])
        ]
        yield row, "".join(BETWEEN + question for question in asked)


def _says(said: str, denied: str, item: object) -> bool:
    return keyword_in(said, item) is not None and keyword_in(denied, item) is None
