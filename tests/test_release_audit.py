"""The audit: what leaves together tells no firm another's part, and as much leaves as that allows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from brute_force import allowed, audited, published, violations
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from eit_analysis.breakdown import Breakdown
from eit_analysis.config import Disclosure
from eit_analysis.flows.balance import taken_paths
from eit_analysis.publishing.release.audit import Audit
from eit_analysis.publishing.release.parts import at_least, ones_of
from eit_analysis.publishing.release.protected import protected
from eit_analysis.publishing.release.publication import Publication
from eit_analysis.publishing.release.statements import from_frame, once
from eit_analysis.publishing.release.system import System
from eit_analysis.publishing.release.viewer import Viewer
from eit_analysis.records import TOTAL

MASS, TAX = "mass_t_per_year", "tax_eur_per_year"
RATE = {"landfill": 65.0, "incineration": 15.0, "recycling": 0.0}


def flows(*rows: tuple[str, str, float], keys: tuple[str, ...] = ("category",)) -> pd.DataFrame:
    """Records ``(actor, values of the keys…, tonnes)``."""
    made = pd.DataFrame(rows, columns=["site_id", *keys, MASS])
    named = [f"f{number}" for number in range(len(made))]
    return made.assign(flow_id=named, source_file="a.xlsx", source_sheet="Flux", source_row=range(len(made)))


def by(records: pd.DataFrame, *keys: str, measure: str = MASS, total: bool = True, **more) -> Breakdown:
    """The sums of one measure by keys, with all totals."""
    levels = [records]
    for key in keys:
        levels += [level.assign(**{key: TOTAL}) for level in levels] if total else []
    frame = pd.concat(levels).groupby(list(keys), as_index=False)[measure].sum()
    return Breakdown(frame, list(keys), records, measure, TOTAL, **more)


def by_primary_rules(*tables: Breakdown) -> list[np.ndarray]:
    return [allowed(table) for table in tables]


# Laws.

CELLS = [(family, route) for family in ("wood", "paper") for route in ("landfill", "recycling")]
SECTORS = {"A": "13", "B": "13", "C": "13", "D": "25", "E": "25", "F": "25"}
# Of 3 to 6 firms, tonnes for each family and outlet; none for a third of them.
surveys = st.lists(
    st.lists(st.one_of(st.just(0.0), st.floats(0, 1.5).map(lambda x: 10**x)), min_size=4, max_size=4),
    min_size=3, max_size=6,
)  # fmt: skip


def tables_of(survey: list[list[float]]) -> list[Breakdown]:
    """Two crossings of one survey, one of part of its flows, and a tax at public rates."""
    rows = [
        (firm, *cell, SECTORS[firm], mass)
        for firm, masses in zip(SECTORS, survey, strict=False)
        for cell, mass in zip(CELLS, masses, strict=True)
        if mass
    ]
    records = flows(*rows, keys=("category", "route", "naf_division"))
    records[TAX] = records[MASS] * records["route"].map(RATE)
    tables = [
        by(records, "category", "route"),
        by(records, "naf_division", "category"),
        by(records, "route", measure=TAX, of=MASS),
    ]
    unsorted = records[records["route"] != "recycling"]
    return [*tables, by(unsorted, "category", total=False)] if len(unsorted) else tables


@settings(max_examples=10)
@given(surveys.filter(lambda survey: any(map(any, survey))))
def test_the_same_tables_leave_again_as_they_left(survey) -> None:
    tables = tables_of(survey)
    first = published(*tables)
    again = published(*tables, earlier=[from_frame(first.told())])
    for number in range(len(tables)):
        np.testing.assert_array_equal(again.shown(number), first.shown(number))
        assert again.rest_shown(number) == first.rest_shown(number)


@settings(max_examples=6)
@given(surveys.filter(lambda survey: any(map(any, survey))), st.randoms(use_true_random=False))
def test_no_firm_reckons_a_part_of_another_whatever_the_survey_and_its_order(survey, random) -> None:
    tables = tables_of(survey)
    random.shuffle(tables)
    tables = [replace(table, records=table.records.sample(frac=1, random_state=1)) for table in tables]
    shown = audited(*tables)
    assert violations(tables, shown) == []
    for leave, open_, again in zip(shown, by_primary_rules(*tables), audited(*tables), strict=True):
        assert not (leave & ~open_).any()
        np.testing.assert_array_equal(leave, again)


# Each leak that was found in the sample study, in miniature: tables, and a firm whose part they told.


def crowd(*values: str, mass: float = 2.0) -> list[tuple]:
    return [(f"C{number}", *values, mass + number / 10) for number in range(5)]


def overlapping_tables() -> list[Breakdown]:
    """Cardboard of the shops in one table; its recycling in the Sankey's, with what is not explained."""
    keys = ("category", "naf_division", "route")
    rows = [
        *crowd("cardboard", "47", "recycling"), ("R", "cardboard", "47", "reuse", 4.0),
        *crowd("wood", "25", "recycling"),
    ]  # fmt: skip
    records = flows(*rows, keys=keys)
    gap = flows(*crowd("cardboard", "unexplained", "unknown", mass=0.3), keys=keys)
    sankey = pd.concat([records, gap.assign(flow_id="gap-" + gap["flow_id"], source_row=np.nan)])
    return [by(records, "category", "naf_division"), by(sankey, *keys)]


def months() -> list[Breakdown]:
    """A firm active five months of twelve, in the monthly totals."""
    records = flows(
        *crowd("1 2 3 4 5 6 7 8 9 10 11 12", mass=5.0), ("R", "1 2 3 4 5", 25.0), keys=("months",)
    )
    each = records.assign(month=records["months"].str.split()).explode("month").reset_index(drop=True)
    each["mass_t_per_month"] = each[MASS] / each["months"].str.split().str.len()
    return [by(each, "month", measure="mass_t_per_month", total=False, of=MASS)]


def taxes() -> list[Breakdown]:
    """The tax of what is stored, over its public rate and less a printed family, is another of two firms."""
    rows = [
        *crowd("wood", "landfill"), ("R", "metal", "landfill", 5.0), ("Q", "metal", "landfill", 4.0),
        *crowd("paper", "recycling"),
    ]  # fmt: skip
    records = flows(*rows, keys=("category", "route"))
    taxed = records.assign(**{TAX: records[MASS] * records["route"].map(RATE)})
    stored = by(taxed[taxed["route"] == "landfill"], "route", measure=TAX, total=False, of=MASS)
    return [by(records, "category", total=False), stored]


def codes_within_a_family() -> list[Breakdown]:
    """A family less its printed codes leaves one firm."""
    rows = [*crowd("wood", "150103"), *crowd("wood", "200138", mass=1.0), ("R", "wood", "030105", 6.0)]
    records = flows(*rows, keys=("category", "waste_code"))
    return [by(records, "category", total=False), by(records, "waste_code", total=False)]


def two_waves() -> list[Breakdown]:
    """The total of the first wave less that of the firms that are in both."""
    records = flows(*crowd("both"), ("R", "gone", 6.0), keys=("presence",)).assign(category="wood")
    same = records[records["presence"] == "both"]
    return [by(records, "category", total=False), by(same, "category", total=False)]


LEAKS = [overlapping_tables, months, taxes, codes_within_a_family, two_waves]


@pytest.mark.parametrize("leak", LEAKS)
def test_what_was_reckoned_from_the_sample_is_reckoned_no_more(leak) -> None:
    tables = leak()
    assert any(
        " of R:" in told or "R together" in told for told in violations(tables, by_primary_rules(*tables))
    )
    shown = audited(*tables)
    assert violations(tables, shown) == []
    # It is not by showing nothing.
    hidden = [open_ & ~leave for open_, leave in zip(by_primary_rules(*tables), shown, strict=True)]
    assert np.concatenate(hidden).any() and np.concatenate(shown).any()


def test_what_takers_receive_is_not_subtracted_from_what_comes_in() -> None:
    """70 t of the 76 t of wood that come in go to takers: the rest is one firm's."""
    rows = [(f"S{number}", "in", mass) for number, mass in enumerate((20.0, 18.0, 15.0, 17.0))]
    rows += [(site, "out", mass - 1.0) for site, _, mass in rows]
    records = flows(*rows, ("R", "in", 6.0), keys=("direction",))
    records = records.assign(category="wood", route="recycling", waste_code=None, description="")
    records = records.assign(mass_low_t_per_year=records[MASS], mass_high_t_per_year=records[MASS])
    sites = pd.DataFrame({"site_id": ["S0", "S1", "S2", "S3", "R"], "actor_type": ["ess"] * 4 + ["firm"]})
    received = by(records[records["direction"] == "in"], "category", total=False)
    taken = taken_paths(records, sites.assign(naf_code="3811Z"), ["category"])
    assert taken.frame[MASS].tolist() == [70.0]
    assert np.concatenate(by_primary_rules(received, taken)).all()
    assert [leave.tolist() for leave in audited(received, taken)] == [[True], [False]]


# Which of the numbers that clash.


@dataclass
class Amounts:
    """Amounts of firms, ``A 10 B 8``, and numbers that are sums of some of them within their roundings."""

    text: str

    def system(
        self, sums: list[str], rounding: float = 0.1, closed: tuple[int, ...] = (), people: bool = False
    ) -> System:
        names = self.text.split()[::2]
        amounts = np.array(self.text.split()[1::2], dtype=float)
        forms = csr_array(np.array([[float(name in total.split()) for name in names] for total in sums]))
        value = forms @ amounts
        firms = np.array([name[0] for name in names])
        shut, none = np.isin(np.arange(len(sums)), closed), np.zeros(len(sums), dtype=bool)
        return System(
            forms, value - rounding, value + rounding, firms, amounts, shut, none, none | people, none
        )


FIVE = Amounts("A 10 B 9 C 8 D 7 E 6")
ALL, WITHOUT_A, WITHOUT_B = "A B C D E", "B C D E", "A C D E"


def test_of_two_that_clash_the_first_leaves() -> None:
    system = FIVE.system([ALL, WITHOUT_A])
    assert Audit(system, [[0], [1]]).shown.tolist() == [True, False]
    assert Audit(system, [[1], [0]]).shown.tolist() == [True, False]
    # A line that tells both cannot leave: one of those that tell one does.
    both, *single = Audit(system, [[0, 1], [0], [1]]).shown
    assert not both and sum(single) == 1


def test_that_each_counts_one_at_least_tightens_what_they_count_together() -> None:
    # 14 less the 2 of B leave A 12 at most; less one each for C and D, the 10 that it has.
    people = Amounts("A 10 B 2 C 1 D 1")
    assert Audit(people.system(["A B C D"]), [[0]]).shown.tolist() == [True]
    assert Audit(people.system(["A B C D"], people=True), [[0]]).shown.tolist() == [False]


def test_people_of_several_amounts_are_one_together_unless_a_cell_tells_one_apart() -> None:
    firm = np.array([0, 0, 0, 1, 2])  # three amounts of one firm, then two others
    cells = csr_array(np.array([[1.0, 1, 1, 1, 0], [1, 1, 0, 0, 1], [0, 0, 1, 1, 1]]))
    ones = ones_of(cells, firm)
    # The whole of the first firm contains what the other two cells count of it.
    assert ones.toarray().tolist() == [[0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [1, 1, 0, 0, 0]]
    forms = csr_array(np.array([[1.0, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 2, 3, 0]]))
    assert at_least(forms, ones).tolist() == [2.0, 0.0, 5.0]


def test_what_all_know_of_one_person_is_no_reason_to_withhold() -> None:
    ones = Amounts("A 1 B 1 C 1 D 1 E 1")
    assert Audit(ones.system([ALL], rounding=2.0), [[0]]).shown.tolist() == [True]
    assert Audit(ones.system([ALL], rounding=2.0, people=True), [[0]]).shown.tolist() == [True]
    assert Audit(ones.system([ALL], rounding=0.1, people=True), [[0]]).shown.tolist() == [False]


def test_numbers_far_apart_leave_together() -> None:
    assert Audit(FIVE.system([ALL, WITHOUT_A], rounding=5.0), [[0], [1]]).shown.tolist() == [True, True]


def test_what_was_released_before_stays_and_the_new_gives_way() -> None:
    system = FIVE.system([ALL, WITHOUT_A, WITHOUT_B])
    assert Audit(system, [[1], [2]], known=[0]).shown.tolist() == [False, False]
    assert Audit(system, [[0], [1]], known=[0]).shown.tolist() == [True, False]


@settings(max_examples=100)
@given(
    st.lists(st.integers(2, 30), min_size=6, max_size=6),
    st.lists(st.sets(st.sampled_from("ABCDEF"), min_size=2), min_size=3, max_size=8, unique_by=frozenset),
)
# Tried together, all that were withheld clashed again: one that may leave alone stayed back.
@example([28, 28, 19, 14, 23, 16], [{*"BE"}, {*"ACD"}, {*"BCDF"}, {*"ABCDEF"}, {*"ADEF"}])
def test_a_second_release_of_the_same_numbers_shows_what_the_first_did(amounts, groups) -> None:
    text = " ".join(f"{name} {amount}" for name, amount in zip("ABCDEF", amounts, strict=True))
    system = Amounts(text).system([" ".join(sorted(group)) for group in groups], rounding=0.5)
    lines = [[number] for number in range(len(groups))]
    first = Audit(system, lines).shown
    again = Audit(system, lines, known=np.flatnonzero(first).tolist()).shown
    np.testing.assert_array_equal(again, first)


def test_what_is_told_already_is_conceded_and_no_more_than_that() -> None:
    # What A has follows from the two numbers that everybody knows: only what B has can still be kept.
    system = FIVE.system([ALL, WITHOUT_A, WITHOUT_B])
    assert Audit(system, [[0], [1], [2]], known=[0, 1]).shown.tolist() == [True, True, False]
    other = FIVE.system([ALL, WITHOUT_A, "B C D"])
    assert Audit(other, [[2]], known=[0, 1]).shown.tolist() == [False]


def test_what_is_only_taken_to_be_told_excuses_nothing() -> None:
    """A median is taken to tell the sum behind it; that does not make it free to print that sum later."""
    system = FIVE.system([ALL, WITHOUT_A, WITHOUT_A])
    assert Audit(system, [[2]], known=[0, 1]).shown.tolist() == [True]
    assert Audit(system, [[2]], known=[0], doubtful=[1]).shown.tolist() == [False]
    # As long as it can be heeded, it is: all but B is not printed beside a median of all.
    other = FIVE.system([ALL, WITHOUT_B])
    assert Audit(other, [[1]], doubtful=[0]).shown.tolist() == [False]
    whole = by(flows(("A", "wood", 30.1), ("B", "wood", 28.2), ("C", "wood", 26.8)), "category", total=False)
    log = published(whole).told()
    again = published(whole, earlier=[from_frame(log.assign(assumed=True))])
    assert not log["assumed"].any() and again.shown(0)[0] and not again.told()["assumed"].any()


def test_what_is_half_told_already_is_not_told_closer() -> None:
    # All less all but A, each within a half, leave A between 9 and 11: its own number may not say 10.
    system = FIVE.system([ALL, WITHOUT_A, "A", WITHOUT_B], rounding=0.5)
    closer = replace(system, low=system.low.copy(), high=system.high.copy())
    closer.low[2], closer.high[2] = 9.95, 10.05
    assert Audit(closer, [[2]], known=[0, 1]).shown.tolist() == [False]
    closer.low[2], closer.high[2] = 8.5, 11.5
    assert Audit(closer, [[2]], known=[0, 1]).shown.tolist() == [True]


def test_a_lower_bound_told_already_does_not_give_the_upper_one() -> None:
    # All know that A has 9.9 at least; that it has 10.5 at most may not be said for that.
    system = FIVE.system(["A", "A", ALL])
    told = replace(system, low=np.array([9.9, 5.0, 0.0]), high=np.array([30.0, 10.5, 99.0]))
    assert Audit(told, [[1]], known=[0]).shown.tolist() == [False]
    told.high[1] = 12.0
    assert Audit(told, [[1]], known=[0]).shown.tolist() == [True]


def test_one_reader_is_shown_what_tells_it_nothing_new() -> None:
    system = FIVE.system([ALL, WITHOUT_A])
    lines = [[0], [1]]
    assert Audit(system, lines, readers=["A"]).shown.tolist() == [True, True]
    assert Audit(system, lines, readers=["B"]).shown.tolist() == [True, False]
    assert Audit(system, lines).shown.tolist() == [True, False]


def test_a_company_reads_more_of_the_same_tables_than_all_do() -> None:
    for leak in (codes_within_a_family, two_waves):
        tables = leak()
        own, everybody = audited(*tables, reader="R"), audited(*tables)
        assert violations(tables, own, readers=["R"]) == []
        assert sum(map(np.sum, own)) > sum(map(np.sum, everybody))


def test_a_company_gets_of_others_what_all_get_and_what_it_alone_is_told_is_private() -> None:
    """What it alone read of others would have to be audited with all that others get later."""
    tables = two_waves()
    everybody = published(*tables)
    told = from_frame(everybody.told())
    own = published(*tables, reader="R", earlier=[told], among=True)
    assert [own.shown(n).tolist() for n in (0, 1)] == [everybody.shown(n).tolist() for n in (0, 1)]
    assert not everybody.told()["private"].any()
    leaving = own.told()
    assert not leaving[~leaving["closed"]]["private"].any()
    assert published(*tables, reader="R", among=True).told()["closed"].all()


def test_a_company_gets_what_all_get_of_what_is_only_taken_to_be_told() -> None:
    """Medians of a forecast, from which nobody prints the sum behind: what partners read, a firm does too."""
    counts = [20.0, 22.0, 25.0, 30.0, 31.0]
    people = pd.DataFrame({"site_id": list("ABCDE"), "year": 2028, "headcount": counts})
    people["flow_id"] = people["site_id"]
    forecast = pd.DataFrame({"year": [2028], "people": [117.0]})
    table = Breakdown(forecast, ["year"], people, "headcount", people=True)
    everybody = published(table)
    assert everybody.shown(0)[0]
    told = from_frame(everybody.told())
    own = published(table, reader="A", earlier=[told], among=True)
    assert own.shown(0)[0] and not own.told()["private"].any()
    # One of others alone, which partners do not get, it does not either.
    others = replace(table, records=people[people["site_id"] != "A"])
    assert not published(others, reader="A", earlier=[told], among=True).shown(0)[0]


def test_of_a_closed_number_others_together_stay_open_on_one_side() -> None:
    """Two firms beside the reader: 7 and 6 t of D and E are closed, and the rest of what is printed."""
    system = FIVE.system([ALL, "A B C", "D E"], rounding=0.5, closed=(2,))
    assert Audit(system, [[0], [1]]).shown.tolist() == [True, False]


def test_of_two_sides_the_one_that_is_told_already_does_not_open_the_other() -> None:
    """D and E have 12.9 t at least, all know that: what is new may not say that they have 14.5 at most."""
    system = FIVE.system(["D E", ALL, "A B C"], rounding=0.75, closed=(0,))
    told = replace(system, low=system.low.copy(), high=system.high.copy())
    told.low[0], told.high[0] = 12.9, 16.0
    assert Audit(told, [[1], [2]], known=[0]).shown.tolist() == [True, False]


def test_what_was_closed_in_an_earlier_release_stays_closed() -> None:
    """D and E are closed beside the total; the wood alone, in a new table, would tell their 8.2 to 1 t."""
    rows = [("A", "wood", 30.1), ("B", "wood", 28.2), ("C", "wood", 26.8)]
    records = flows(*rows, ("D", "paper", 4.0), ("E", "paper", 4.2))
    before = published(by(records.assign(all="x"), "all", total=False), by(records, "category", total=False))
    assert before.shown(0)[0] and not before.shown(1)[:2].any()
    wood = by(records[records["category"] == "wood"], "category", total=False)
    assert published(wood).shown(0)[0]
    assert not published(wood, earlier=[from_frame(before.told())]).shown(0)[0]


def test_what_was_told_roughly_is_not_told_closer_for_that() -> None:
    """The wood was known within 8 t: to the ton, beside the total, it would open what D and E have."""
    rows = [("A", "wood", 30.1), ("B", "wood", 28.2), ("C", "wood", 26.8)]
    records = flows(*rows, ("D", "paper", 4.0), ("E", "paper", 4.2))
    whole = by(records.assign(all="x"), "all", total=False)
    before = published(by(records[records["category"] == "wood"], "category", total=False)).told()
    roughly = from_frame(before.assign(low=before["low"] - 8, high=before["high"] + 8))
    for known, leaves in ((from_frame(before), True), (roughly, False)):
        after = published(whole, by(records, "category", total=False), earlier=[known])
        assert after.shown(1)[:2].tolist() == [False, leaves]


def test_the_rest_is_said_where_it_leaves_each_part_as_open_as_a_printed_one() -> None:
    """Two families of two firms are closed, and the rest is both: all but the wood."""
    wood = [(firm, "wood", mass) for firm, mass in zip("ABC", (20.3, 19.1, 18.2), strict=True)]
    pairs = [("D", "paper", 14.3), ("E", "paper", 15.2), ("F", "metal", 16.4), ("G", "metal", 13.1)]
    many = published(by(flows(*wood, *pairs), "category"))
    assert many.shown(0)[:-1].tolist() == [True, False, False, True] and many.rest_shown(0)
    # It is a number that later releases have to keep as open.
    assert (many.told().groupby("number")["low"].first() == -np.inf).sum() == 3
    # The rest of two firms is closed as their family is, though the wood may leave, being so much more.
    more = [(firm, family, 10 * mass) for firm, family, mass in wood]
    few = published(by(flows(*more, *pairs[:2]), "category"))
    assert few.shown(0)[:-1].tolist() == [True, False, True] and not few.rest_shown(0)
    untold = published(by(flows(*wood, *pairs), "category", total=False))
    assert not untold.rest_shown(0)


def test_a_group_without_a_row_is_closed_as_if_it_had_one() -> None:
    """A table that leaves out the paper, of which D has 86 %, tells it by its total less its wood."""
    wood = [(firm, "wood", mass) for firm, mass in zip("ABC", (40.3, 39.1, 38.2), strict=True)]
    paper = [("D", "paper", 86.0), *((f"E{number}", "paper", 1.0) for number in range(14))]
    whole = by(flows(*wood, *paper), "category")
    named = whole.frame[whole.frame["category"] != "paper"].reset_index(drop=True)
    assert named["category"].tolist() == [TOTAL, "wood"]
    assert published(replace(whole, frame=named)).shown(0)[:-1].tolist() == [True, False]


def test_a_sum_is_closed_for_itself_and_not_for_what_stands_beside_it() -> None:
    """Only A recycles wood: that row is closed; all the wood, which it prints too, is another table's."""
    wood = flows(*[(firm, "wood", mass) for firm, mass in zip("ABCD", (40.3, 39.1, 38.2, 35.4), strict=True)])
    both = wood.assign(realised_t_per_year=wood[MASS].where(wood["site_id"] == "A", 0.0))
    row = both.groupby("category", as_index=False)[["realised_t_per_year", MASS]].sum()
    aim = Breakdown(row, ["category"], both, "realised_t_per_year", sums=[MASS])
    viewer = Viewer("public", False, {}, {})
    told = [protected(table, "T", viewer, Disclosure()).told for table in (aim, by(wood, "category"))]
    together = Publication()
    numbers = [together.add(one) for one in told if one is not None]
    assert [together.shown(number)[:-1].tolist() for number in numbers] == [[False], [True, True]]
    assert told[0] is not None and told[0].system.closed.tolist()[:2] == [True, False]


def test_a_small_row_is_withheld_too_where_the_rest_can_then_be_said() -> None:
    """The paper of two firms is closed, alone or as a rest; with 2 t of glass of three others it is not."""
    wood = [(firm, "wood", mass) for firm, mass in zip("ABC", (203.0, 191.0, 182.0), strict=True)]
    paper = [("D", "paper", 14.3), ("E", "paper", 10.2)]
    glass = [(firm, "glass", 0.8) for firm in "FGH"]
    families = by(flows(*wood, *paper, *glass), "category")
    shown = published(families)
    assert shown.rest_shown(0) and shown.shown(0)[:-1].tolist() == [True, False, False, True]
    # It was audited as one that leaves: a later audit may not withhold it to let others leave.
    told = shown.told()
    of_glass = told[told["low"] > -np.inf].groupby("number")["firm"].agg(set).eq(set("FGH"))
    again = published(families, earlier=[from_frame(told)])
    assert of_glass.sum() == 1 and again.told().equals(told)
    assert again.rest_shown(0) and again.shown(0).tolist() == shown.shown(0).tolist()
    # Not where that takes more than a tenth of what it lets be read.
    dear = published(by(flows(*wood, *paper, *((firm, "glass", 3.0) for firm in "FGH")), "category"))
    assert not dear.rest_shown(0) and dear.shown(0)[:-1].tolist() == [True, True, False, True]


@pytest.mark.parametrize("leak", [overlapping_tables, codes_within_a_family])
def test_no_order_of_tables_and_records_tells_more(leak) -> None:
    for seed in range(2):
        tables = [replace(t, records=t.records.sample(frac=1, random_state=seed)) for t in reversed(leak())]
        shown = audited(*tables)
        assert violations(tables, shown) == []
        for one, again in zip(shown, audited(*tables), strict=True):
            np.testing.assert_array_equal(one, again)


def test_nothing_or_nothing_but_zeros_leaves_without_a_crash() -> None:
    assert Audit(FIVE.system([ALL]), []).shown.tolist() == []
    zeros = flows(("A", "wood", 0.0), ("B", "wood", 0.0), ("C", "wood", 0.0))
    (shown,) = audited(by(zeros, "category"))
    assert shown.tolist() == by_primary_rules(by(zeros, "category"))[0].tolist()
    nobody = zeros.head(0)
    (shown,) = audited(by(nobody, "category").frame.pipe(lambda frame: shares_of(frame, nobody)))
    assert len(shown) == 1 and shown.all()


def shares_of(frame: pd.DataFrame, records: pd.DataFrame) -> Breakdown:
    return Breakdown(frame.assign(share_percent=100.0), ["category"], records, MASS, TOTAL)


def test_what_is_told_again_and_again_is_logged_and_known_once() -> None:
    shared = by(flows(*[(site, "wood", 30.0 + i) for i, site in enumerate("ABCDE")]), "category")
    log = published(shared, shared).told()
    assert log["number"].nunique() == published(shared).told()["number"].nunique()
    again = published(shared, shared, earlier=[from_frame(once([log, log]))]).told()
    assert again.equals(log) and once([log, again]).equals(log)
