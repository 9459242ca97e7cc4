"""Numbers as they leave the team: known answers, and that no interval is told narrower than it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eit_analysis import reference
from eit_analysis.publishing import wording
from eit_analysis.publishing.release.rounding import digit, reckoned, rounded, to_step
from eit_analysis.reference import scales

MASS, LOW, HIGH = "mass_t_per_year", "mass_low_t_per_year", "mass_high_t_per_year"


def leaving(measure: str | None = None, whole: float | None = None, **columns: list) -> dict[str, list]:
    """A table of these columns as it leaves; with the whole that its shares are of."""
    rows = len(next(iter(columns.values())))
    wholes = {} if whole is None else {"share_percent": np.full(rows, whole)}
    return rounded(pd.DataFrame(columns), [], measure, wholes).frame.to_dict("list")


def test_a_number_keeps_the_digit_that_its_interval_supports() -> None:
    told = leaving(mass_t_per_year=[5808.2], mass_low_t_per_year=[5600.0], mass_high_t_per_year=[6100.0])
    # Its bounds 5 and 7 % away, for 3.4 and 5.2, then outward.
    assert told == {MASS: [5800], LOW: [5500], HIGH: [6300]}
    assert wording.measured(5800.0, MASS, coarse=True) == "5\u202f800\u00a0t/an"


@pytest.mark.parametrize(
    ("value", "half", "printed"),
    [
        (5808.2, 40.0, 5800), (5808.2, 3.0, 5800), (5808.2, 400.0, 5800), (5808.2, 2900.0, 6000),
        (5808.2, 9000.0, 6000), (12.34, 0.0, 12), (0.01234, 0.0, 0.01), (0.0, 0.0, 0.0), (0.0, 3.0, 0.0),
        (-47.3, 20.0, -50), (-47.3, 2.0, -47), (999.6, 4.0, 1000),
    ],
)  # fmt: skip
def test_never_finer_than_two_digits_nor_coarser_than_one(value: float, half: float, printed: float) -> None:
    # A second row, so that not all are whole numbers.
    told = leaving(
        mass_t_per_year=[value, 0.5],
        mass_low_t_per_year=[value - half, 0.5],
        mass_high_t_per_year=[value + half, 0.5],
    )
    assert told[MASS][0] == printed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.349, "0,3"),
        (0.35, "0,4"),
        (0.051, "0,05"),
        (0.058, "0,1"),
        (0.049, "0,05"),
        (9.949, "9,9"),
        (0.0149, "0,01"),
    ],
)
def test_it_is_rounded_once_to_what_its_column_prints(value: float, text: str) -> None:
    """0.349 was rounded to 0.35, then printed with one decimal: 0.4."""
    told = leaving(mass_t_per_year=[value, 12.34])[MASS][0]
    assert wording.cell(told, MASS, coarse=True) == text


def test_a_forecast_of_people_moves_by_a_seventh_of_its_interval_at_most() -> None:
    """12 (−6 to 34) was printed 20 (−10 to 40); of 1,968 (1,702 to 2,204) the tens are supported."""
    people = {"gap_people": [12.0, 1968.0, 3.0], "gap_people_low80": [-6.0, 1702.0, -203.0]}
    frame = pd.DataFrame(people | {"gap_people_high80": [34.0, 2204.0, 247.0]})
    told = rounded(frame, [], "headcount", drawn=frame.columns).frame.to_dict("list")
    assert told["gap_people"] == [12, 1970, 3]
    assert told["gap_people_low80"] == [-6, 1700, -210] and told["gap_people_high80"] == [34, 2210, 250]


def test_the_mean_of_answers_stops_before_the_ends_of_its_scale() -> None:
    """4 on a scale to 4: all gave it. 3.5 is printed for all that is 3.5 or more, whichever it is."""
    told = leaving(measure="headcount", headcount=[20.0] * 4, hiring_difficulty=[4.0, 3.55, 2.2, 0.0])
    assert told["hiring_difficulty"] == [3.5, 3.5, 2.2, 0.5]
    said = [wording.cell(mean, "hiring_difficulty", coarse=True) for mean in told["hiring_difficulty"]]
    assert said == ["3,5\u00a0ou plus", "3,5\u00a0ou plus", "2,2", "0,5\u00a0ou moins"]
    assert wording.cell(4.0, "hiring_difficulty") == "4,0"  # the team reads all
    # Every column that says it is a mean of answers to 4 is one of these.
    words = reference.load("vocabulary").set_index("name")["unit"].fillna("")
    assert set(words.index[words.isin(["note de 0 à 4", "sur 4"])]) == set(scales.SCALES)


def test_people_keep_a_third_digit_and_what_is_counted_all() -> None:
    told = leaving(measure="headcount", headcount=[1234.0, 56.0], n_sites=[1234, 7], year=[2025, 2030])
    assert told == {"headcount": [1230, 56], "n_sites": [1234, 7], "year": [2025, 2030]}
    assert leaving(measure="headcount", headcount=[1234.5, 56.0])["headcount"] == [1200, 56]


def test_what_is_known_exactly_has_no_interval_but_that_of_its_rounding() -> None:
    """12 people counted are 12; 2,184 are printed as 2,180 and lie within a step, as 2,180 would."""
    people = {"people": [12.0, 2184.0, 2180.0, 12.0]}
    ends = {f"people_{end}{level}": [*people["people"]] for level in (80, 95) for end in ("low", "high")}
    ends["people_high95"][3] = 13.0  # not known exactly
    told = leaving(measure="headcount", **people, **ends)
    assert told["people"] == [12, 2180, 2180, 12]
    assert told["people_low80"][:3] == told["people_low95"][:3] == [12, 2170, 2170]
    assert told["people_high80"][:3] == told["people_high95"][:3] == [12, 2190, 2190]
    assert told["people_high95"][3] >= 13
    # A share beside its whole has bounds and no step of its own.
    shares = {"headcount": [10.0], "share_percent": [20.0], "share_percent_low": [20.0]}
    assert leaving(measure="headcount", whole=50.0, **shares)["share_percent_low"] == [20]


def test_a_derived_table_tells_whole_numbers_to_two_digits_too() -> None:
    """As closely as its parents are taken to be told: a row picked from them may look whole by chance."""
    assert leaving(headcount=[1234.0, 56.0])["headcount"] == [1200, 56]


def test_what_is_missing_stays_missing() -> None:
    told = leaving(
        mass_t_per_year=[np.nan, 12.34], mass_low_t_per_year=[np.nan] * 2, mass_high_t_per_year=[1.0, np.nan]
    )
    assert np.isnan(told[MASS][0]) and told[MASS][1] == 12
    assert np.isnan(told[LOW]).all() and np.isnan(told[HIGH][1])


def test_bounds_are_classes_of_the_printed_value_outward() -> None:
    # 36 less a tenth and plus 15 %, above 2.67 and 3.12 t with half a tonne; and no mass is below zero.
    told = leaving(
        mass_t_per_year=[36.0, 40.4], mass_low_t_per_year=[33.33, 0.2], mass_high_t_per_year=[39.12, 90.0]
    )
    assert told == {MASS: [36, 40], LOW: [32, 0], HIGH: [42, 100]}
    costs = {"cost_eur_per_year": [-300.0], "cost_low_eur_per_year": [-420.0]}
    told = leaving(**costs, cost_high_eur_per_year=[-180.0])
    assert told == {
        "cost_eur_per_year": [-300], "cost_low_eur_per_year": [-510], "cost_high_eur_per_year": [-90],
    }  # fmt: skip


def test_no_bound_is_nearer_than_what_its_value_was_rounded_by() -> None:
    """25,200 (2,300 to 30,900) was printed 30,000 (0 to 31,000), and 14,800 (14,300 to 43,000) 10,000."""
    ends = {LOW: [2300.0, 14300.0, 0.5], HIGH: [30900.0, 43000.0, 0.7]}
    told = leaving(mass_t_per_year=[25200.0, 14800.0, 0.6], **ends)
    assert told[MASS][:2] == [30000, 10000]
    # Half a step, 5,000, and the half of each interval: 36 and 93 % of the one, 55 and 332 % of the other.
    assert told[HIGH][0] == 45000 and told[LOW][0] == 0
    assert told[LOW][1] == 3000 and told[HIGH][1] == 60000


def test_shares_are_reckoned_from_the_numbers_beside_them() -> None:
    # 64 and 31 of 96, not 64.4 and 31.3 of 95.7; small ones keep a digit.
    told = leaving(
        whole=95.7, measure=MASS, mass_t_per_year=[64.4, 31.3, 0.6, np.nan],
        share_percent=[67.3, 32.7, 0.63, np.nan],
    )  # fmt: skip
    assert told[MASS][:2] == [64, 31]
    assert told["share_percent"][:3] == [67, 32, 0.6] and np.isnan(told["share_percent"][3])
    nothing = leaving(whole=0.0, measure=MASS, mass_t_per_year=[0.0], share_percent=[np.nan])
    assert nothing[MASS] == [0] and np.isnan(nothing["share_percent"][0])


def test_a_part_of_a_whole_is_not_printed_as_all_of_it() -> None:
    """15,868 t of 16,496 were printed « Valorisé, 100 % ; éliminé, 4 % », both being 16,000 to two digits."""
    told = leaving(
        whole=16495.8, measure=MASS,
        mass_t_per_year=[15867.5, 628.3, 16495.8], mass_low_t_per_year=[14563.5, 609.5, 15191.5],
        mass_high_t_per_year=[17363.6, 647.9, 17992.1], share_percent=[96.2, 3.8, 100.0],
        share_low_percent=[95.8, 3.5, np.nan], share_high_percent=[96.5, 4.2, np.nan],
    )  # fmt: skip
    assert told[MASS] == [16000, 630, 16000]
    # Between 15,500 of 16,500 and all of it.
    assert told["share_percent"] == [97, 4, 100]
    assert told["share_low_percent"][0] <= 95.8 and 96.5 <= told["share_high_percent"][0] <= 100
    people = leaving(whole=1000.0, measure="headcount", headcount=[998.0, 2.0], share_percent=[99.8, 0.2])
    assert people["share_percent"] == [99, 0.2]


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=5))
def test_no_share_of_several_parts_is_all_or_none(parts: list[float]) -> None:
    whole = sum(parts)
    told = leaving(whole=whole, measure=MASS, mass_t_per_year=parts, share_percent=[1.0] * len(parts))
    assert all(0 < share < 100 for part, share in zip(parts, told["share_percent"], strict=True)
               if part < 0.999 * whole)  # fmt: skip


def test_a_share_of_what_is_not_beside_it_is_rounded_for_itself() -> None:
    assert leaving(senior_share_percent=[14.27, 0.324])["senior_share_percent"] == [14, 0.3]


def test_a_change_is_the_difference_of_what_is_printed_and_its_bounds_hold_the_true_ones() -> None:
    told = leaving(
        mass_before_t_per_year=[1312.4, 7.0, np.nan], mass_t_per_year=[1087.1, np.nan, 31.4],
        change_t_per_year=[-225.3, np.nan, 31.4], change_percent=[-17.17, np.nan, np.nan],
    )  # fmt: skip
    assert told["mass_before_t_per_year"][:2] == [1300, 7] and told[MASS][0] == 1100
    # Who takes 1 300 from 1 100 finds what is printed; a family that nobody declared before is all new.
    assert told["change_t_per_year"][0] == -200 and told["change_percent"][0] == -15
    assert np.isnan([told["change_t_per_year"][1], *told["change_percent"][1:]]).all()
    assert told["change_t_per_year"][2] == told[MASS][2] == 31
    saved = leaving(
        mix_cost_eur_per_t=[112.0], clean_cost_eur_per_t=[29.6], saving_eur_per_t=[82.4], n_sites=[20]
    )
    assert saved["saving_eur_per_t"] == [110 - 30]
    # 980 t, then 1 035, printed to hundreds.
    told = leaving(
        mass_before_t_per_year=[980.0], mass_before_low_t_per_year=[952.0],
        mass_before_high_t_per_year=[1008.0],
        mass_t_per_year=[1035.0], mass_low_t_per_year=[1006.0], mass_high_t_per_year=[1064.0],
        change_t_per_year=[55.0], change_low_t_per_year=[15.0], change_high_t_per_year=[95.0],
        change_percent=[5.6], change_low_percent=[1.5], change_high_percent=[9.8],
    )  # fmt: skip
    assert (told["mass_before_t_per_year"], told[MASS]) == ([980], [1000])
    # 20 t and 2 % would be of the rounding alone.
    assert np.isnan([*told["change_t_per_year"], *told["change_percent"]]).all()
    for unit, ends in (("t_per_year", (15, 95)), ("percent", (1.5, 9.8))):
        low, high = (told[f"change{end}_{unit}"][0] for end in ("_low", "_high"))
        assert low <= ends[0] < ends[1] <= high


def test_a_whole_is_never_printed_beneath_its_part() -> None:
    """1 470 t (1 141 to 2 974) estimated for a sector were printed 1 000 beside 1 100 t observed in it."""
    told = leaving(
        observed_t_per_year=[1143.4, 567.2], extrapolated_t_per_year=[1469.9, 1024.2],
        extrapolated_low_t_per_year=[1140.9, 666.6], extrapolated_high_t_per_year=[2974.1, 1898.0],
    )  # fmt: skip
    assert told["observed_t_per_year"] == [1100, 570]
    assert told["extrapolated_t_per_year"] == [1500, 1000]  # the second is no contradiction
    low, high = (told[f"extrapolated_{end}_t_per_year"][0] for end in ("low", "high"))
    assert low <= 1140.9 and high >= 2974.1


def test_the_digits_of_a_total_tell_nothing_of_a_row_that_may_be_withheld() -> None:
    """1 490 t printed 1 500 beside a hidden 955 t, 1 000 beside 940: its digits would tell which."""
    for hidden in (955.0, 940.0):
        rows = pd.DataFrame({"category": ["metal", "wood", "Total"], MASS: [hidden, 535.0, 1490.0]})
        rows[LOW], rows[HIGH] = rows[MASS] / 2, rows[MASS] * 1.95
        alone = rounded(rows[2:], ["category"], MASS).frame[MASS].iloc[0]
        assert rounded(rows, ["category"], MASS).frame[MASS].iloc[2] == alone


def test_a_change_whose_printed_bounds_hold_nothing_is_no_rise() -> None:
    """59 t (2 to 116) is printed 60 (0 to 150): what is said of it is said of that."""
    told = leaving(
        change_t_per_year=[59.3, 200.0, -59.3, 59.3], change_low_t_per_year=[2.1, 150.0, -116.0, 2.1],
        change_high_t_per_year=[116.4, 250.0, -2.1, 116.4],
        change=["increase", "increase", "decrease", "not_comparable"],
    )  # fmt: skip
    assert (told["change_low_t_per_year"][0], told["change_high_t_per_year"][0]) == (0, 150)
    assert told["change"] == ["within", "increase", "within", "not_comparable"]


masses = st.one_of(st.just(0.0), st.floats(-4, 7).map(lambda x: 10**x))


@given(st.lists(st.tuples(masses, st.floats(0, 1), st.floats(0, 3)), min_size=1, max_size=6))
def test_what_is_printed_holds_the_truth(rows: list[tuple[float, float, float]]) -> None:
    value, below, above = (np.array(column) for column in zip(*rows, strict=True))
    low, high = value * (1 - below), value * (1 + above)
    frame = pd.DataFrame({MASS: value, LOW: low, HIGH: high})
    told = rounded(frame, [], None)
    shown, step = told.frame, told.steps[MASS]
    slack = 1e-9 * (1 + np.abs(value))
    assert (np.abs(shown[MASS] - value) <= step / 2 + slack).all()
    assert (shown[LOW] <= low + slack).all() and (shown[HIGH] >= high - slack).all()
    assert (shown[LOW] >= 0).all()
    # As it is printed, and by the step that its readers are told.
    np.testing.assert_allclose(shown[MASS], to_step(shown[MASS].to_numpy(), step), rtol=1e-9)
    assert (step <= digit(value, 1) + slack).all()


@given(st.floats(0.02, 1e6), st.floats(0.001, 1), st.floats(0.001, 3), st.floats(0, 1))
def test_printed_bounds_say_how_wide_an_interval_is_not_where(
    value: float, below: float, above: float, place: float
) -> None:
    """Whatever an amount was rounded from, as wide an interval leaves with the same bounds."""

    def told(true: float) -> tuple[dict[str, list], float]:
        ends = {LOW: [true - value * below], HIGH: [true + value * above]}
        found = rounded(pd.DataFrame({MASS: [true], **ends}), [], None)
        return found.frame.to_dict("list"), float(found.steps[MASS][0])

    first, step = told(value)
    centre = first[MASS][0]
    other = centre + (place - 0.5) * step
    second, other_step = told(other)
    assume(other_step == step and second[MASS] == first[MASS])
    # No bound is negative, and whole numbers are told as such.
    assume(min(value, other) >= value * below and value % 1 and other % 1)
    assert second == first


def test_what_two_shares_leave_is_as_open_as_their_tonnes_leave_it() -> None:
    """Recovered 53 % (50 to 55) and eliminated 40 % (37 to 42) told one actor's 456 t to be 402 to 522.

    Each bound was a class away from the printed share, and the middle of both is the true one.
    """

    def told(*masses: float) -> list[dict]:
        whole = sum(masses)
        frame = pd.DataFrame({MASS: masses, LOW: masses, HIGH: masses, "share_percent": masses})
        frame[[LOW, HIGH]] = np.array(masses)[:, None] + [[-160.0, 190.0], [-110.0, 170.0], [-22.0, 23.0]]
        frame["share_percent"] = share = frame[MASS] / whole * 100
        frame["share_low_percent"], frame["share_high_percent"] = share - 1.9, share + 1.9
        leaves = rounded(frame, [], MASS, {"share_percent": np.full(3, whole)})
        return leaves.frame[:2].to_dict("records")

    assert told(3055.2, 2297.0, 456.0) == told(3051.2, 2252.0, 540.0) == told(3120.2, 2340.0, 300.0)
    shares = [row["share_percent"] for row in told(3055.2, 2297.0, 456.0)]
    assert shares == [53, 40]


@given(st.lists(st.tuples(masses, st.floats(1, 3), st.floats(0, 3)), min_size=1, max_size=6), st.booleans())
def test_no_estimate_is_printed_beneath_what_was_observed(rows: list[tuple], whole_numbers: bool) -> None:
    observed, times, above = (np.array(column) for column in zip(*rows, strict=True))
    observed = np.round(observed) if whole_numbers else observed
    of = {"observed_t_per_year": observed, "extrapolated_t_per_year": observed * times}
    ends = {"low": observed, "high": observed * times * (1 + above)}
    frame = pd.DataFrame(of | {f"extrapolated_{end}_t_per_year": value for end, value in ends.items()})
    told = rounded(frame, [], "extrapolated_t_per_year")
    assert (told.frame["extrapolated_t_per_year"] >= told.frame["observed_t_per_year"] - 1e-9).all()
    for name, true in of.items():
        slack = told.steps[name] / 2 + 1e-9 * (1 + true)
        assert (np.abs(told.frame[name] - true) <= slack).all()


@given(st.lists(st.tuples(masses, masses, st.floats(0, 1), st.floats(0, 3)), min_size=1, max_size=6))
def test_a_change_and_its_bounds_tell_no_more_than_the_two_masses(rows: list[tuple]) -> None:
    """Who reads a change could have reckoned it; nor do its bounds leave the truth out."""
    now, before, below, above = (np.array(column) for column in zip(*rows, strict=True))
    frame = pd.DataFrame({MASS: now, LOW: now * (1 - below), HIGH: now * (1 + above)})
    earlier = {name: name.replace("mass", "mass_before") for name in frame}
    frame = frame.assign(**{earlier[name]: frame[name] * before / np.maximum(now, 1e-9) for name in frame})
    change = frame[MASS] - frame[earlier[MASS]]
    low, high = names = ["change_low_t_per_year", "change_high_t_per_year"]
    frame = frame.assign(change_t_per_year=change, **dict.fromkeys(names, change))
    told = rounded(frame, [], None).frame
    gap = told["change_t_per_year"]
    assert gap.dropna().to_numpy() == pytest.approx(
        (told[MASS] - told[earlier[MASS]])[gap.notna()].to_numpy()
    )
    assert (gap.isna() | (gap * change > 0) | (change.abs() < 1e-9)).all()  # what is told is no rounding
    assert told[low].to_numpy() == pytest.approx((told[LOW] - told[earlier[HIGH]]).to_numpy())
    assert told[high].to_numpy() == pytest.approx((told[HIGH] - told[earlier[LOW]]).to_numpy())
    assert (told[low] <= change + 1e-6 * (1 + change.abs())).all()
    assert (told[high] >= change - 1e-6 * (1 + change.abs())).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_rounding_twice_is_rounding_once(values: list[float]) -> None:
    once = to_step(np.array(values), digit(np.array(values), 2))
    np.testing.assert_array_equal(once, to_step(once, digit(np.array(values), 2)))


def test_no_bound_of_a_share_is_below_nothing_or_above_the_whole() -> None:
    """98 % between 90 and 99.5 is no 110 %, nor is 100 % known exactly; a change may be more than 100 %."""
    shares = {"share_percent": [98.0, 100.0, 2.0], "share_low_percent": [90.0, 100.0, 0.1]}
    shares["share_high_percent"] = [99.5, 100.0, 4.0]
    told = leaving(mass_t_per_year=[5.5, 6.5, 7.5], **shares)
    assert max(told["share_high_percent"]) == 100 and min(told["share_low_percent"]) >= 0
    again = reckoned(pd.DataFrame(shares), [])
    assert max(again["share_high_percent"]) == 100
    change = {"change_percent": [90.0], "change_low_percent": [60.0], "change_high_percent": [140.0]}
    assert leaving(**change)["change_high_percent"][0] > 100


def test_what_is_reckoned_has_the_digits_that_its_bounds_support() -> None:
    """A gap of 254 t between -31 and 576 is one of 250 t; its ends go outward, to the same digit."""
    frame = pd.DataFrame(
        {
            "target": ["a", "b"], "gap_t_per_year": [254.4, 1234.0], "gap_low_t_per_year": [-31.4, 1231.0],
            "gap_high_t_per_year": [576.1, 1236.0], "n_sites": [1234, 3], "target_value": [66.6, 50.0],
        }
    )  # fmt: skip
    found = reckoned(frame, ["target"])
    assert found["gap_t_per_year"].tolist() == [250, 1200]
    assert found["gap_low_t_per_year"].tolist() == [-40, 1200]
    assert found["gap_high_t_per_year"].tolist() == [580, 1300]
    assert found[["n_sites", "target_value"]].equals(frame[["n_sites", "target_value"]])


def test_a_share_of_printed_counts_is_theirs_to_the_point() -> None:
    """One of six and its interval by Wilson: 17 % between 3 and 57, not 20 % between 0 and 60."""
    shares = {"share_percent": [16.667], "share_low_percent": [3.005], "share_high_percent": [56.35]}
    found = reckoned(pd.DataFrame({"approach": ["a"], **shares}), ["approach"])
    assert found.drop(columns="approach").iloc[0].tolist() == [17, 3, 57]
