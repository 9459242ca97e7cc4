"""The rows and columns of a table: the records behind each row, the column that a header names, intervals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from eit_analysis import reference
from eit_analysis.tables import TABLES, fields

from .knowledge import Form, Universe, folded, heading_labels
from .pages import Table
from .rounding import Interval, exact, is_withheld, magnitude, number, rounded

TOTALS = {"total", "ensemble", "toutes les familles", "tous les acteurs"}
POOLED = re.compile(r"autres?\b.*non diffus|autres$|autres,")
AMOUNT = re.compile(r"\((t/|t\)|€/an|kg|personnes|ETP|h |h/|par an)")
OF_PRINTED = {"share_percent", "represented_share_percent"}  # reckoned from the amounts beside them
SHARES = {*OF_PRINTED, "senior_share_percent", "described_percent", "peak_ratio"}
CHANGE, BOTH = "change_t_per_year", ("mass_t_per_year", "mass_before_t_per_year")
WHOLE = {"headcount", "declared_headcount", "planned_departures_3y", "planned_hires_3y"}


@dataclass
class Cell:
    """One row of a table in one column: its label, the form behind it, its interval if it is printed."""

    table: str
    label: str
    measure: str
    form: Form
    interval: Interval | None
    people: bool
    whole: Form | None = None  # a share (%) of this, and not an amount
    kind: str = "leaf"  # or "total", "pooled", "unnamed" (no row of its own), "relation" (no cell)


@dataclass
class Reading:
    """What was understood of a table: its cells, and what became of every number."""

    table: Table
    universe: str = ""
    keys: tuple[str, ...] = ()
    cells: list[Cell] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)


@cache
def columns_of(header: str) -> frozenset[str]:
    """Names of the columns that are printed under a header with its unit."""
    codes = frozenset({header} & _names())  # of an exchange file
    return codes or _headers().get(folded(re.sub(r" \[\w+\]$", "", header)), frozenset())


@cache
def _names() -> frozenset[str]:
    return frozenset().union(*_headers().values())


@cache
def _headers() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    words = reference.load("vocabulary").fillna("")
    for name, header, unit in zip(words["name"], words["header_fr"], words["unit"], strict=True):
        found.setdefault(folded(f"{header} ({unit})" if unit else header), set()).add(str(name))
    for table in TABLES:
        for name, declared in fields(table).items():
            found.setdefault(folded(declared["header"]), set()).add(str(name))
    return {header: frozenset(names) for header, names in found.items()}


def places_of(table: Table, names: tuple[str, ...]) -> list[int | None]:
    """Where a table has the columns of these names."""
    return [next((i for i, h in enumerate(table.headers) if name in columns_of(h)), None) for name in names]


def kind_of(row: list[str], keys: dict[int, str]) -> str:
    """Whether a row is about one group, about several that are pooled, or a total."""
    texts = [(folded(row[place]), name) for place, name in keys.items()]
    if any(POOLED.match(text) for text, _ in texts):
        return "pooled"
    is_total = any(text in TOTALS or text == heading_labels(n).get("Total", "total") for text, n in texts)
    return "total" if is_total or not keys else "leaf"


def rows_of_records(table: Table, universe: Universe, keys: dict[int, str]) -> list[np.ndarray | None]:
    """The records of every row; None for a row that the universe does not know.

    A pooled row has what the rows of its group leave.
    """
    masks = []
    kinds = [kind_of(row, keys) for row in table.rows]
    named = np.zeros(len(universe.keys), dtype=bool)
    for row, kind in zip(table.rows, kinds, strict=True):
        mask = np.ones(len(universe.keys), dtype=bool)
        for place, name in keys.items():
            text = folded(row[place]).strip("–-")
            if text and kind_of(row, {place: name}) == "leaf":
                mask &= universe.rows(name, text)
        masks.append(mask)
        if kind == "leaf":
            named |= mask
    rests = [m & ~named if kind == "pooled" else m for m, kind in zip(masks, kinds, strict=True)]
    return [mask if mask.any() else None for mask in rests]


def _bounds(table: Table, row: list[str], measure: str) -> Interval | None:
    """The printed interval of a value, for the step that it is rounded to."""
    ends = []
    for end in ("_low", "_high"):
        name = re.sub(r"(_t_per|_eur_per)", rf"{end}\1", measure)
        name = name.replace("observed", "mass") if measure.startswith("observed") else name
        values = [
            number(text)
            for header, text in zip(table.headers, row, strict=True)
            if name in columns_of(header)
        ]
        if len(values) != 1 or values[0] is None:
            return None
        ends.append(values[0])
    return ends[0], ends[1]


def intervals_of(table: Table, column: int, measure: str, is_exact: bool) -> Iterator[list[Interval | None]]:
    """What the numbers of a column may have been, row by row: to their last digit, else rounded, to the
    step that their bounds give or, where that does not hold, to one that is perhaps coarser.
    """
    of_file = table.file.endswith((".csv", ".xlsx"))
    values = [number(row[column]) for row in table.rows]
    if is_exact:
        yield [
            None if value is None else _whole(measure, exact(row[column], of_file))
            for value, row in zip(values, table.rows, strict=True)
        ]
    for wider in (1.0, 2.0):
        yield [
            None if value is None else _whole(measure, _rounded(table, row, measure, value, wider))
            for value, row in zip(values, table.rows, strict=True)
        ]


def _rounded(table: Table, row: list[str], measure: str, value: float, wider: float) -> Interval:
    """A share of printed numbers is as wide as the amounts of its row, and as its whole may be; a difference
    of two, which is told by subtracting them, as wide as both.
    """
    if measure == CHANGE:
        both = [(number(row[p]), n) for n in BOTH if (p := places_of(table, (n,))[0]) is not None]
        ends = [rounded(v, _bounds(table, row, name), wider=wider) for v, name in both if v is not None]
        half = sum((high - low) / 2 for low, high in ends)
        return value - half, value + half
    if measure not in OF_PRINTED:
        return rounded(value, _bounds(table, row, measure), 3 if measure in WHOLE else 2, wider)
    error = 0.0
    for place, header in enumerate(table.headers):
        amount = number(row[place])
        if amount and is_amount(header) and not is_bound(header):
            bounds = next((b for name in columns_of(header) if (b := _bounds(table, row, name))), None)
            low, high = rounded(amount, bounds, wider=wider)
            error = max(error, (high - low) / 2 / abs(amount))
    # To the point from 1 % on, else to one digit; two digits of a whole leave a twentieth at most.
    half = max(10.0 ** (magnitude(value) - 1), 1.0) / 2 if value >= 1 else 10.0 ** magnitude(value or 1) / 2
    width = half + (error + 0.05) * abs(value)
    return value - width, value + width


def _whole(measure: str, interval: Interval) -> Interval:
    """Whole people, where the interval holds a whole number."""
    low, high = float(np.ceil(interval[0])), float(np.floor(interval[1]))
    return (low, high) if measure in WHOLE and low <= high else interval


def fits(truth: float, interval: Interval) -> bool:
    slack = 1e-9 * max(1.0, abs(truth))
    return interval[0] - slack <= truth <= interval[1] + slack


def is_bound(header: str) -> bool:
    return any(re.search(r"_(low|high)(_|$|\d)", name) for name in columns_of(header))


def is_amount(header: str) -> bool:
    return AMOUNT.search(header) is not None


def hidden(table: Table) -> int:
    return sum(is_withheld(text) for row in table.rows for text in row)
