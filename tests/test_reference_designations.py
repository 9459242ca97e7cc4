"""Codes suggested from a designation: the equation reckoned again, what they are worth, and any text at all.

The phrases of ``trade_phrases.csv`` were written before the first term of the lexicon; those of the published
exchanges by others, for another purpose.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.codes import CATEGORIES
from eit_analysis.reference.code_origins import of_another_trade
from eit_analysis.reference.designation_families import families
from eit_analysis.reference.designation_likeness import NEXT_CODE
from eit_analysis.reference.designation_words import told
from eit_analysis.reference.designations import COLUMNS, DOUBT, MOST, suggestions
from eit_analysis.reference.uncoded import supported
from eit_analysis.study import open_study

TESTS = Path(__file__).parent
EXCHANGES = TESTS.parent.parent / "shared" / "data" / "exchanges" / "published_exchanges.csv"
LEXICON, LABELS = reference.load("waste_lexicon"), reference.load("waste_codes")
PHRASES = pd.read_csv(TESTS / "trade_phrases.csv", dtype=str, keep_default_na=False)


def test_the_lexicon_names_codes_of_the_list():
    named = LEXICON["waste_codes"].fillna("").str.split()
    assert (named.str.len() > 0).sum() >= 600
    assert set().union(*named) <= set(LABELS["waste_code"])
    assert all(len(set(codes)) == len(codes) <= MOST for codes in named)
    assert set(LEXICON["category"].dropna()) <= set(CATEGORIES)
    assert (LEXICON["category"].isna() == LEXICON["waste_codes"].isna()).all()
    words = LEXICON["term_fr"].map(told)
    assert (words != "").all()  # each term tells something, and what no other term does
    assert LEXICON.groupby(words)["waste_codes"].nunique(dropna=False).max() == 1


def by_hand(designation: str) -> dict[str, float]:
    """The equation of the module, with dictionaries and loops."""

    def letters(text: str) -> list[str]:
        return [
            padded[i : i + n]
            for padded in (f" {word} " for word in text.split())
            for n in (3, 4, 5)
            for i in range(len(padded) - n + 1)
        ]

    terms = [*LEXICON["term_fr"], *LABELS["label_fr"]]
    named = [*LEXICON["waste_codes"].fillna("").str.split(), *([code] for code in LABELS["waste_code"])]
    near = np.zeros(len(terms))
    for cut in (letters, str.split):
        pieces = [Counter(cut(told(term))) for term in terms]
        having = Counter(piece for some in pieces for piece in some)
        idf = {piece: 1 + math.log((1 + len(terms)) / (1 + n)) for piece, n in having.items()}
        unheard = max(idf.values())
        rows = [{p: n * idf.get(p, unheard) for p, n in some.items()} for some in pieces]
        mine = {p: n * idf.get(p, unheard * n**-0.5) for p, n in Counter(cut(told(designation))).items()}
        norm = math.dist([0] * len(mine), mine.values())
        for i, row in enumerate(rows):
            dot = sum(weight * mine.get(piece, 0) for piece, weight in row.items())
            near[i] += dot / norm / math.dist([0] * len(row), row.values()) / 2
    scores: dict[str, float] = {}
    for codes, value in zip(named, near, strict=True):
        for rank, code in enumerate(codes or [""]):
            scores[code] = max(scores.get(code, 0), value * (1 - NEXT_CODE * rank))
    return scores


@pytest.mark.parametrize("designation", ["Copeaux de laiton huilés", "palettes palettes xyzzy", "Boue STEP"])
def test_the_scores_are_those_of_the_equation(designation):
    expected = by_hand(designation)
    found = suggestions([designation]).set_index("waste_code")["score"]
    assert len(found) == MOST
    assert found.to_dict() == pytest.approx({code: expected[code] for code in found.index}, abs=1e-3)
    left = [value for code, value in expected.items() if code not in found.index and code]
    assert max(left) <= found.min() + 1e-3 and expected[""] < found.max()


def test_what_is_written_otherwise_is_understood_alike():
    for one, other in [
        ("Fûts métalliques vidés", "FUT METALLIQUE VIDE"),
        ("Déchets de carton, en vrac", "cartons"),
        ("Œufs cassés", "oeuf casse"),
    ]:
        alike = [suggestions([text]).drop(columns="designation") for text in (one, other)]
        pd.testing.assert_frame_equal(*alike)


def test_spelling_is_forgiven_in_the_rank_and_not_in_the_confidence():
    for typed, code in [("feraille", "200140"), ("polystirene", "150102"), ("bateries", "160601")]:
        first = suggestions([typed]).iloc[0]
        assert first["waste_code"] == code and not first["confident"]


@pytest.mark.parametrize(
    ("text", "chapters"),
    [("Fanes de tomates", {"02"}), ("Tuiles cassées", {"17"}), ("Xyzzy usées", set())],
)
def test_no_word_of_another_trade_and_no_state_brings_a_code(text, chapters):
    """Tomatoes are no automata, broken tiles no broken pallets, and what is worn is no oil for that."""
    found = suggestions([text])
    assert set(found.loc[found["score"] >= DOUBT, "waste_code"].str[:2]) == chapters


def test_a_confident_answer_knows_the_first_word_of_each_thing():
    sure = {text: suggestions([text])["confident"].any() for text in (
        "Biscuits déclassés", "Biscuits et xyzzy", "Palettes cassées", "Xyzzy de palettes cassées",
    )}  # fmt: skip
    assert list(sure.values()) == [True, False, True, False]


@pytest.mark.parametrize(
    "text", ["", "  ", "lot", "Divers", "déchets", "12 %", None, np.nan, 7, "prestation"]
)
def test_what_tells_nothing_of_a_waste_suggests_nothing(text):
    found = suggestions([text])
    assert found.columns.tolist() == COLUMNS and not found["confident"].any()
    assert len(found) == 0 or text == "12 %"


@settings(max_examples=40)
@given(st.lists(st.text(max_size=40), max_size=5))
@example(["1", "E", "e"])
def test_any_text_is_read_alone_as_among_others(texts):
    together = suggestions(texts)
    assert together["score"].between(0, 1).all()
    assert (together.groupby("designation")["score"].diff().fillna(0) <= 0).all()
    for text, rows in together.groupby("designation"):
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), suggestions([text]))


def test_hostile_texts_are_read():
    lines = (TESTS / "hostile_strings.txt").read_text(encoding="utf-8").splitlines()
    assert suggestions([*lines, "carton " * 10_000])["score"].between(0, 1).all()


def worth(phrases: pd.Series, codes: pd.Series) -> tuple[float, float, float]:
    """Share with a right code among five, share with the right chapter first, share of all whose answer is
    confident and wrong: no likely code is of a right chapter."""
    of_phrase = dict(tuple(suggestions(phrases).groupby("designation")))
    five, chapter, wrong = [], [], []
    for phrase, right in zip(phrases, codes.str.split(), strict=True):
        rows = of_phrase.get(phrase, LABELS.iloc[:0])
        chapters, told_of = {code[:2] for code in right}, rows["waste_code"].str[:2]
        sure = rows[rows["confident"] & rows["likely"]] if len(rows) else rows
        wrong.append(len(sure) > 0 and chapters.isdisjoint(sure["waste_code"].str[:2]))
        if right:
            five.append(not set(right).isdisjoint(rows["waste_code"]))
            chapter.append(set(told_of.head(1)) <= chapters and len(rows) > 0)
    return float(np.mean(five)), float(np.mean(chapter)), float(np.mean(wrong))


@pytest.mark.parametrize("half", ["first", "second"])
def test_trade_phrases(half):
    rows = PHRASES[PHRASES["half"] == half]
    assert (len(rows), (rows["codes"] == "").sum()) == (115, 15)
    five, chapter, wrong = worth(rows["phrase"], rows["codes"])
    assert five >= 0.75 and chapter >= 0.75 and wrong <= 0.03


def test_a_family_that_is_said_makes_no_phrase_mean_another_chapter():
    """Of the phrases that are not confident alone, none that its family supports is of another chapter."""
    coded = PHRASES[PHRASES["codes"] != ""].assign(code=lambda rows: rows["codes"].str.split())
    of_one = coded["code"].map(lambda codes: len({families().get(code) for code in codes}) == 1)
    coded = coded[of_one].assign(
        category=lambda rows: rows["code"].map(lambda codes: families().get(codes[0]))
    )
    coded = coded.dropna(subset="category").rename(columns={"phrase": "description"})
    sure = suggestions(coded["description"]).query("confident")["designation"]
    unsure = coded[~coded["description"].isin(sure)]
    found = supported(unsure[["category", "description"]]).query("waste_code_prefix.str.len() == 6")
    right = dict(zip(unsure["description"], unsure["code"], strict=True))
    read = found.groupby("description")["waste_code_prefix"].agg(lambda codes: {code[:2] for code in codes})
    wrong = [text for text, chapters in read.items() if not chapters & {code[:2] for code in right[text]}]
    assert len(unsure) > 45 and len(read) >= 30 and wrong == []


@pytest.mark.parametrize("wave", ["2015", "2018"])
def test_the_codes_of_the_sample_are_of_the_trade_of_their_firms(wave):
    sites = open_study("thur-doller", wave).load("sites").set_index("site_id")["naf_code"]
    flows = open_study("thur-doller", wave).load("flows").dropna(subset="waste_code")
    pairs = zip(flows["waste_code"], flows["site_id"].map(sites).fillna(""), strict=True)
    apart = [(code, naf) for code, naf in pairs if of_another_trade(code, naf)]
    assert len(flows) > 150 and apart == []


@pytest.mark.skipif(not EXCHANGES.exists(), reason="../shared/data is not beside the project")
def test_the_codes_of_published_exchanges_are_of_the_trade_of_their_giver():
    rows = pd.read_csv(EXCHANGES, dtype=str).query("code_confidence != 'guess'")
    rows = rows.dropna(subset=["waste_code_6", "donor_nace4"])
    naf = rows["donor_nace4"].str.replace(".", "")
    apart = [*map(of_another_trade, rows["waste_code_6"], naf)]
    assert len(rows) > 140 and np.mean(apart) <= 0.01


def test_a_foundry_casts_the_metals_of_its_class():
    """NAF 24.51 and 24.52 cast iron and steel, 24.53 and 24.54 light and other metals."""
    sands = ("100908", "101008")
    told = {
        naf: [of_another_trade(code, naf) for code in sands] for naf in ("2451Z", "2452Z", "2453Z", "2454Z")
    }
    assert [told[naf] for naf in sorted(told)] == [[False, True]] * 2 + [[True, False]] * 2
    # A maker of machines may cast either.
    assert not any(of_another_trade(code, "2815Z") for code in sands)


@pytest.mark.parametrize("wave", ["2015", "2018"])
def test_designations_of_the_sample(wave):
    flows = open_study("thur-doller", wave).load("flows").dropna(subset=["description", "waste_code"])
    kinds = flows.groupby("description")["waste_code"].agg(lambda codes: " ".join(set(codes)))
    five, chapter, wrong = worth(kinds.index.to_series(), kinds)
    assert len(kinds) > 50 and five >= 0.75 and chapter >= 0.75 and wrong <= 0.03


@pytest.mark.skipif(not EXCHANGES.exists(), reason="../shared/data is not beside the project")
def test_published_exchanges():
    rows = pd.read_csv(EXCHANGES, dtype=str).query("code_confidence != 'guess'")
    kinds = rows.dropna(subset=["waste_code_6"]).groupby("byproduct_fr")["waste_code_6"].agg(" ".join)
    five, chapter, wrong = worth(kinds.index.to_series(), kinds)
    assert len(kinds) > 90 and five >= 0.75 and chapter >= 0.75 and wrong <= 0.03
