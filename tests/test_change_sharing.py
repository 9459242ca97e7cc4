"""Sharings of what a group saves: published games, the laws that define each rule, and hostile games."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.change.nucleolus import complaint, core_is_empty, in_core, nucleolus
from eit_analysis.change.shapley import sampled, shapley
from eit_analysis.change.sharing import (
    SHARE_COLUMNS,
    best_part,
    of_lines,
    of_members,
    shares,
    to_a_hundred,
    told,
)
from eit_analysis.publishing import wording


def game(n, worth):
    """2^n values from a function of the tuple of members."""
    return np.array([worth([i for i in range(n) if s >> i & 1]) if s else 0.0 for s in range(1 << n)], float)


def by_size(values):
    """From the order of textbooks: v(1), v(2), …, v(12), v(13), …, v(N)."""
    n = (len(values) + 1).bit_length() - 1
    sets = [one for size in range(1, n + 1) for one in combinations(range(n), size)]
    worth = dict(zip(sets, values, strict=True))
    return game(n, lambda s: worth[tuple(s)])


def bankruptcy(estate, claims):
    """O'Neill 1982: what the others' claims leave of the estate."""
    return game(len(claims), lambda s: max(0.0, estate - sum(claims) + sum(claims[i] for i in s)))


def airport(costs):
    """Savings of those who share a runway as long as the longest needs (Littlechild and Owen 1973)."""
    return game(len(costs), lambda s: sum(costs[i] for i in s) - max(costs[i] for i in s))


def airport_shapley(costs):
    """Littlechild and Owen 1973: each stretch is paid in equal parts by those who need it."""
    steps, n = np.diff(costs, prepend=0.0), len(costs)
    return np.cumsum(steps / np.arange(n, 0, -1))


def airport_nucleolus(costs):
    """Littlechild 1974, costs in ascending order."""
    n, paid = len(costs), []
    for i in range(n - 1):
        paid.append(min((costs[r] - sum(paid)) / (r - i + 2) for r in range(i, n - 1)))
    return np.array([*paid, costs[-1] - sum(paid)])


GLOVES = game(3, lambda s: float(min(s.count(0), len(s) - s.count(0))))  # one left, two right
MAJORITY = game(3, lambda s: float(len(s) >= 2))
# Capital cost of a runway for eleven types of aircraft, Birmingham (Littlechild and Thompson 1977).
RUNWAYS = [65899, 76725, 95200, 97200, 97436, 98142, 102496, 104849, 113322, 115440, 117676]


@pytest.mark.parametrize(
    ("estate", "shared"), [(100, (100 / 3,) * 3), (200, (50, 75, 75)), (300, (50, 100, 150))]
)
def test_the_nucleolus_divides_the_talmuds_estates(estate, shared):
    """Aumann and Maschler 1985: claims of 100, 200 and 300."""
    assert nucleolus(bankruptcy(estate, (100, 200, 300))) == pytest.approx(shared)


@pytest.mark.parametrize("costs", [RUNWAYS, [1, 3, 7, 10], [4, 4, 4, 9], [0, 5, 5, 6, 6, 30]])
def test_an_airport_is_shared_as_in_closed_form(costs):
    values, costs = airport(costs), np.array(costs, float)
    assert costs - shapley(values) == pytest.approx(airport_shapley(costs))
    assert costs - nucleolus(values) == pytest.approx(airport_nucleolus(costs))
    assert in_core(values, shapley(values)) and in_core(values, nucleolus(values))


def test_the_airport_of_four_types_of_aircraft():
    """The worked example of Wikipedia, « Airport problem », after Littlechild and Owen 1973."""
    costs = np.array([8.0, 11, 13, 18])
    assert costs - shapley(airport(costs)) == pytest.approx([2, 3, 4, 9])


def test_insurers_of_lemaire():
    """Lemaire 1991: three companies, gains of 90,000; the Shapley value is not in the middle of the core."""
    values = by_size([46125, 17437.5, 5812.5, 69187.5, 53812.5, 30750, 90000])
    assert shapley(values) == pytest.approx([51750, 25875, 12375])
    assert nucleolus(values) == pytest.approx([52687.5, 24468.75, 12843.75])


def test_a_game_of_four_and_one_of_three_with_degenerate_programmes():
    four = by_size([0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21])  # Staudacher, R package CoopGame
    assert nucleolus(four) == pytest.approx([3.5, 4.5, 5.5, 7.5])
    three = by_size([-1, 0, 1, 3, 4, 2, 5])  # Ferguson, Game Theory (UCLA), part IV
    assert nucleolus(three) == pytest.approx([8 / 3, 2 / 3, 5 / 3])


def test_the_security_council_of_1954():
    """Shapley and Shubik 1954: five permanent members of eleven have 76/77 of the power."""
    council = game(11, lambda s: float(len(s) >= 7 and set(range(5)) <= set(s)))
    assert shapley(council)[:5].sum() == pytest.approx(76 / 77)
    assert nucleolus(council) == pytest.approx([0.2] * 5 + [0] * 6)


def test_gloves_unanimity_and_an_empty_core():
    assert shapley(GLOVES) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert nucleolus(GLOVES) == pytest.approx([1, 0, 0])
    assert not core_is_empty(GLOVES) and not in_core(GLOVES, shapley(GLOVES))
    assert complaint(GLOVES, shapley(GLOVES)) == pytest.approx(1 / 6)
    four = game(4, lambda s: float({0, 2} <= set(s)))
    assert shapley(four) == pytest.approx([0.5, 0, 0.5, 0]) == nucleolus(four)
    assert core_is_empty(MAJORITY) and nucleolus(MAJORITY) == pytest.approx([1 / 3] * 3)
    assert not in_core(MAJORITY, nucleolus(MAJORITY))


def test_nobody_pays_to_be_in_a_group_that_a_part_of_it_beats():
    # Two save 10 without the third, 2 with it: a complaint of 8 is the least that shares above zero leave.
    values = by_size([0, 0, 0, 10, 0, 0, 2])
    assert nucleolus(values) == pytest.approx([1, 1, 0]) and core_is_empty(values)


@st.composite
def games(draw, most=5, monotone=True):
    n = draw(st.integers(2, most))
    values = np.array(draw(st.lists(st.integers(0, 40), min_size=1 << n, max_size=1 << n)), float)
    values[0] = 0
    values[1 << np.arange(n)] = 0
    for s in range(1, 1 << n) if monotone else ():
        values[s] = max(values[s], *(values[s & ~(1 << i)] for i in range(n)))
    return values


@given(games(monotone=False), st.randoms())
def test_shapley_is_efficient_additive_and_blind_to_names(values, random):
    n = len(values).bit_length() - 1
    fair = shapley(values)
    assert fair.sum() == pytest.approx(values[-1])
    other = np.array([random.random() for _ in values])
    other[0] = 0
    assert shapley(values + other) == pytest.approx(fair + shapley(other))
    order = random.sample(range(n), n)
    renamed = [sum(1 << order[i] for i in range(n) if s >> i & 1) for s in range(1 << n)]
    assert shapley(values[renamed]) == pytest.approx(fair[order])


@given(games())
def test_whoever_adds_nothing_gets_nothing_and_equals_get_as_much(values):
    n, dummy = len(values).bit_length() - 1, np.concatenate([values, values])
    assert shapley(dummy) == pytest.approx([*shapley(values), 0])
    twins = game(
        n + 1, lambda s: values[sum(1 << min(i, n - 1) for i in set(s) - ({n} if n - 1 in s else set()))]
    )
    for rule in (shapley, nucleolus):
        assert rule(twins)[-1] == pytest.approx(rule(twins)[-2], abs=1e-6)
    if not core_is_empty(values):
        assert nucleolus(dummy)[-1] == pytest.approx(0, abs=1e-6)


@given(games(), st.integers(0, 2**32))
@settings(max_examples=60)
def test_no_sharing_beats_the_nucleolus_complaint_by_complaint(values, seed):
    n = len(values).bit_length() - 1
    found, rng = nucleolus(values), np.random.default_rng(seed)
    assert found.sum() == pytest.approx(values[-1]) and (found >= -1e-6).all()
    assert core_is_empty(values) != in_core(values, found)
    inside = (np.arange(1, (1 << n) - 1)[:, None] >> np.arange(n) & 1).astype(float)

    def complaints(x):
        return np.sort(values[1:-1] - inside @ x)[::-1]

    best, scale = complaints(found), 1e-6 * max(values.max(), 1)
    near = found + rng.normal(scale=values[-1] * 0.02 + 1e-3, size=(20, n))
    for x in (*rng.dirichlet(np.ones(n), 20) * values[-1], *np.maximum(near, 0)):
        x = x * values[-1] / x.sum() if x.sum() else x
        apart = np.flatnonzero(np.abs(complaints(x) - best) > 50 * scale)
        if len(apart):
            assert complaints(x)[apart[0]] > best[apart[0]] - scale


def test_the_nucleolus_of_a_convex_game_of_twelve():
    # Symmetric but for one who brings twice as much: a known answer by symmetry and additivity.
    values = game(12, lambda s: float(len(s) ** 2 + 10 * (0 in s)))
    found = nucleolus(values)
    assert found.sum() == pytest.approx(154) and found[1:] == pytest.approx([found[1]] * 11)
    assert in_core(values, found)


@pytest.mark.parametrize("seed", range(5))
def test_sampled_shares_are_within_their_error_of_the_exact_ones(seed):
    values = airport(RUNWAYS)
    estimate = sampled(values.__getitem__, 11, 300, seed)
    assert estimate.share.sum() == pytest.approx(values[-1])
    assert (np.abs(estimate.share - shapley(values)) < 4 * estimate.error).all()


def test_the_error_falls_as_draws_grow_and_a_seed_repeats():
    costs = np.sort(np.random.default_rng(3).uniform(1, 9, 20))

    def value(number):
        inside = costs[(number >> np.arange(20) & 1) == 1]
        return inside.sum() - inside.max(initial=0)

    few, many = sampled(value, 20, 50), sampled(value, 20, 800)
    assert many.error.mean() == pytest.approx(few.error.mean() / 4, rel=0.2)
    assert (np.abs(costs - many.share - airport_shapley(costs)) < 4 * many.error).all()
    assert np.array_equal(few.share, sampled(value, 20, 50).share)
    assert not np.array_equal(few.share, sampled(value, 20, 50, seed=2).share)


def test_the_table_of_a_group_tells_each_share_and_why():
    # A fills the load: nothing without it. B and C are alike; D is of no use.
    values = game(4, lambda s: 60.0 * (0 in s) * ((1 in s) + (2 in s)))
    table, state = shares(list("ABCD"), values)
    assert list(table) == SHARE_COLUMNS and list(table["site_id"]) == list("ABCD")
    assert list(table["marginal_eur_per_year"]) == [120, 60, 60, 0]
    assert list(table["shapley_share_eur_per_year"]) == pytest.approx([60, 30, 30, 0])
    assert list(table["nucleolus_share_eur_per_year"]) == pytest.approx([60, 30, 30, 0])
    assert list(table["contribution_share_eur_per_year"]) == pytest.approx([60, 30, 30, 0])
    assert list(table["share_percent"]) == pytest.approx([50, 25, 25, 0])
    assert list(table["share_reason"]) == [
        "indispensable",
        "like_the_others",
        "like_the_others",
        "adds_nothing",
    ]
    assert table["shapley_error_eur_per_year"].isna().all()
    fair, settled = (table[f"{rule}_share_eur_per_year"].to_numpy() for rule in ("shapley", "nucleolus"))
    assert state == "holds" and fair.sum() == pytest.approx(120) and complaint(values, fair) <= 1e-9
    assert not core_is_empty(values) and in_core(values, fair) and in_core(values, settled)


def test_a_substitute_is_replaceable_and_more_is_told_from_less():
    table, state = shares(list("ABC"), GLOVES)
    assert list(table["share_reason"]) == ["indispensable", "replaceable", "replaceable"]
    settled = table["nucleolus_share_eur_per_year"].to_numpy()
    assert state == "nucleolus_only" and settled.sum() == pytest.approx(1) and in_core(GLOVES, settled)
    more = game(3, lambda s: 10.0 * len(s) + 20 * (0 in s) if len(s) > 1 else 0.0)
    assert list(shares(list("ABC"), more)[0]["share_reason"]) == ["brings_more", "brings_less", "brings_less"]


def test_who_costs_the_others_more_is_left_out_of_the_best_part():
    values = game(4, lambda s: (30.0 * len(set(s) - {3}) - 50 * (3 in s)) if len(s) > 1 else 0.0)
    values = np.maximum(values, 0)
    table, state = shares(list("ABCD"), values)
    assert table["share_reason"].iloc[3] == "costs_more" and state == "none" and core_is_empty(values)
    part = best_part(list("ABCD"), values)
    assert part.members == list("ABC") and part.saving_eur_per_year == 90
    assert np.array_equal(part.values, values[:8])
    table, state = shares(part.members, part.values)
    assert list(table["shapley_share_eur_per_year"]) == [30, 30, 30] and state == "holds"
    asked = best_part(list("ABCD"), lambda number: float(values[number]))
    assert asked.members == list("ABC") and asked.values(7) == 90
    whole = best_part(list("ABC"), part.values)
    assert whole.members == list("ABC")


def test_asked_sets_give_errors_and_no_core():
    table, state = shares(list("ABC"), lambda number: [0, -9, -np.inf, 6, -9, 9, 0, 12][number], pairs=100)
    assert table["shapley_share_eur_per_year"].sum() == pytest.approx(12)
    assert table["nucleolus_share_eur_per_year"].isna().all() and state == "unknown"
    assert (table["shapley_error_eur_per_year"] > 0).any()
    # What the others save in smaller sets is not known: nobody is called indispensable.
    assert "indispensable" not in set(table["share_reason"])


def test_a_group_that_saves_nothing_has_nothing_to_share():
    for values in (np.zeros(4), np.array([0, 0, 0, -5.0]), np.array([0, 0, 0, np.nan])):
        with pytest.raises(ValueError, match="nothing to share"):
            shares(["A", "B"], values)
    nobody = best_part(["A", "B"], np.array([0, 0, 0, -5.0]))
    assert nobody.members == [] and nobody.saving_eur_per_year == 0
    with pytest.raises(ValueError, match="nothing to share"):
        shares(*nobody[:2])
    assert best_part(["A", "B"], lambda number: -5.0).saving_eur_per_year == -5


@pytest.mark.parametrize(
    ("values", "said"),
    [([0, 1, 2], "2\\^n"), ([0.0], "2\\^n"), ([1.0, 2.0], "nobody saves"), ([0, np.inf], "known value")],
)
def test_what_is_no_game_is_refused(values, said):
    for rule in (shapley, nucleolus, core_is_empty):
        with pytest.raises(ValueError, match=said):
            rule(np.array(values, float))


def test_limits_are_said():
    with pytest.raises(ValueError, match="at most 12"):
        nucleolus(np.arange(1 << 13, dtype=float))
    with pytest.raises(ValueError, match="more alone"):
        nucleolus(np.array([0, 2, 2, 3.0]))
    with pytest.raises(ValueError, match="two pairs"):
        sampled(float, 3, 1)
    with pytest.raises(ValueError, match="2\\^n values"):
        shares(["A"], np.zeros(4))
    assert nucleolus(np.array([0, 7.0])) == pytest.approx([7]) and not core_is_empty(np.array([0, 7.0]))


def test_every_column_and_reason_has_its_words():
    for column in SHARE_COLUMNS:
        assert wording.heading(column)[0]
    labels = reference.load("labels")
    codes = set(labels[labels["column"] == "share_reason"]["code"])
    assert codes == {
        "costs_more", "indispensable", "adds_nothing", "replaceable", "brings_more", "brings_less",
        "like_the_others", "not_counted", "not_asked", "no_group", "no_need",
    }  # fmt: skip


def test_each_line_of_the_register_has_shares_and_a_verdict_and_few_are_told():
    pair = np.array([0, 0, 0, 100.0])  # each needs the other
    triangle = np.array([0, 0, 0, 90, 0, 90, 90, 100.0])  # any two save 90 of 100: none would hold
    four = np.array([0.0 if n < 15 else 800.0 for n in range(16)])
    games = [("S1", "Un", ["A", "B"], pair), ("S2", "Deux", ["A", "B", "C"], triangle)]
    games += [("S3", "Trois", ["A", "B", "C", "D"], four), ("S4", "Quatre", ["A", "B"], -pair)]
    table, groups = of_lines(games)
    assert groups["core_state"].tolist() == ["holds", "none", "holds", "no_saving"]
    # What nobody would share is told as the group that was found loses it, not as nothing.
    assert groups["group_saving_eur_per_year"].tolist() == [100, 100, 800, -100]
    assert groups["n_members"].tolist() == [2, 3, 4, 2] and groups["reckoned_site_ids"].iloc[3] == "A B"
    assert table.groupby("synergy_id")["shapley_share_eur_per_year"].sum().tolist() == [100, 100, 800]
    wide = ("S5", "Cinq", [f"E{i}" for i in range(70)], lambda n: 7.0 * n.bit_count())
    assert of_lines([wide])[0].empty and of_lines([wide])[1].iloc[0].tolist()[3:] == [70, 490.0, "too_many"]
    again, twice = of_lines([games[2], ("S6", "Six", games[2][2], four)])
    assert twice["core_state"].tolist() == ["holds"] * 2 and again["synergy_id"].nunique() == 2
    assert told(table, 3).empty  # three others are not more than three
    alone = told(table, 2)
    assert alone["synergy_id"].unique().tolist() == ["S3"] and (alone["share_from_percent"] == 25).all()
    assert of_lines([])[0].empty and of_lines([])[1].empty


def test_shares_of_the_registers_own_members_sum_to_a_hundred_or_say_why_there_are_none():
    """The group that answers a line has others too: its members' part of that is no share of theirs."""
    register = pd.DataFrame(
        [("S1", "Linge", "pooling", "study", "V A B R"), ("S2", "Presse", "pooling", "lead", "A C"),
         ("S3", "Bois", "exchange", "done", "A B"), ("S4", "Vieux", "pooling", "dropped", "A B"),
         ("S5", "Carton", "pooling", "done", "A B C")],
        columns=["synergy_id", "title", "kind", "status", "site_ids"],
    ).assign(realised_eur_per_year=[1.0, 2.0, 3.0, 4.0, 5.0])  # fmt: skip
    pair = np.array([0, 0, 0, 100.0])
    with_c = np.array([0, 0, 0, 100.0, 0, 0, 0, 60.0])  # C costs the two others 40
    games = [("S1", "une tournée", ["A", "B"], pair), ("S5", "une benne", ["A", "B", "C"], with_c)]
    rows = of_members(games, register, "ABCV").fillna({"share_percent": 0.0, "site_id": ""})
    assert rows.groupby("synergy_id")["realised_eur_per_year"].unique().str[0].to_dict() == {
        "S1": 1, "S2": 2, "S5": 5,
    }  # fmt: skip
    assert rows.drop(columns=["title", "realised_eur_per_year"]).to_numpy().tolist() == [
        ["S1", "V", 0.0, "not_asked"], ["S1", "A", 50.0, "indispensable"], ["S1", "B", 50.0, "indispensable"],
        ["S1", "R", 0.0, "not_counted"],  # who refuses to be, whatever it needs
        ["S2", "", 0.0, "no_need"],
        ["S5", "A", 50.0, "indispensable"], ["S5", "B", 50.0, "indispensable"],
        ["S5", "C", 0.0, "costs_more"],
    ]  # fmt: skip
    assert set(of_members([], register, "ABCV")["share_reason"]) == {"no_need"}
    # They have a need in common, and would save nothing.
    loses = of_members([("S2", "une presse", ["A", "C"], -pair)], register, "ABCV").set_index("synergy_id")
    assert loses["share_reason"].to_dict()["S2"] == "no_group" and pd.isna(loses.loc["S2", "site_id"])
    assert of_members([], register.head(0), []).empty


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_to_one_decimal_still_make_a_hundred(parts):
    exact = pd.Series(parts) * 100 / sum(parts)
    told = to_a_hundred(exact)
    assert (10 * told).round(6).mod(1).eq(0).all() and round(told.sum(), 6) == 100
    assert (told - exact).abs().max() < 0.1 + 1e-9


def test_why_says_no_more_of_the_others_than_the_rounded_share():
    """Eight people make a session; who brings two and is told that all is lost without it knows the six."""
    needed = game(5, lambda s: 700.0 * (len(s) == 5))  # nothing without each of them
    replaced = game(5, lambda s: 700.0 * (len(s) >= 3))  # nothing is lost without any one
    table, _ = of_lines([("S1", "Un", list("ABCDE"), needed), ("S2", "Deux", list("ABCDE"), replaced)])
    assert set(table["share_reason"]) == {"indispensable", "replaceable"}
    alone = told(table, 3)
    assert len(alone) == 10 and set(alone["share_reason"]) == {"like_the_others"}


@given(st.lists(games(most=6, monotone=True).filter(lambda v: v[-1] > 0), min_size=1, max_size=8))
@settings(max_examples=30)
def test_what_is_told_follows_from_the_rounded_share_and_the_number_of_members(many):
    lines = [(f"S{i}", "", [f"E{j}" for j in range(len(v).bit_length() - 1)], v) for i, v in enumerate(many)]
    alone = told(of_lines(lines)[0], 2)
    assert alone.groupby(["n_members", "share_from_percent"])["share_reason"].nunique().le(1).all()
