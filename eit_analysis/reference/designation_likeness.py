"""How alike a designation is to each term of the lexicon: the equation of :mod:`designations`.

    s(q, t) = ½ cos(letters of q, letters of t) + ½ cos(words of q, words of t)

Letters are runs of three to five within words, both weighed by TF-IDF (term frequency, times 1 + log((1 + n)
/ (1 + terms that have it)), n terms in all); what no term has keeps its weight in the norm of q, so that a
word that nobody has heard of lowers the score. What a thing has become (``STATES``) has no letters beside a
word that says what it is, and 0.3 of its weight as a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eit_analysis import reference
from eit_analysis.reference.designation_words import told

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfVectorizer

NEXT_CODE = 0.02  # what a code is worth less than the one that its term names before it
# Told of anything; in the singular.
STATES = frozenset(
    (
        "use",
        "usee",
        "usage",
        "usagee",
        "casse",
        "cassee",
        "abime",
        "abimee",
        "vieu",
        "vieille",
        "reforme",
        "reformee",
    )
)
OF_STATE = 0.3


class Measure(NamedTuple):
    """How a text is cut in pieces, and what each piece weighs."""

    pieces: Callable[[str], list[str]]
    vectorizer: TfidfVectorizer


class Index(NamedTuple):
    """Every term as a row of weights, of length 1 in each measure.

    Each time that a term names a code is a place; those of a code stand together (``starts``), in the order
    of ``codes``, whose first stands for no waste. ``terms`` and ``worth`` are of the places.
    """

    codes: np.ndarray
    measures: list[Measure]
    weights: csr_array
    terms: np.ndarray
    worth: np.ndarray
    starts: np.ndarray


def scores_of(words: list[str]) -> np.ndarray:
    """s(q, c), shape (designations, codes)."""
    from scipy.sparse import hstack  # here and below: only where a text is read

    known = terms_index()
    both = hstack([_weighed(words, measure) for measure in known.measures])
    near = (both @ known.weights.T).todense() / len(known.measures)
    return np.maximum.reduceat(near[:, known.terms] * known.worth, known.starts, axis=1)


def likeness(designation: str, texts: Iterable[str]) -> np.ndarray:
    """s(q, t) of a designation and each text; both must tell something."""
    from scipy.sparse import hstack

    words, measures = [told(designation), *map(told, texts)], terms_index().measures
    both = hstack([_weighed(words, measure) for measure in measures]).tocsr()
    return (both[1:] @ both[:1].T).todense()[:, 0] / len(measures)


def _weighed(words: list[str], measure: Measure) -> csr_array:
    """Rows of weights of length 1, but for the pieces that no term has."""
    from scipy.sparse import csr_array, diags_array

    cut = [measure.pieces(text) for text in words]
    weights = csr_array(measure.vectorizer.transform(cut))
    idf = measure.vectorizer.idf_
    unheard = np.array([len(some) for some in cut]) - weights @ (1 / idf)
    length = np.sqrt((weights * weights).sum(axis=1) + unheard * idf.max() ** 2)
    return csr_array(diags_array(1 / length) @ weights, dtype=np.float32)


@cache
def terms_index() -> Index:
    from scipy.sparse import csr_array, hstack

    texts, named = terms_and_codes()
    codes = np.array(["", *reference.load("waste_codes")["waste_code"]])
    # A term without a code names the first, which is no waste.
    places = [
        (int(np.searchsorted(codes, code)), term, 1 - NEXT_CODE * rank)
        for term, those in enumerate(named)
        for rank, code in enumerate(those or [""])
    ]
    code, terms, worth = map(np.array, zip(*sorted(places), strict=True))
    starts = np.searchsorted(code, np.arange(len(codes)))
    measures = [_measure(texts, "char_wb"), _measure(texts, "word")]
    weights = csr_array(hstack([_weighed(texts, measure) for measure in measures]))
    return Index(codes, measures, weights, terms, worth.astype(np.float32), starts)


@cache
def terms_and_codes() -> tuple[list[str], list[list[str]]]:
    """What each term and each label tells, and the codes that it names."""
    lexicon, labels = reference.load("waste_lexicon"), reference.load("waste_codes")
    texts = [told(text) for text in [*lexicon["term_fr"], *labels["label_fr"]]]
    return texts, [*lexicon["waste_codes"].fillna("").str.split(), *([code] for code in labels["waste_code"])]


def _measure(texts: list[str], analyzer: str) -> Measure:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    runs = {"ngram_range": (3, 5)} if analyzer == "char_wb" else {"token_pattern": r"\S+"}
    cut = CountVectorizer(analyzer=analyzer, **runs).build_analyzer()

    def pieces(words: str) -> list[str]:
        return cut(of_matter(words) if analyzer == "char_wb" else words)

    vectorizer = TfidfVectorizer(analyzer=list, norm=None).fit(map(pieces, texts))
    of_state = np.isin(vectorizer.get_feature_names_out(), list(STATES))
    if analyzer == "word":
        vectorizer.idf_ = np.where(of_state, OF_STATE, 1) * vectorizer.idf_
    return Measure(pieces, vectorizer)


def of_matter(words: str) -> str:
    """The words that say what a thing is; all of them where none does."""
    return " ".join(word for word in words.split() if word not in STATES) or words
