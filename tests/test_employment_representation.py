"""Whom the job sheets describe: coverage and weights by hand, bounds of the ratio estimator, disclosure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from eit_analysis.config import Disclosure
from eit_analysis.employment import workforce
from eit_analysis.employment.context import representation
from eit_analysis.employment.forecast import cohort, labour_gap, territory_posts
from eit_analysis.publishing.release.disclosure import judge
from eit_analysis.reference.sizes import moments

UNTOLD = {"seniority_band": None, "diploma_level": None, "working_time": None}


def people(*rows: tuple) -> pd.DataFrame:
    """``(site, age band, people)``."""
    table = pd.DataFrame(rows, columns=["site_id", "age_band", "headcount"])
    plain = {"rome_code": "H2903", "occupation": "Usinage", "fte": 1.0, "contract": "permanent"}
    table = table.assign(**plain, planned_departures_3y=0.0, planned_hires_3y=0.0, hiring_difficulty=1.0)
    return workforce.prepare(table, 0, 0)


def sites(**headcounts: float) -> pd.DataFrame:
    return pd.DataFrame({"site_id": list(headcounts), "headcount": list(headcounts.values())})


def register(*rows: tuple) -> pd.DataFrame:
    """``(low, high, establishments)``, as the counts of INSEE give them."""
    return pd.DataFrame(rows, columns=["headcount_low", "headcount_high", "n_establishments"])


FIRMS = sites(A=60, B=100, C=80, D=30, E=200)
PEOPLE = people(
    ("A", "25-29", 20), ("A", "55-59", 10), ("B", "25-29", 30), ("B", "55-59", 20), ("C", "40-44", 40),
    ("D", "55-59", 6),
)  # fmt: skip


def posts(rows: pd.DataFrame, opened: float, register_: pd.DataFrame | None) -> pd.DataFrame:
    """Of people of one occupation who open so many posts in every draw."""
    steps = {"retirements": np.full((400, 1), opened), "quits": np.zeros((400, 1))}
    simulation = cohort.Simulation("plans", ["Usinage"], 2018, rows, rows, *[np.zeros((1, 1, 1))] * 6)
    known = pd.DataFrame({"occupation": ["Usinage"]})
    gap = labour_gap.Gap(simulation, steps, {}, known, np.ones(1, bool), np.ones(1))
    table = territory_posts.territory_posts(gap, FIRMS, register_, seed=1)
    table.check("essai")
    return table.frame.set_index("account_step")


def test_posts_are_those_of_whom_the_firms_stand_for() -> None:
    """120 people of firms of 50 and more stand for those of the register there, six others for themselves."""
    whole = register((50, 99, 8), (20, 49, 10))
    jobs = representation.coverage(PEOPLE, FIRMS, whole).frame.set_index("job_size_class").loc["50+"]
    found = posts(PEOPLE, 63.0, whole)
    assert found.index.tolist() == ["openings", "retirements", "quits"]
    # Every person opens half a post: no firm differs from another, and sizes alone leave something open.
    people = jobs["frame_jobs"] + 6
    assert found.loc["openings", "territory_people"] == pytest.approx(people / 2, rel=0.01)
    half = 1.2816 * (jobs["frame_jobs_high"] - jobs["frame_jobs"]) / 1.96 / 2
    low, high = found.loc["openings", ["territory_people_low80", "territory_people_high80"]]
    assert [low, high] == pytest.approx([people / 2 - half, people / 2 + half], abs=0.15 * half)
    assert found.loc["quits"].eq(0).all()
    pd.testing.assert_frame_equal(found, posts(PEOPLE.sample(frac=1, random_state=1), 63.0, whole))
    for nobody, known in ((PEOPLE, None), (PEOPLE.head(0), None), (PEOPLE.head(0), whole)):
        assert posts(nobody, 63.0, known).empty
        assert representation.weighted_ages(nobody, FIRMS, known).frame.empty


def test_the_register_says_of_which_years_its_headcounts_are() -> None:
    whole, where = register((50, 99, 8), (20, 49, 10)), "au répertoire du territoire"
    assert [representation.base(table) for table in (None, whole)] == [where, where]
    for years, said in (({"year": 2016}, "2016"), ({"headcount_year": [2018, 2016]}, "2016 à 2018")):
        assert representation.base(whole.assign(**years)) == f"{where} (effectifs de {said})"
    assert representation.base(whole.assign(headcount_year=[2018, None])) == f"{where} (effectifs de 2018)"


def by_hand(low: int, high: int) -> tuple[float, float]:
    """Mean and variance of whole headcounts x of which P(size >= x) = 1 / x, within a class."""
    x = np.arange(low, high + 1)
    chances = 1 / x - 1 / (x + 1)
    mean = np.average(x, weights=chances)
    return mean, np.average((x - mean) ** 2, weights=chances)


@pytest.mark.parametrize("size_class", [(1, 1), (1, 2), (10, 19), (20, 49), (2000, 4999)])
def test_the_mean_of_a_class_is_that_of_whole_people(size_class: tuple[int, int]) -> None:
    """Of one person alone it is 1: as if people came in parts, 1.39, and 3.6 % too much for 10 to 19."""
    (mean,), (variance,) = moments(*(pd.Series([float(end)]) for end in size_class))
    assert (mean, variance) == pytest.approx(by_hand(*size_class), abs=1e-6)


def test_people_described_are_said_beside_those_declared_and_the_territory() -> None:
    table = representation.coverage(PEOPLE, FIRMS, register((50, 99, 4), (20, 49, 10)))
    table.check("essai")
    rows = table.frame.set_index("job_size_class")
    assert list(rows.index) == ["50+", "none", "Total"]  # of 10 to 49, only D answers: it speaks for nobody
    assert rows.loc["Total", ["n_sites", "headcount", "declared_headcount"]].tolist() == [5, 126, 470]
    assert rows.loc["Total", "described_percent"] == pytest.approx(100 * 126 / 470)
    mean = 4 * by_hand(50, 99)[0]
    assert rows.loc["50+", "frame_jobs"] == pytest.approx(mean)
    assert rows.loc["50+", "territory_percent"] == pytest.approx(100 * 120 / mean)
    assert rows.loc["Total", "n_establishments"] == 14 and np.isnan(rows.loc["none", "frame_jobs"])
    low, high = rows.loc["50+", ["frame_jobs_low", "frame_jobs_high"]]
    _, variance = by_hand(50, 99)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(4 * variance))


def test_without_a_register_what_is_described_is_still_said() -> None:
    rows = representation.coverage(PEOPLE, FIRMS, None).frame
    assert rows["declared_headcount"].iloc[-1] == 470 and rows["frame_jobs"].isna().all()
    assert representation.weighted_ages(PEOPLE, FIRMS, None).frame.empty
    assert representation.coverage(PEOPLE.head(0), FIRMS.head(0), None).frame["headcount"].tolist() == []


def test_a_class_of_few_firms_joins_the_next_smaller_one() -> None:
    of = representation.classes
    assert of(PEOPLE, FIRMS) == {"250+": "50+", "50-249": "50+"}
    large = sites(A=300, B=300, C=300, D=60, E=5, F=20, G=20, H=3)
    everyone = people(*[(site, "25-29", 1) for site in large["site_id"]])
    assert of(everyone, large) == {"250+": "250+", "50-249": "10-249", "10-49": "10-249"}
    assert of(everyone, sites(A=5, B=6, C=np.nan)) == {}


def test_weights_and_bounds_by_hand() -> None:
    """Three firms of 30, 50 and 40 people stand for N: w = N / 120, and D for itself."""
    table = representation.weighted_ages(PEOPLE, FIRMS, register((50, 99, 4)))
    table.check("essai")
    rows = table.frame.set_index("age_group")
    jobs = 4 * by_hand(50, 99)[0]
    w, whole = jobs / 120, jobs + 6
    assert rows.loc["55 ans et plus", "represented_people"] == pytest.approx(30 * w + 6)
    p, share = 30 / 120, (30 * w + 6) / whole
    squares = sum(((y - p * x) / (1 - x / 120)) ** 2 for y, x in ((10, 30), (20, 50), (0, 40)))
    half = student.ppf(0.975, 2) * np.sqrt((w / whole) ** 2 * (1 - 1 / w) * squares * 3 / 2)
    expected = [100 * share, 100 * max(share - half, 0), 100 * min(share + half, 1)]
    assert rows.loc["55 ans et plus", representation.SHARE].tolist() == pytest.approx(expected)
    assert rows["represented_share_percent"].sum() == pytest.approx(100)


def test_everybody_asked_leaves_no_chance() -> None:
    """As many people as the register has: each stands for itself, and the interval is a point."""
    rows = representation.weighted_ages(PEOPLE, FIRMS, register((50, 99, 1))).frame
    assert rows["represented_people"].tolist() == rows["headcount"].tolist()
    for end in ("low", "high"):
        assert rows[f"represented_share_{end}_percent"].tolist() == pytest.approx(
            rows["represented_share_percent"].tolist()
        )


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(len(PEOPLE))), st.permutations(range(len(FIRMS))))
def test_the_order_of_rows_changes_nothing(rows: list[int], firms: list[int]) -> None:
    table = register((50, 99, 7), (20, 49, 3))
    for reckon in (representation.coverage, representation.weighted_ages):
        moved = reckon(PEOPLE.iloc[rows], FIRMS.iloc[firms], table).frame
        pd.testing.assert_frame_equal(moved, reckon(PEOPLE, FIRMS, table).frame)


def described(*rows: tuple[str, float, str | None]) -> pd.DataFrame:
    """``(site, people, sex)``."""
    table = people(*[(site, "25-29", heads) for site, heads, _ in rows])
    return table.assign(**UNTOLD, sex=[sex for _, _, sex in rows])


def test_a_trait_is_told_of_those_of_whom_it_was_answered() -> None:
    rows = described(("A", 6, "women"), ("B", 9, "men"), ("C", 5, None), ("C", 5, "women"))
    table = workforce.described(rows)
    table.check("essai")
    assert table.frame[["trait_answer", "headcount", "share_percent"]].to_numpy().tolist() == [
        ["women", 11, 55], ["men", 9, 45],
    ]  # fmt: skip
    before = rows.drop(columns=[*UNTOLD, "sex"])  # cleaned before the form asked
    assert workforce.described(before).frame.empty
    assert workforce.described(rows.assign(sex=None)).frame.empty


@pytest.mark.parametrize(
    "women",
    [
        [("A", 1), ("B", 1), ("C", 1)],  # three people in three firms
        [("A", 30), ("B", 30)],  # two firms
        [("A", 97), ("B", 1), ("C", 2)],  # a firm that makes nearly all
        [("A", 20), ("B", 1), ("C", 1)],  # A and the others would know of each other
    ],
)
def test_no_person_and_no_firm_is_told_by_a_trait(women: list[tuple[str, int]]) -> None:
    men = [(site, 40.0, "men") for site in "ABCD"]
    table = workforce.described(described(*[(site, heads, "women") for site, heads in women], *men))
    cells, *_ = judge(table, Disclosure())
    by_answer = dict(zip(table.frame["trait_answer"], cells, strict=True))
    assert by_answer["women"].sensitive and not by_answer["men"].sensitive


def test_weights_take_away_the_bias_of_who_answers_and_the_interval_holds() -> None:
    """Of 25 territories where small firms, older and rarely answering, are half of the jobs."""
    random = np.random.default_rng(7)
    low, high = np.array([10, 20, 50, 100, 200]), np.array([19, 49, 99, 199, 249])
    inside, plain, weighted = [], [], []
    for _ in range(25):
        size = np.concatenate([random.integers(10, 50, 49), random.integers(50, 250, 19)])
        share = random.beta(
            *(np.where(size < 50, own, other) for own, other in ((3.75, 2.25), (11.25, 12.75)))
        )
        old = random.binomial(size, share)
        asked = np.concatenate([random.permutation(49)[:7], 49 + random.permutation(19)[:12]])
        firms = pd.DataFrame({"site_id": asked.astype(str), "headcount": size[asked].astype(float)})
        ages = {"55-59": old[asked], "40-44": (size - old)[asked]}
        rows = [firms.assign(age_group=workforce.AGE_GROUPS[a], headcount=n) for a, n in ages.items()]
        counts = ((size >= low[:, None]) & (size <= high[:, None])).sum(axis=1)
        table = register(*zip(low, high, counts, strict=True))
        ages = representation.weighted_ages(pd.concat(rows), firms, table).frame.set_index("age_group")
        told, truth = ages.loc["55 ans et plus", representation.SHARE], 100 * old.sum() / size.sum()
        inside.append(told.iloc[1] <= truth <= told.iloc[2])
        weighted.append(told.iloc[0] - truth)
        plain.append(100 * old[asked].sum() / size[asked].sum() - truth)
    assert np.mean(plain) < -1.5 and abs(np.mean(weighted)) < 1
    assert np.mean(inside) >= 0.84
