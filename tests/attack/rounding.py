"""A printed number is an interval: what it was before it was rounded."""

from __future__ import annotations

import math
import re
from functools import cache

NUMBER = re.compile(r"[-−+]?\d[\d ]*(?:,\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
WITHHELD = {"s", "non diffusé", "nd", "n.d."}
Interval = tuple[float, float]


@cache
def number(text: str) -> float | None:
    """``-1 234,5`` as a number, None where the text is anything else."""
    if not NUMBER.fullmatch(text):
        return None
    return float(text.replace(" ", "").replace("−", "-").replace(",", "."))


def is_withheld(text: str) -> bool:
    return text.casefold() in WITHHELD


def significant(text: str) -> int:
    """Digits that a number shows, without the zeros before and after."""
    digits = re.sub(r"\D", "", text.casefold().partition("e")[0]).lstrip("0")
    return len(digits if "," in text and not re.search(r",0+$", text) else digits.rstrip("0"))


def magnitude(value: float) -> int:
    return math.floor(math.log10(abs(value)) + 1e-12)


def exact(text: str, of_file: bool) -> Interval:
    """Half a unit of the last decimal on a page; of the tenth significant digit in a file of data."""
    value = number(text)
    assert value is not None
    if of_file:
        half = 0.5 * 10.0 ** (magnitude(value) - 9) if value else 1e-9
    else:
        half = 0.5 * 10.0 ** -len(text.partition(",")[2])
    return value - half, value + half


def rounded(value: float, bounds: Interval | None, digits: int = 2, wider: float = 1.0) -> Interval:
    """Half a step on both sides.

    The step is the largest power of ten not above half the printed interval, but neither coarser than the
    first digit of the value nor finer than its second (the third of people); without bounds it is that one.
    A value that is no multiple of the step was rounded to a finer one: printed bounds are wider than true.
    They may be narrower too, around a value that was moved by half a step: the true ones, ``wider`` times as
    wide, had a coarser step.
    """
    if value == 0:
        return (0.0, 0.0) if bounds is None else (-bounds_step(bounds) / 2, bounds_step(bounds) / 2)
    finest, coarsest = 10.0 ** (magnitude(value) - digits + 1), 10.0 ** magnitude(value)
    step = finest if bounds is None else min(max(bounds_step(bounds, wider), finest), coarsest)
    while step > finest and abs(value / step - round(value / step)) > 1e-9:
        step /= 10
    return value - step / 2, value + step / 2


def bounds_step(bounds: Interval, wider: float = 1.0) -> float:
    half = wider * (bounds[1] - bounds[0]) / 2
    return 10.0 ** magnitude(half) if half > 0 else 0.0
