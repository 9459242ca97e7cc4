"""Which waste codes a designation in French may mean: suggestions to confirm, never applied in silence.

    s(q, t) = ½ cos(letters of q, letters of t) + ½ cos(words of q, words of t)
    s(q, c) = max over the terms t of c of s(q, t) (1 − 0.02 r)

with q a designation, t a term of ``waste_lexicon.csv`` or our label of a code, c a code and r its place among
those that the term names; the cosines are those of :mod:`designation_likeness`.

Letters forgive the spelling: where the word that says what it is has been heard of, only codes of which a
term has a word of the designation are suggested (« tomates » are no « automates »).

Terms of the lexicon that name no code are of no waste (a service, a purchase, a word that tells nothing).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from eit_analysis.reference.designation_families import families
from eit_analysis.reference.designation_likeness import of_matter, scores_of, terms_and_codes, terms_index
from eit_analysis.reference.designation_words import LONGEST, NUMBERS, heads, told

MOST = 5
LIKELY = 0.9  # of the best score: with it, the five codes of one term are likely together
# Both read on the texts that had been set apart for it (docs/methods/designations.md): of these, 3 % at most
# have a confident answer of another chapter.
SURE, APART = 0.70, 0.25
DOUBT = 0.25  # from here on a suggestion is worth a look
TEXTS_AT_ONCE = 500  # some tens of megabytes
COLUMNS = ["designation", "suggestion_rank", "waste_code", "score", "category", "likely", "confident"]


def suggestions(designations: Iterable[object]) -> pd.DataFrame:
    """Up to five codes for each distinct designation, best first (equation of this module).

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``. A designation that tells nothing, or nothing of a waste, has no row.
        ``category`` is the family of the code, missing where no term names it; ``likely``: its score is at
        least 0.9 of the best; ``confident`` is of the designation: the best score is at least ``SURE``, all
        likely codes stand ``APART`` from those of any chapter but theirs, and the first word of each thing
        that it names, which says what it is, is a word of theirs.
    """
    # What tells the same is looked up once, under the first text that tells it.
    first: dict[tuple[str, frozenset[str]], str] = {}
    under: dict[str, str] = {}  # the same of each text without its numbers
    read: dict[str, str] = {}  # the text that stands for each
    for text in dict.fromkeys(designations):
        if isinstance(text, str):
            bare = NUMBERS.sub(" ", text[:LONGEST])
            if bare not in under:
                words = told(bare)
                under[bare] = first.setdefault((words, heads(bare)), text) if words else ""
            if under[bare]:
                read[text] = under[bare]
    texts = np.array(list(first.values()), dtype=object)
    parts = [slice(start, start + TEXTS_AT_ONCE) for start in range(0, len(texts), TEXTS_AT_ONCE)]
    found = [_best(texts[part], scores_of([told(text) for text in texts[part]])) for part in parts]
    frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS[:4])
    frame["category"] = frame["waste_code"].map(families())
    if len(read) > len(texts):
        told_by = pd.DataFrame({"designation": list(read), "first": list(read.values())})
        frame = told_by.merge(frame.rename(columns={"designation": "first"}), on="first")
    return frame.reindex(columns=COLUMNS).astype({"likely": bool, "confident": bool})


@cache
def words_of_codes() -> dict[str, set[str]]:
    """The words of the terms and of the label of each code."""
    words: dict[str, set[str]] = {}
    for text, codes in zip(*terms_and_codes(), strict=True):
        for code in codes:
            words.setdefault(code, set()).update(text.split())
    return words


@cache
def _codes_of_words() -> dict[str, np.ndarray]:
    """Which codes, in the order of the list, have a term or a label with each word."""
    of_words: dict[str, np.ndarray] = {}
    codes = terms_index().codes[1:]
    for place, code in enumerate(codes):
        for word in words_of_codes()[code]:
            of_words.setdefault(word, np.zeros(len(codes), dtype=bool))[place] = True
    return of_words


def _within_words(text: str) -> np.ndarray:
    """The codes that have a word of a designation whose first word is known, else all of them."""
    known, words = _codes_of_words(), of_matter(told(text)).split()
    if words[0] not in known:
        return np.ones(len(terms_index().codes) - 1, dtype=bool)
    return np.logical_or.reduce([known[word] for word in words if word in known])


def _best(texts: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    codes = terms_index().codes[1:]
    of_waste = scores[:, 1:]
    within = of_waste * np.array([_within_words(text) for text in texts])
    order = np.argsort(-within, axis=1, kind="stable")[:, :MOST]
    score = np.take_along_axis(within, order, axis=1)
    best = score[:, :1]
    likely = score >= LIKELY * best
    _, first, chapter = np.unique([code[:2] for code in codes], return_index=True, return_inverse=True)
    of_chapter = np.maximum.reduceat(of_waste, first, axis=1)
    rows, ranks = np.nonzero(likely)
    of_chapter[rows, chapter[order[rows, ranks]]] = 0
    confident = (best >= SURE) & (best - of_chapter.max(axis=1, keepdims=True) >= APART)
    for row in np.flatnonzero(confident):
        said = set().union(*(words_of_codes()[code] for code in codes[order[row, likely[row]]]))
        confident[row] = heads(texts[row]) <= said
    # As near to what is no waste as to any code: nothing is suggested.
    rows, ranks = np.nonzero((score > 0) & (best > scores[:, :1]))
    return pd.DataFrame(
        {
            "designation": texts[rows],
            "suggestion_rank": ranks + 1,
            "waste_code": codes[order[rows, ranks]],
            "score": score[rows, ranks].astype(float).round(3),
            "likely": likely[rows, ranks],
            "confident": confident[rows, 0],
        }
    )
