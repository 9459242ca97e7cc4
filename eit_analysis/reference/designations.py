"""Which waste codes a designation in French may mean: suggestions to confirm, never applied in silence.

    s(q, t) = ½ cos(letters of q, letters of t) + ½ cos(words of q, words of t)
    s(q, c) = max over the terms t of c of s(q, t) (1 − 0.02 r)

with q a designation, t a term of ``waste_lexicon.csv`` or our label of a code, c a code and r its place among
those that the term names. Letters are runs of three to five within words, both weighed by TF-IDF (term
frequency, times 1 + log((1 + n) / (1 + terms that have it)), n terms in all); what no term has keeps its
weight in the norm of q, so that a word that nobody has heard of lowers the score. What a thing has become
(``STATES``) has no letters beside a word that says what it is, and 0.3 of its weight as a word.

Letters forgive the spelling: where the word that says what it is has been heard of, only codes of which a
term has a word of the designation are suggested (« tomates » are no « automates »).

Terms of the lexicon that name no code are of no waste (a service, a purchase, a word that tells nothing).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.french import fold_words

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfVectorizer

MOST = 5
NEXT_CODE = 0.02  # what a code is worth less than the one that its term names before it
LIKELY = 0.9  # of the best score: with it, the five codes of one term are likely together
# Both read on the texts that had been set apart for it (docs/methods/designations.md): of these, 3 % at most
# have a confident answer of another chapter.
SURE, APART = 0.70, 0.25
DOUBT = 0.25  # from here on a suggestion is worth a look
LONGEST = 300  # characters that are read
TEXTS_AT_ONCE = 500  # some tens of megabytes
NUMBERS = re.compile(r"\b[0-9]{2,}\b")
# What stands between two things that one designation names.
BETWEEN = re.compile(r"\b(?:et|ou)\b|[,;/+&]", re.IGNORECASE)
# In the singular: they tell no waste from another, alone or among others.
EMPTY_WORDS = frozenset((
    "a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "n", "ou", "par",
    "pour", "qu", "sans", "sur", "un", "une", "autre", "benne", "dechet", "flu", "lot", "vrac",
))  # fmt: skip
# Told of anything; in the singular.
STATES = frozenset(
    ("use", "usee", "usage", "usagee", "casse", "cassee", "abime", "abimee", "vieu", "vieille")
)
OF_STATE = 0.3
COLUMNS = ["designation", "suggestion_rank", "waste_code", "score", "category", "likely", "confident"]


class _Measure(NamedTuple):
    """How a text is cut in pieces, and what each piece weighs."""

    pieces: Callable[[str], list[str]]
    vectorizer: TfidfVectorizer


class _Index(NamedTuple):
    """Every term as a row of weights, of length 1 in each measure.

    Each time that a term names a code is a place; those of a code stand together (``starts``), in the order
    of ``codes``, whose first stands for no waste. ``terms`` and ``worth`` are of the places.
    """

    codes: np.ndarray
    measures: list[_Measure]
    weights: csr_array
    terms: np.ndarray
    worth: np.ndarray
    starts: np.ndarray


def told(designation: object) -> str:
    """The words of a designation that tell something, folded and in the singular; ``""`` where none does.

    A number of two figures or more is a lot, a year, a size: no term has one.

    >>> told("Déchets de fûts métalliques")
    'fut metallique'
    """
    text = NUMBERS.sub(" ", designation[:LONGEST]) if isinstance(designation, str) else ""
    words = fold_words(text).split()
    singular = (word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in words)
    return " ".join(word for word in singular if word not in EMPTY_WORDS)


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
    found = [_best(texts[part], _scores([told(text) for text in texts[part]])) for part in parts]
    frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS[:4])
    frame["category"] = frame["waste_code"].map(families())
    if len(read) > len(texts):
        told_by = pd.DataFrame({"designation": list(read), "first": list(read.values())})
        frame = told_by.merge(frame.rename(columns={"designation": "first"}), on="first")
    return frame.reindex(columns=COLUMNS).astype({"likely": bool, "confident": bool})


def heads(designation: str) -> frozenset[str]:
    """``"Cendres d'écorces et biscuits"`` -> ``{"cendre", "biscuit"}``."""
    parts = (told(part).split(maxsplit=1) for part in BETWEEN.split(designation[:LONGEST]))
    return frozenset(words[0] for words in parts if words)


@cache
def _words() -> dict[str, set[str]]:
    """The words of the terms and of the label of each code."""
    words: dict[str, set[str]] = {}
    for text, codes in zip(*_terms(), strict=True):
        for code in codes:
            words.setdefault(code, set()).update(text.split())
    return words


@cache
def _codes_of_words() -> dict[str, np.ndarray]:
    """Which codes, in the order of the list, have a term or a label with each word."""
    of_words: dict[str, np.ndarray] = {}
    codes = _index().codes[1:]
    for place, code in enumerate(codes):
        for word in _words()[code]:
            of_words.setdefault(word, np.zeros(len(codes), dtype=bool))[place] = True
    return of_words


def _within_words(text: str) -> np.ndarray:
    """The codes that have a word of a designation whose first word is known, else all of them."""
    known, words = _codes_of_words(), _of_matter(told(text)).split()
    if words[0] not in known:
        return np.ones(len(_index().codes) - 1, dtype=bool)
    return np.logical_or.reduce([known[word] for word in words if word in known])


def _of_matter(words: str) -> str:
    """The words that say what a thing is; all of them where none does."""
    return " ".join(word for word in words.split() if word not in STATES) or words


def _best(texts: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    codes = _index().codes[1:]
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
        said = set().union(*(_words()[code] for code in codes[order[row, likely[row]]]))
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


def _scores(words: list[str]) -> np.ndarray:
    """s(q, c), shape (designations, codes)."""
    from scipy.sparse import hstack  # here and below: only where a text is read

    index = _index()
    both = hstack([_weighed(words, measure) for measure in index.measures])
    near = (both @ index.weights.T).todense() / len(index.measures)
    return np.maximum.reduceat(near[:, index.terms] * index.worth, index.starts, axis=1)


def likeness(designation: str, texts: Iterable[str]) -> np.ndarray:
    """s(q, t) of a designation and each text; both must tell something."""
    from scipy.sparse import hstack

    words, measures = [told(designation), *map(told, texts)], _index().measures
    both = hstack([_weighed(words, measure) for measure in measures]).tocsr()
    return (both[1:] @ both[:1].T).todense()[:, 0] / len(measures)


def _weighed(words: list[str], measure: _Measure) -> csr_array:
    """Rows of weights of length 1, but for the pieces that no term has."""
    from scipy.sparse import csr_array, diags_array

    cut = [measure.pieces(text) for text in words]
    weights = csr_array(measure.vectorizer.transform(cut))
    idf = measure.vectorizer.idf_
    unheard = np.array([len(some) for some in cut]) - weights @ (1 / idf)
    length = np.sqrt((weights * weights).sum(axis=1) + unheard * idf.max() ** 2)
    return csr_array(diags_array(1 / length) @ weights, dtype=np.float32)


@cache
def _index() -> _Index:
    from scipy.sparse import csr_array, hstack

    texts, named = _terms()
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
    return _Index(codes, measures, weights, terms, worth.astype(np.float32), starts)


@cache
def _terms() -> tuple[list[str], list[list[str]]]:
    """What each term and each label tells, and the codes that it names."""
    lexicon, labels = reference.load("waste_lexicon"), reference.load("waste_codes")
    texts = [told(text) for text in [*lexicon["term_fr"], *labels["label_fr"]]]
    return texts, [*lexicon["waste_codes"].fillna("").str.split(), *([code] for code in labels["waste_code"])]


def _measure(texts: list[str], analyzer: str) -> _Measure:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    runs = {"ngram_range": (3, 5)} if analyzer == "char_wb" else {"token_pattern": r"\S+"}
    cut = CountVectorizer(analyzer=analyzer, **runs).build_analyzer()

    def pieces(words: str) -> list[str]:
        return cut(_of_matter(words) if analyzer == "char_wb" else words)

    vectorizer = TfidfVectorizer(analyzer=list, norm=None).fit(map(pieces, texts))
    of_state = np.isin(vectorizer.get_feature_names_out(), list(STATES))
    if analyzer == "word":
        vectorizer.idf_ = np.where(of_state, OF_STATE, 1) * vectorizer.idf_
    return _Measure(pieces, vectorizer)


@cache
def families() -> dict[str, str]:
    """Family of each code: that of the first term that names it, before others if it can."""
    lexicon = reference.load("waste_lexicon").dropna(subset="waste_codes")
    named = lexicon.assign(waste_code=lexicon["waste_codes"].str.split()).explode("waste_code")
    named["place"] = named.groupby(level=0).cumcount()
    named = named.sort_values("place", kind="stable").drop_duplicates("waste_code")
    return dict(zip(named["waste_code"], named["category"], strict=True))


# First words that tell what a waste looks like, and not of what it is.
SHAPES = frozenset((
    "chute", "copeau", "rebut", "emballage", "decoupe", "morceau", "tole", "tube", "barre", "bande", "bidon",
    "fut", "sac", "caisse", "plaque", "limaille", "film",
))  # fmt: skip


@cache
def _families_of_terms() -> dict[str, str]:
    """The family of each term that is of one alone."""
    lexicon = reference.load("waste_lexicon").dropna(subset="category")
    found = lexicon.groupby(lexicon["term_fr"].map(told))["category"].agg(set)
    return {str(term): min(own) for term, own in found.items() if term and len(own) == 1}


def family_of(designation: str) -> str:
    """The family that a designation names by all its words, else by its first and none other by the others.

    >>> family_of("Cartons bruns"), family_of("Palettes en plastique"), family_of("Divers")
    ('cardboard', '', '')
    """
    known, words = _families_of_terms(), told(designation).split()
    if whole := known.get(" ".join(words)):
        return whole
    named = {known[word] for word in words if word in known}
    return named.pop() if len(named) == 1 and (words[0] in known or words[0] in SHAPES) else ""
