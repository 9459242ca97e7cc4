"""Shared jobs: exact on every small case, and never an hour used twice."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.employment.skills.shared_jobs import (
    FULL_TIME_H_PER_MONTH,
    POST_COLUMNS,
    UNMET_COLUMNS,
    SharedJobs,
    by_occupation,
    monthly_needs,
    sentence,
    share_jobs,
)
from eit_analysis.publishing import wording
from eit_analysis.reference.distance import road_km

YEAR = tuple(range(1, 13))
RULES = {"radius_km": 20.0, "detour_factor": 1.3}
DEGREE_KM = 111.195  # of latitude


def sites(*km: float) -> pd.DataFrame:
    """Sites A, B, C… on one meridian, at so many km of road from the first."""
    names = [chr(ord("A") + i) for i in range(len(km))]
    latitude = [47.0 + x / 1.3 / DEGREE_KM for x in km]
    return pd.DataFrame({"site_id": names, "latitude": latitude, "longitude": 7.0})


def needs(*rows: tuple) -> pd.DataFrame:
    """Rows (site, hours a month[, months[, occupation]])."""
    tidy = [
        (row[0], row[3] if len(row) > 3 else "HSE", "skill", month, row[1])
        for row in rows
        for month in (row[2] if len(row) > 2 else YEAR)
    ]
    return pd.DataFrame(tidy, columns=["site_id", "occupation", "skill", "month", "hours"])


def members(plan: SharedJobs) -> list[set[str]]:
    return [set(rows["site_id"]) for _, rows in plan.posts.groupby("post_id")]


def test_three_part_times_make_a_post() -> None:
    """50 + 40 + 45 = 135 h, 89 % of 151.67; the fourth firm is left without a partner."""
    found = share_jobs(needs(("A", 50.0), ("B", 40.0), ("C", 45.0), ("D", 30.0)), sites(0, 5, 8, 60), **RULES)
    assert members(found) == [{"A", "B", "C"}]
    assert found.placed_h_per_year == pytest.approx(12 * 135)
    assert found.posts["post_share_percent"].tolist() == pytest.approx([100 * 135 / 151.67] * 3)
    assert found.posts["post_span_km"].tolist() == pytest.approx([8.0] * 3, abs=0.01)
    assert found.unmet[["site_id", "unmet_reason"]].to_numpy().tolist() == [["D", "no_neighbour"]]
    assert list(found.posts) == POST_COLUMNS
    assert list(found.unmet) == UNMET_COLUMNS


def test_full_time_is_the_legal_one() -> None:
    """35 h a week, 52 weeks, 12 months; a need of 151.67 h fills a post alone, 151.68 h is more than one."""
    assert pytest.approx(35 * 52 / 12, abs=0.005) == FULL_TIME_H_PER_MONTH
    found = share_jobs(needs(("A", 151.67), ("B", 151.68)), sites(0, 1), **RULES)
    assert found.unmet["unmet_reason"].tolist() == ["own_post", "over_full_time"]


def test_seasons_that_complete_each_other_make_a_post() -> None:
    """Winter at one firm, summer at the other: full all year. Both in winter are too much."""
    winter, summer = (1, 2, 3, 10, 11, 12), (4, 5, 6, 7, 8, 9)
    found = share_jobs(needs(("A", 140.0, winter), ("B", 130.0, summer)), sites(0, 5), **RULES)
    assert found.posts[["post_months", "hours_per_month"]].to_numpy().tolist() == [[12, 70.0], [12, 65.0]]
    assert found.posts["post_share_percent"].iloc[0] == pytest.approx(100 * 130 / FULL_TIME_H_PER_MONTH)
    assert share_jobs(needs(("A", 140.0, winter), ("B", 130.0, winter)), sites(0, 5), **RULES).posts.empty
    # A month at half time is no post, however full the others are.
    gap = share_jobs(
        needs(("A", 140.0, winter), ("B", 130.0, summer[1:]), ("B", 60.0, (4,))), sites(0, 5), **RULES
    )
    assert gap.posts.empty


def test_each_reason() -> None:
    rows = needs(
        ("A", 160.0), ("B", 130.0), ("C", 60.0), ("D", 60.0), ("E", 65.0), ("F", 10.0, YEAR, "IT"),
        ("G", 20.0, YEAR, "IT"), ("H", 50.0),
    )  # fmt: skip
    places = sites(0, 1, 2, 3, 4, 5, 6, 7)
    places.loc[places["site_id"] == "H", "latitude"] = np.nan
    found = share_jobs(rows, places, **RULES, maximum_sites=2)
    why = found.unmet.set_index("site_id")["unmet_reason"].to_dict()
    assert members(found) == [{"C", "E"}] or members(found) == [{"D", "E"}]
    left = ({"C", "D"} - members(found)[0]).pop()
    assert why == {
        "A": "over_full_time", "B": "own_post", left: "better_plan", "F": "no_sum", "G": "no_sum",
        "H": "no_position",
    }  # fmt: skip
    labels = reference.load("labels")
    assert set(why.values()) | {"no_neighbour"} <= set(labels.loc[labels["column"] == "unmet_reason", "code"])


def test_most_posts_among_those_that_place_as_many_hours() -> None:
    """Twelve firms of 37 h at 45 % of full time: by two, three or four all hours fit; six pairs are kept."""
    firms = [chr(ord("A") + i) for i in range(12)]
    found = share_jobs(needs(*((f, 37.0) for f in firms)), sites(*range(12)), **RULES, minimum_share=0.45)
    assert [len(m) for m in members(found)] == [2] * 6


def test_all_members_are_within_reach_of_one_another() -> None:
    """B and C are both 15 km from A and 30 km apart: no post of the three, and none that counts one twice."""
    found = share_jobs(needs(("A", 45.0), ("B", 45.0), ("C", 45.0)), sites(15, 0, 30), **RULES)
    assert found.posts.empty
    assert found.unmet["unmet_reason"].tolist() == ["no_sum"] * 3
    nearer = share_jobs(needs(("A", 45.0), ("B", 45.0), ("C", 45.0)), sites(10, 0, 19), **RULES)
    assert members(nearer) == [{"A", "B", "C"}]


hours = st.sampled_from([0.0, 15.0, 30.0, 40.0, 55.5, 70.0, 90.0, 125.0, 160.0])
cases = st.lists(
    st.tuples(st.floats(0, 30), hours, hours, st.sampled_from(["HSE", "IT"])), min_size=1, max_size=7
)


def tidy(case: list[tuple]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A case as needs of two halves of the year and as sites."""
    rows = [
        (chr(ord("A") + i), part, half, trade)
        for i, (_, first, second, trade) in enumerate(case)
        for part, half in ((first, YEAR[:6]), (second, YEAR[6:]))
    ]
    return needs(*rows), sites(*(place for place, *_ in case))


def brute_force(
    table: pd.DataFrame, places: pd.DataFrame, least_share: float, most_sites: int
) -> tuple[float, int]:
    """Most hours a year that disjoint posts can place, then most posts, by recursion over every set."""
    km = road_km(places, RULES["detour_factor"])
    at = {name: i for i, name in enumerate(places["site_id"])}
    low, high = least_share * FULL_TIME_H_PER_MONTH, FULL_TIME_H_PER_MONTH
    hours, number = 0.0, 0
    for _, rows in table[table["hours"] > 0].groupby("occupation"):
        grid = rows.pivot_table(index="site_id", columns="month", values="hours", aggfunc="sum", fill_value=0)
        posts = []
        for size in range(2, most_sites + 1):
            for group in itertools.combinations(grid.index, size):
                load = grid.loc[list(group)].sum()
                works = load[load > 0]
                near = all(
                    km[at[a], at[b]] <= RULES["radius_km"] for a, b in itertools.combinations(group, 2)
                )
                if near and (works >= low - 1e-9).all() and (works <= high + 1e-9).all():
                    posts.append((frozenset(group), load.sum()))

        def best(free: frozenset[str], posts: list = posts) -> tuple[float, int]:
            plans = ((worth, best(free - group)) for group, worth in posts if group <= free)
            return max(((worth + more, 1 + count) for worth, (more, count) in plans), default=(0.0, 0))

        placed, count = best(frozenset(grid.index))
        hours, number = hours + placed, number + count
    return hours, number


@settings(max_examples=50)
@given(cases, st.sampled_from([0.5, 0.8, 1.0]), st.sampled_from([2, 3, 4]))
def test_equal_to_brute_force_and_lawful(case, least_share, most_sites) -> None:
    table, places = tidy(case)
    found = share_jobs(table, places, **RULES, minimum_share=least_share, maximum_sites=most_sites)
    most_h, most_posts = brute_force(table, places, least_share, most_sites)
    assert found.placed_h_per_year == pytest.approx(most_h)
    assert found.posts["post_id"].nunique() == most_posts
    assert (found.status, found.bound_h_per_year) == ("optimal", pytest.approx(found.placed_h_per_year))
    # Each need is in one post or in the unmet, never in both or twice.
    keys = ["occupation", "site_id"]
    asked = table[table["hours"] > 0][keys].drop_duplicates()
    placed = pd.concat([found.posts[keys], found.unmet[keys]])
    assert sorted(map(tuple, placed.to_numpy())) == sorted(map(tuple, asked.to_numpy()))
    km = pd.DataFrame(road_km(places, 1.3), index=places["site_id"], columns=places["site_id"])
    for _, post in found.posts.groupby("post_id"):
        inside = table.merge(post[keys], on=keys)
        load = inside.groupby("month")["hours"].sum()
        load = load[load > 0]
        assert load.min() >= least_share * FULL_TIME_H_PER_MONTH - 1e-6
        assert load.max() <= FULL_TIME_H_PER_MONTH + 1e-6
        assert km.loc[post["site_id"], post["site_id"]].to_numpy().max() <= 20.0
        assert 2 <= len(post) <= most_sites
        assert post["occupation"].nunique() == 1
        assert (post["hours_per_month"].sum() * len(load)) == pytest.approx(load.sum())


@settings(max_examples=25)
@given(cases, st.randoms())
def test_order_of_rows_changes_nothing_and_a_firm_more_never_lowers(case, random) -> None:
    table, places = tidy(case)
    found = share_jobs(table, places, **RULES)
    order = list(range(len(table)))
    random.shuffle(order)
    again = share_jobs(table.iloc[order], places.iloc[::-1], **RULES)
    pd.testing.assert_frame_equal(found.posts, again.posts)
    pd.testing.assert_frame_equal(found.unmet, again.unmet)
    fewer = share_jobs(table[table["site_id"] != "A"], places, **RULES)
    assert fewer.placed_h_per_year <= found.placed_h_per_year + 1e-6


def test_too_many_needs_to_try_every_set_says_so() -> None:
    """Firms of 70 h in one place, parted into areas: one is left, and the words give the gap."""
    names = [f"S{i:02d}" for i in range(31)]
    rows = needs(*((name, 70.0) for name in names))
    places = pd.DataFrame({"site_id": names, "latitude": 47.0, "longitude": 7.0})
    found = share_jobs(rows, places, **RULES)
    assert found.status == "areas"
    assert found.placed_h_per_year <= found.bound_h_per_year <= found.wanted_h_per_year
    assert found.placed_h_per_year == 30 * 70 * 12
    assert re.search(r"les heures réunies sont au plus 3,23\u00a0% sous le maximum possible", sentence(found))
    none = share_jobs(needs(*((name, 40.0) for name in names)), places, **RULES)
    assert (none.status, len(none.posts)) == ("areas", 0)
    assert "voisines, et aucun poste n'a été trouvé." in sentence(none)


def test_two_valleys_are_each_tried_whole() -> None:
    """Thirteen firms of 35 h here, thirteen far away: three posts of four each, no plan does better."""
    names = [f"S{i:02d}" for i in range(26)]
    places = pd.DataFrame({"site_id": names, "latitude": [45.0, 48.0] * 13, "longitude": 7.0})
    found = share_jobs(needs(*((name, 35.0) for name in names)), places, **RULES)
    assert (found.status, found.bound_h_per_year) == ("optimal", pytest.approx(6 * 4 * 35 * 12))
    assert found.placed_h_per_year == pytest.approx(found.bound_h_per_year)
    # Twenty-six firms of which no two are neighbours: nothing is possible, and that is said.
    apart = share_jobs(
        needs(*((name, 35.0) for name in names)), places.assign(latitude=range(15, 41)), **RULES
    )
    assert (apart.status, apart.bound_h_per_year) == ("optimal", 0.0)
    assert sentence(apart).startswith("Aucun poste n'est possible")


def test_a_search_cut_short_says_so() -> None:
    rows = needs(*((name, 37.0) for name in "ABCDEFGH"))
    found = share_jobs(rows, sites(*range(8)), node_limit=0, **RULES)
    assert found.status == "node_limit"
    assert found.placed_h_per_year <= found.bound_h_per_year <= found.wanted_h_per_year
    assert "arrêtée avant la fin" in sentence(found)
    sure = replace(found, placed_h_per_year=found.bound_h_per_year)
    assert sentence(sure).startswith("Aucun autre partage ne place davantage")


def test_questionnaire_needs_hold_all_year_and_unknown_codes_keep_their_own() -> None:
    declared = pd.DataFrame(
        [
            ("A", "Souder", "H2913", 20.0),
            ("A", "Lire", None, 5.0),
            ("B", "Souder", "X", np.nan),
            ("B", "x", "X", 0.0),
        ],
        columns=["site_id", "skill", "rome_code", "shared_need_h_per_month"],
    )
    table = monthly_needs(declared, {"H2913": "Soudage"})
    assert table.groupby("occupation")["hours"].sum().to_dict() == {"Soudage": 240, "Lire": 60}
    unnamed = monthly_needs(declared.assign(shared_need_h_per_month=1.0), {})
    assert "industrie (ROME H2913)" in set(unnamed["occupation"])


def test_hours_and_posts_by_occupation_without_the_hours_of_one_post() -> None:
    rows = pd.concat(
        [
            needs(("A", 70.0), ("B", 60.0), ("C", 20.0)),
            needs(("A", 5.0)).assign(occupation="Autre"),
        ],
        ignore_index=True,
    )
    found = share_jobs(rows, sites(0, 1, 2), **RULES)
    table = by_occupation(rows, found).frame
    assert table["wanted_h_per_year"].tolist() == [1800.0, 60.0]
    assert table["n_posts"].tolist() == [1, 0]
    assert list(table) == ["occupation", "wanted_h_per_year", "n_posts"]
    assert by_occupation(rows.head(0), share_jobs(rows.head(0), sites(0), **RULES)).frame.empty


def test_nothing_to_share_is_said() -> None:
    found = share_jobs(needs().astype({"hours": float}), sites(0), **RULES)
    assert (found.posts.empty, found.unmet.empty, found.status) == (True, True, "optimal")
    assert sentence(found).startswith("Aucune entreprise n'a déclaré")
    alone = share_jobs(needs(("A", 40.0)), sites(0), **RULES)
    assert sentence(alone).startswith("Aucun poste n'est possible")


def test_what_a_firm_declared_is_listed_to_nobody_else() -> None:
    """A share of full time tells the hours, and a post of two those of the other: both are confidential."""
    found = share_jobs(needs(("A", 75.0), ("B", 70.0), ("C", 20.0)), sites(0, 5, 8), **RULES)
    assert found.posts["members"].tolist() == ["A B"] * 2
    told = ("hours_per_month", "share_of_full_time_percent", "post_share_percent", "unmet_reason")
    assert {wording.heading(column).sensitivity for column in told} == {"confidential"}
    assert not re.search(r"\d", sentence(found))


@pytest.mark.parametrize(
    ("change", "rules"),
    [({"hours": -1.0}, {}), ({"hours": np.inf}, {}), ({"hours": np.nan}, {}), ({"month": 13}, {}),
     ({}, {"minimum_share": 0.0}), ({}, {"minimum_share": 1.1}), ({}, {"maximum_sites": 1}),
     ({}, {"maximum_sites": 7})],
)  # fmt: skip
def test_hostile_input_is_refused(change, rules) -> None:
    with pytest.raises(ValueError, match=r"must be|in \]0"):
        share_jobs(needs(("A", 40.0)).assign(**change), sites(0), **RULES, **rules)


@pytest.mark.parametrize("column", sorted({*POST_COLUMNS, *UNMET_COLUMNS}))
def test_every_column_is_named(column) -> None:
    assert wording.heading(column).header != column
