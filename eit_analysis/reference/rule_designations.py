"""What a designation tells of a rule whose code does not tell what it takes (``rule_designations.csv``).

    plain    it has a word that the rule asks for, if any, and none that the rule refuses
    mixed    what the rule refuses of it can be sifted out of the rest, which it names too: « sciures et
             copeaux » as mulch
    refused  neither, or all that it names are objects that are none of the rule's own

A thing of a mixture is called by a word of the waste's code. How much of it the rule takes is not known: of
planks, which are sorted one by one, a rule takes no mixture.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from eit_analysis import reference
from eit_analysis.reference.designation_words import BETWEEN, LONGEST, heads, told, words_of
from eit_analysis.reference.designations import words_of_codes


class Words(NamedTuple):
    """Of a rule: the words that it asks for and refuses, the objects not its own, what can be sifted out, the
    words of its code."""

    asked: set[str]
    refused: set[str]
    objects: set[str]
    sifted: set[str]
    of_code: set[str]

    def take(self, text: str) -> bool:
        said = words_of(text)
        return (not self.asked or not self.asked.isdisjoint(said)) and self.refused.isdisjoint(said)


@cache
def _words_of_rules() -> dict[str, Words]:
    table = reference.load("rule_designations").set_index("rule_id")
    table = table[["waste_code", "words", "other_words", "other_objects", "sifted_words"]].fillna("")
    of_codes = words_of_codes()
    return {
        rule: Words(asked, refused, objects, sifted, of_codes.get(code, set()))
        for rule, code, *words in table.itertuples()
        for asked, refused, objects, sifted in [[set(kind.split()) for kind in words]]
    }


def refused_beside(rule_id: str, designation: str) -> tuple[str, ...] | None:
    """What the rule does not take of all that a designation names: nothing of a plain one; None if it takes
    none of it."""
    rule = _words_of_rules().get(rule_id)
    if rule is None:
        return ()
    first = heads(designation)
    if first and first <= rule.objects:
        return None
    if rule.take(designation):
        return ()
    if not rule.refused & words_of(designation) <= rule.sifted:
        return None
    things = [thing.strip() for thing in BETWEEN.split(designation[:LONGEST]) if told(thing)]
    suits = any(rule.take(thing) and not rule.of_code.isdisjoint(heads(thing)) for thing in things)
    refused = tuple(thing for thing in things if not rule.sifted.isdisjoint(words_of(thing)))
    return refused if suits and refused else None
