"""What receivers of like wastes are in published exchanges: how likely each activity is.

    p_n(receiver) = (c_n + t_n p_m) / (N_n + t_n),    n = 0, 1, 2, 4, 6, words; m the level above

``c_n`` is the weight of the exchanges that this receiver has among those as like as ``n``: the same first
``n`` digits of the code; 1, a chapter of the same family (``FAMILIES``); 0, any. ``N_n`` is their sum over
the receivers, ``t_n`` how many receivers they have. An exchange weighs 1 when its code is sure, 0.7 when
likely, 0.4 when guessed (ours). Where a designation is told, the last level has the exchanges whose
by-product is called like it, each at its weight times 3 s (``reference.designation_likeness``; from s = 0.1
on; none for the same word of another thing: pomace of apples is no coffee grounds, both « marc »). Only
wastes of the same danger are alike.

Source: back-off with the estimate C of Witten & Bell, IEEE Transactions on Information Theory 37(4), 1991.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from eit_analysis.reference.designation_families import families
from eit_analysis.reference.designation_likeness import likeness as called_alike
from eit_analysis.reference.designation_words import told

LEVELS = (0, 1, 2, 4, 6)
SAME_CODE, SAME_FAMILY = 6, 1
# Chapters of the list whose wastes become much the same: rock, ash and rubble; biomass; the residues of
# chemistry and surface treatment, oils and solvents; worked, used and sorted materials. None for care (18).
FAMILIES = {
    chapter: family
    for family, chapters in enumerate(["01 10 17", "02 03", "05 06 07 08 09 11 13 14", "04 12 15 16 19 20"])
    for chapter in chapters.split()
}
WEIGHT = {"sure": 1.0, "likely": 0.7, "guess": 0.4}
# Ours, chosen by leaving out each source in turn; few exchanges tell them from 1 to 10 and 0 to 0.4.
WORDS, ALIKE = 3.0, 0.1
# Enough to call.
MOST_RECEIVERS = 12


class Likely(NamedTuple):
    """A receiver: its likelihood, how like its nearest exchange is (``n``, 0 of another matter), and it."""

    naf_class_code: str
    likelihood: float
    likeness: int
    nearest: Mapping[str, Any]


def likely_receivers(
    waste_code: str, hazardous: bool, precedents: Iterable[Mapping[str, Any]], designation: str = ""
) -> list[Likely]:
    """Each receiver of the published exchanges, likeliest first (equation of this module).

    ``precedents`` are rows of ``reference/precedents.csv`` with ``hazardous``, whether the list holds the
    code of each as such. The likelihoods sum to 1.
    """
    known = [row for row in precedents if row["hazardous"] == hazardous]
    words = [0.0] * len(known)
    if designation and known:
        called = [row["byproduct"] for row in known]
        near = called_alike(designation, called).tolist()
        words = [0.0 if _of_another_thing(designation, b) else s for b, s in zip(called, near, strict=True)]
    alike = [
        (_likeness(waste_code, row["waste_code"]), like, WEIGHT[row["code_certainty"]], row)
        for row, like in zip(known, words, strict=True)
    ]
    levels = [
        [(row["receiver_naf_code"], weight) for likeness, _, weight, row in alike if likeness >= level]
        for level in LEVELS
    ]
    levels.append([(row["receiver_naf_code"], WORDS * s * w) for _, s, w, row in alike if s >= ALIKE])
    likelihood: dict[str, float] = {}
    for exchanges in levels:
        counts: dict[str, float] = defaultdict(float)
        for receiver, weight in exchanges:
            counts[receiver] += weight
        total = sum(counts.values())
        above = likelihood or {receiver: count / total for receiver, count in counts.items()}
        if counts:
            kinds = len(counts)
            likelihood = {
                receiver: (counts.get(receiver, 0.0) + kinds * share) / (total + kinds)
                for receiver, share in above.items()
            }
    nearest: dict[str, tuple[int, Mapping[str, Any]]] = {}
    # Coffee grounds are no example for steel: another material weighs in the shares, and is never told.
    examples = [
        (_of_one_matter(waste_code, row["waste_code"]) * likeness, like, weight, row)
        for likeness, like, weight, row in alike
    ]
    for likeness, _, _, row in sorted(examples, key=lambda one: (-one[0], -one[1], -one[2])):
        nearest.setdefault(row["receiver_naf_code"], (likeness, row))
    receivers = [Likely(receiver, share, *nearest[receiver]) for receiver, share in likelihood.items()]
    return sorted(receivers, key=lambda one: (-one.likelihood, one.naf_class_code))


def beyond_rules(named: set[str], likely: list[Likely]) -> list[tuple[Likely, str]]:
    """The receivers of like wastes that no rule names, likeliest first, twelve at most, each with its basis.

    ``named`` are the classes that the rules name. The basis is ``precedent`` where the exchange is of this
    very code, else ``analogy``, of the same family. A code without a rule has precedents only: where the law
    or the matter leaves no outlet, none is guessed.
    """
    least = SAME_FAMILY if named else SAME_CODE
    kept = [one for one in likely if one.likeness >= least and one.naf_class_code not in named]
    return [(one, "precedent" if one.likeness >= SAME_CODE else "analogy") for one in kept[:MOST_RECEIVERS]]


def _of_another_thing(one: str, other: str) -> bool:
    """Whether two designations begin alike, and each goes on with words of its own: « marc de … »."""
    (first, *own), (second, *others) = told(one).split() or [""], told(other).split() or [""]
    return first == second and bool(own and others) and set(own).isdisjoint(others)


def _likeness(one: str, other: str) -> int:
    """6, 4 or 2 digits shared, 1 for a chapter of the same family, else 0."""
    family = FAMILIES.get(one[:2])
    shared = next((digits for digits in (6, 4, 2) if one[:digits] == other[:digits]), 0)
    return shared or int(family is not None and family == FAMILIES.get(other[:2]))


def _of_one_matter(one: str, other: str) -> bool:
    """Whether two codes are of one family of materials, as far as the lexicon knows."""
    known = {families().get(code) for code in (one, other)} - {None}
    return one == other or len(known) < 2
