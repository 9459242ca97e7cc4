"""What the gate refuses because no audit would see it: amounts in words, declared columns in summaries."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.release.sentences import quoted
from eit_analysis.publishing.release.values import Value
from eit_analysis.reference import sentence
from eit_analysis.reference.vocabulary import tells_of_actors

# An amount that an f-string, or a hand, put into a sentence: no table tells it.
TYPED = re.compile(
    r"\d[\d\s.,]*\s?(?:k€|M€|€|tonnes?\b|t\b|kg\b|ETP\b|personnes?\b|salariés?\b|emplois?\b)|\d+[.,]\d+"
)


def check_words(template: str, partial: str | None, values: Mapping[str, Value]) -> None:
    """Refuse a sentence of which a number does not come from a released value.

    Raises
    ------
    DisclosureError
        When a value was not released, is missing, or an amount is written into the words.
    """
    for name, value in values.items():
        if not isinstance(value, Value):
            raise DisclosureError(sentence("value_unreleased", value=name))
    unknown = set(quoted(template + (partial or ""))) - set(values)
    if unknown:
        raise DisclosureError(f"La phrase attend {', '.join(sorted(unknown))}, sans valeur diffusée.")
    if typed := TYPED.search(re.sub(r"\{\w*\}", "", f"{template} {partial or ''}")):
        raise DisclosureError(sentence("amount_typed", amount=typed[0]))


def check_about_no_actor(frame: pd.DataFrame, title: str) -> None:
    """Refuse as a summary a table with actors, or with what they declared.

    Raises
    ------
    DisclosureError
        Naming the column.
    """
    named = [c for c in frame.columns if "site_id" in c or c.startswith("source_")]
    if named:
        raise DisclosureError(f"« {title} »\u00a0: la colonne {named[0]} désigne des acteurs.")
    told = [str(name) for name in frame if tells_of_actors(str(name))]
    if told:
        raise DisclosureError(sentence("summary_declared", title=title, column=told[0]))
