"""Numbers as they leave the team: to the digit that their interval supports, never finer than two digits.

    step = 10^floor(log10(w / k)),  w the wider half of the interval, k = 1 for sums, 3.55 for all else,

kept between the second digit of the value and its first; without an interval, the second. Whole numbers
(people) may keep a third, but in a derived table, which tells its parents to two. No step is finer than the
last decimal that the column prints. What is no sum, drawn at
random for people (a forecast) or reckoned from printed numbers, moves so by a seventh of w at most, and its
bounds are its own to the same step, outward: no digit of it tells of a single firm. Percents of printed
numbers are so to the point at least: their reader has both. The bounds of a sum are not: as fine, a dozen
rows of the sample's page 01 would be withheld for them.

The bounds of a sum are the rounded value plus and minus the next of 1, 1.5, 2, 3, 5, 7 (times a power of ten)
times itself, above the half of its interval and what it may have been rounded by: they tell a class of
uncertainty, not a second equation between the rows. Were they as far from the printed value as the true
bounds are, their middle would tell the true one. Those of a share beside its measure are so too: it may have
been rounded by what both printed numbers leave it.
Those of what is known exactly, all its bounds being itself, are the rounded value plus and minus its step, or
itself where whole numbers are printed in full: whom its rounding hides stays hidden.
An estimate is printed no smaller than what was observed of it on the same row: both take the finer of their
steps where it would be.
Differences, shares and relative changes are reckoned from the rounded numbers beside them, the bounds of a
difference from the printed bounds of its two, so they add nothing, and who reckons them again finds the same.
Where all rows of a whole are printed, shares are of the sum of these (``aggregates``), and add to 100.
A part that is printed as large as its whole, and is not all of it, has as its share the middle of what both
rounded numbers leave, 99 % at most.
A difference no larger than what both were rounded by may be of that alone: it is left out, not its bounds.
What is said of a change is so of what is printed: one whose printed bounds hold 0 is within its error.
The bounds of a share, in percent, stay between 0 and 100.
The mean of answers on a scale stops an eighth of it before its ends: at one of them all gave one answer.

Source: Particle Data Group, Review of Particle Physics (2022), Introduction, 5.3, for the step; Hundepool et
al. (2012), Statistical Disclosure Control, 3.2.3, for the ends (top and bottom coding).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from eit_analysis.publishing import wording
from eit_analysis.reference import scales

# Columns that begin so hold public statistics about whole branches: they tell nothing about an actor.
REFERENCE = "eurostat_"
COPIED = ("here_value", "others_median")  # beside the same numbers, as an exchange file has them
CLASSES = np.array([1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0])
WHOLE_DIGITS, DIGITS = 3, 2  # of people and of other whole numbers; of all else
SUM, NO_SUM = 1.0, 3.55  # steps in the half of an interval, at least
ALL = 0.995  # of a whole: from there on a share is printed as 100 %
# By column, what it is in percent: the first of the others, as a share of the second.
RATES = {"change_percent": ("change_t_per_year", "mass_before_t_per_year")}
# By column, the two of which it is the difference; and what it is the whole of, on the same row.
DIFFERENCES = {
    "change_t_per_year": ("mass_t_per_year", "mass_before_t_per_year"),
    "saving_eur_per_t": ("mix_cost_eur_per_t", "clean_cost_eur_per_t"),
}
PARTS = {"extrapolated_t_per_year": "observed_t_per_year"}
# By column that says a change, the word for none, and the unit of its bounds.
NO_CHANGE = {"change": ("within", "t_per_year"), "evolution": ("unclear", "percent")}
BOUND = re.compile(r"_(low|high)(\d*)(?=_|$)")


@dataclass(frozen=True)
class Rounded:
    """A table as it leaves: its frame, and for each column that tells something the step of each row."""

    frame: pd.DataFrame
    steps: dict[str, np.ndarray]


def digit(values: np.ndarray, place: int) -> np.ndarray:
    """The power of ten of the ``place``-th significant digit of each value; 0 for 0 and what is missing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.abs(values) * (1 + 1e-12))) + 1 - place
        return np.where(np.isfinite(power), 10.0**power, 0.0)


def to_step(values: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The values rounded to multiples of their steps, halves up; as they are where the step is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        # Rounded again: 0.1 times 3 is not 0.3.
        times = np.abs(np.round(values / step, 9))
        rounded = np.copysign(np.floor(times + 0.5), values) * step
        return np.where(step > 0, np.round(rounded, 12) + 0.0, values)


def rounded(
    frame: pd.DataFrame,
    keys: list[str],
    measure: str | None,
    wholes: Mapping[str, np.ndarray] = MappingProxyType({}),
    drawn: Collection[str] = (),
    made: bool = False,
) -> Rounded:
    """The table as it leaves the team.

    Parameters
    ----------
    frame : pandas.DataFrame
        Keys, then values.
    measure : str or None
        The column that is summed; None for a derived table.
    wholes : mapping
        By column that is a share of the measure, in percent, what it is a share of on each row.
    drawn : collection of str
        Columns drawn at random, of which no sum follows from the bounds.
    made : bool
        Whether it is made of printed numbers: what is exact there hides nothing by its rounding.
    """
    numbers, bounds = _numbers(frame, keys)
    values = {name: _within(name, frame[name].to_numpy(dtype=float)) for name in numbers}
    steps: dict[str, np.ndarray] = {}
    shown: dict[str, np.ndarray] = {}
    beside = set(wholes) if measure in values else set()
    # Of values that each have their unit, those in percent are no sums.
    in_percent = (frame["unit"] == "%").to_numpy() if "unit" in frame else np.zeros(len(frame), dtype=bool)
    no_sum = {name: (in_percent & (name == "value")) | (name in drawn) for name in numbers}
    rates = {name: of for name, of in RATES.items() if {name, *of} <= set(values)}
    between = {name: of for name, of in DIFFERENCES.items() if {name, *of} <= set(values)}
    for name in [n for n in numbers if n not in {*bounds, *beside, *rates, *between}]:
        value = values[name]
        whole_numbers = measure is not None and bool((np.nan_to_num(value) % 1 == 0).all())
        digits = WHOLE_DIGITS if whole_numbers else DIGITS
        ends = [values[b] for b, of in bounds.items() if of == name]
        steps[name] = np.fmax(
            step_of(value, ends, digits, np.where(no_sum[name], NO_SUM, SUM)), last_decimal(name, value)
        )
        if made and name.endswith("_percent"):  # one of six is 17 %, however wide its interval
            steps[name] = np.fmin(steps[name], 1.0)
    shown |= {name: to_step(values[name], step) for name, step in steps.items()}
    for estimate, part in PARTS.items():
        if {estimate, part} <= set(steps):
            below = (values[estimate] >= values[part]) & (shown[estimate] < shown[part])
            finer = np.fmin(steps[estimate], steps[part])
            for name in (estimate, part):
                steps[name] = np.where(below, finer, steps[name])
                shown[name] = to_step(values[name], steps[name])
    off = {name: _off(values[name], step) for name, step in steps.items()}
    for name, (first, second) in between.items():
        gap = _difference(shown[first], shown[second], values[name])
        of_both = (steps[first] + steps[second]) / 2
        told = np.isnan(values[first] + values[second]) | (of_both == 0) | (np.abs(gap) > of_both)
        shown[name] = np.where(told, gap, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in beside:
            part, step = str(measure), whole_step(wholes[name], values[str(measure)])
            whole = to_step(wholes[name], step)
            ratio = shown[part] / whole
            off_whole = _off(wholes[name], step)
            least, most = ((shown[part] + s * off[part]) / (whole - s * off_whole) for s in (-1, 1))
            # A part of it is no 100 %: the middle of what both leave it.
            almost = (ratio >= ALL) & (values[part] < wholes[name] * (1 - 1e-9))
            ratio = np.where(almost, np.minimum((least + 1) / 2, 0.99), ratio)
            shown[name] = _ratio(100 * ratio, values[name])
            off[name] = np.nan_to_num(np.fmax(100 * most - shown[name], shown[name] - 100 * least))
        for name, (over, under) in rates.items():
            ratio = np.nan_to_num(shown[over]) / np.nan_to_num(shown[under])
            given = np.where(np.isnan(shown[over]), np.nan, values[name]) if over in between else values[name]
            shown[name] = _ratio(100 * ratio, given)
    for name, of in bounds.items():
        high, value = "_high" in name, values[name]
        sides = [values[bound] for bound, bounded in bounds.items() if bounded == of]
        shown[name] = _outward(value, high)
        if of in shown:
            away = np.abs(value - values[of]) + off.get(of, 0.0)
            shown[name] = _outward(_bound(value, shown[of], high, away), high)
        if of in steps:
            wide = 0.0 if made and of.endswith("_percent") else supported(values[of], sides, NO_SUM)
            fine = _outward(value, high, np.fmax(steps[of], wide))
            shown[name] = np.where(no_sum[of], fine, shown[name])
            known = np.logical_and.reduce([side == values[of] for side in sides]) & (not made)
            ends = shown[of] + 2 * off[of] * (1 if high else -1)
            shown[name] = np.where(known, np.where(values[of] < 0, ends, np.clip(ends, 0, None)), shown[name])
        shown[name] = _of_a_whole(name, values[name], shown[name])
    end_of = {(of, "_high" in name): name for name, of in bounds.items()}
    for (of, high), name in end_of.items():
        if of in between:
            first, second = (end_of[one] for one in zip(between[of], (high, not high), strict=True))
            shown[name] = _difference(shown[first], shown[second], values[name])
    for (of, high), name in end_of.items():
        if of in rates and rates[of][0] in between:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = 100 * shown[end_of[rates[of][0], high]] / shown[rates[of][1]]
            shown[name] = _outward(_ratio(ratio, values[name]), high)
    return Rounded(_as_printed(frame, shown), steps)


def reckoned(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What follows from printed numbers, to the digits of :func:`step_of`; bounds to the same, outward."""
    return rounded(frame, keys, None, drawn=[*map(str, frame)], made=True).frame


def _as_printed(frame: pd.DataFrame, shown: dict[str, np.ndarray]) -> pd.DataFrame:
    """The frame with its printed numbers, and the words of the changes of which these bounds hold 0."""
    for name, (word, unit) in NO_CHANGE.items():
        low, high = f"change_low_{unit}", f"change_high_{unit}"
        if {name, low, high} <= {*frame, *shown}:
            none = (shown[low] <= 0) & (shown[high] >= 0) & (frame[name] != "not_comparable")
            frame = frame.assign(**{name: frame[name].mask(none, word)})
    return frame.assign(**shown)


def _numbers(frame: pd.DataFrame, keys: list[str]) -> tuple[list[str], dict[str, str]]:
    """The columns that are rounded and, of those that are bounds, what they bound."""
    numbers = [
        str(name)
        for name in frame.select_dtypes("number").columns
        if name not in keys and not exact(str(name), frame)
    ]
    return numbers, {name: BOUND.sub("", name) for name in numbers if BOUND.search(name)}


def exact(name: str, frame: pd.DataFrame) -> bool:
    """Whether a column holds no amount of an actor: counts, years, ranks, public figures, parameters."""
    if name in COPIED or name.startswith(
        (REFERENCE, "n_", "rank", "national_", "basin_", "target_", "tension_", "vote", "weight", "year")
    ):
        return True
    if name.endswith("_year") and "per" not in name:
        return True
    return name in wording.PARAMETERS and "unit" in frame


def step_of(
    value: np.ndarray, bounds: list[np.ndarray], digits: int, least: float | np.ndarray
) -> np.ndarray:
    """The step of each value, from the widest of its bounds, to so many digits at most."""
    finest, coarsest = digit(value, digits), digit(value, 1)
    return np.clip(supported(value, bounds, least), finest, coarsest) if bounds else finest


def supported(value: np.ndarray, bounds: list[np.ndarray], least: float | np.ndarray) -> np.ndarray:
    """The step of which the widest half has ``least``, 0 where all bounds are the value."""
    with np.errstate(invalid="ignore"):
        half = np.fmax.reduce([np.abs(bound - value) for bound in bounds])
    return np.nan_to_num(digit(half / least, 1))


def last_decimal(name: str, values: np.ndarray) -> np.ndarray:
    """The step to which a column prints: rounded to 0.35 first, 0.349 would be printed 0.4 with one decimal.

    Its first digit for what would be printed 0; nothing for what is of any unit.
    """
    if name in (*wording.ANY_UNIT, *wording.CHANGES):
        return np.zeros(len(values))
    return np.fmin(10.0 ** -wording.heading(name).decimals, digit(values, 1))


def _within(name: str, values: np.ndarray) -> np.ndarray:
    """The means of answers no nearer to the ends of their scale than :func:`scales.ends`."""
    return np.clip(values, *scales.ends(name)) if name in scales.SCALES else values


def whole_step(wholes: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The step of what shares are of: its third digit where all parts are whole numbers, else its second."""
    counted = (np.nan_to_num(parts) % 1 == 0).all()
    return digit(wholes, WHOLE_DIGITS if counted else DIGITS)


def _difference(upper: np.ndarray, lower: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Of printed numbers, a missing one being none, wherever there is one to tell."""
    return np.where(np.isnan(given), np.nan, np.round(np.nan_to_num(upper) - np.nan_to_num(lower), 12))


def percent(parts: np.ndarray, wholes: np.ndarray, given: np.ndarray) -> np.ndarray:
    """What printed parts are of the sum of all of them, in percent: 99 at most where it has others."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = parts / wholes
    return _ratio(100 * np.where((ratio >= ALL) & (parts < wholes), 0.99, ratio), given)


def _ratio(ratio: np.ndarray, given: np.ndarray) -> np.ndarray:
    """A ratio of printed numbers, in percent: to two digits, to the point at the finest from 1 % on."""
    step = np.where(np.abs(ratio) >= 1, np.fmax(digit(ratio, DIGITS), 1.0), digit(ratio, 1))
    return np.where(np.isnan(given), np.nan, np.where(np.isfinite(ratio), to_step(ratio, step), given))


def _off(values: np.ndarray, step: np.ndarray) -> np.ndarray:
    """How far each value may be from what is printed of it: nowhere where whole numbers are so in full."""
    full = (np.nan_to_num(values) % 1 == 0).all() & (step <= 1)
    return np.where(full, 0.0, step / 2)


def _bound(value: np.ndarray, centre: np.ndarray, high: bool, away: np.ndarray) -> np.ndarray:
    """The printed value moved by the class of ``away``; not below 0 where the bound ``value`` is not."""
    scale = np.where(centre == 0, 1.0, np.abs(centre))
    step = _class(away / scale) * scale
    moved = centre + step if high else centre - step
    return np.where(value >= 0, np.clip(moved, 0, None), moved)


def _of_a_whole(name: str, value: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """The printed bounds of a column: those of a share that is no more than the whole are no more either."""
    is_share = name.endswith("_percent") and not name.startswith("change")
    return np.where(value <= 100, np.minimum(shown, 100), shown) if is_share else shown


def _class(relative: np.ndarray) -> np.ndarray:
    power = digit(relative, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lead = CLASSES[np.searchsorted(CLASSES, np.nan_to_num(relative / power) * (1 - 1e-9)).clip(0, 6)]
    return np.where(np.isnan(relative), np.nan, lead * power)


def _outward(values: np.ndarray, high: bool, step: np.ndarray | float = 0.0) -> np.ndarray:
    """To the step, or where it is 0 to two digits, away from the value."""
    step = np.where(np.greater(step, 0), step, digit(values, DIGITS))
    with np.errstate(divide="ignore", invalid="ignore"):
        edge = (np.ceil if high else np.floor)(np.round(values / step, 9)) * step
    return np.where(step > 0, np.round(edge, 12), values)
