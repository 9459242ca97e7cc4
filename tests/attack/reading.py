"""A table by its headers and labels: which records are behind each row, which coefficient in each column.

A table is held to be understood where one universe of records gives every number of a column within its
rounding: the true amounts tell a wrong reading from a right one, and nothing else of them is used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .knowledge import Form, Universe, cell, folded
from .layout import (
    SHARES,
    Cell,
    Reading,
    columns_of,
    fits,
    intervals_of,
    is_amount,
    is_bound,
    kind_of,
    rows_of_records,
)
from .pages import Table
from .rounding import Interval, number

HINTS = {
    "entrant": "in", "ressort": "reissued", "non valoris": "left", "mal tri": "sorted", "leur bilan": "own",
}  # fmt: skip
KNOWN = {
    "n_sites",
    "n_sites_before",
    "n_flows",
    "rank",
    "year",
    "month",
    "active_months",
    "threshold_percent",
    "frame_jobs",  # of a public register
}
PERCENT = dict.fromkeys(SHARES, 1.0) | {"peak_ratio": 100 / 12}  # to % of the whole
Pair = tuple[Form, Form] | None


@dataclass
class Attempt:
    """A table read as one about the records of one universe."""

    reading: Reading
    universe: Universe
    truth: np.ndarray
    exact: bool

    def __post_init__(self) -> None:
        table, universe = self.reading.table, self.universe
        self.keys: dict[int, str] = {}
        self.values: dict[int, str] = {}
        self.misread: set[str] = set()  # measures whose amounts are not of this universe
        values = SHARES.union(universe.measures)
        for place, header in enumerate(table.headers):
            names = columns_of(header)
            if found := names & universe.columns:
                self.keys[place] = min(found)
            elif (found := names & values) and (self.exact or not found & KNOWN):
                self.values[place] = min(found)
        self.measures = sorted({name for name in self.values.values() if name in universe.measures})
        self.possible = bool(self.measures or (self.keys and self.values))
        if self.possible:
            self.reading.keys = tuple(self.keys.values())
            self.masks = rows_of_records(table, universe, self.keys)
            self.labels = [" × ".join(row[k] for k in self.keys) or row[0] for row in table.rows]
            self._read()

    def _read(self) -> None:
        for place, name in self.values.items():
            if name not in SHARES:
                self._amount(place, name)
        for place, name in self.values.items():
            if name in SHARES:
                self._share(place, name)
        self._others()
        # A list of actors, or of groups that overlap, has no row for all that it does not name.
        listed = {"site_id", "group_number"} & set(self.keys.values())
        if self.keys and self.measures and not listed:
            self._unnamed(self.measures[0])

    def _amount(self, place: int, name: str) -> None:
        reading = self.reading
        forms = [cell(self.universe, name, m) if m is not None else None for m in self.masks]
        for printed in intervals_of(reading.table, place, name, self.exact):
            intervals = self._reckoned(printed)
            shown = [i for i, interval in enumerate(intervals) if interval is not None]
            known = [i for i in shown if forms[i] is not None]
            wrong = [i for i in known if not fits(forms[i].at(self.truth), intervals[i])]  # type: ignore
            if not wrong:
                break
        else:
            self._missed(place, shown, self.labels[wrong[0]])
            self.misread.add(name)
            return
        reading.numbers["in the system"] += len(known)
        if strange := [i for i in shown if forms[i] is None]:
            self._missed(place, strange, self.labels[strange[0]])
        for i, form in enumerate(forms):
            if form is not None and len(form.variables):
                self._keep(i, name, form, intervals[i])

    def _reckoned(self, intervals: list[Interval | None]) -> list[Interval | None]:
        """What the others are together is the printed total less the printed rows, as wide as these are."""
        kinds = [kind_of(row, self.keys) for row in self.reading.table.rows]
        totals = [i for i, kind in enumerate(kinds) if kind == "total" and intervals[i]]
        if "pooled" not in kinds or not totals:
            return intervals
        leaves = [
            interval for interval, kind in zip(intervals, kinds, strict=True) if kind == "leaf" and interval
        ]
        low, high = max(intervals[i] for i in totals)  # type: ignore[type-var, misc]
        rest = low - sum(end for _, end in leaves), high - sum(end for end, _ in leaves)
        return [rest if kind == "pooled" and i else i for i, kind in zip(intervals, kinds, strict=True)]

    def _share(self, place: int, name: str) -> None:
        # Where rows are counted and nothing is summed, a share is one of the count, that all know.
        if not self.measures and any(
            "n_flows" in columns_of(header) for header in self.reading.table.headers
        ):
            self.reading.numbers["known"] += len(self.reading.table.rows)
            return
        for intervals in intervals_of(self.reading.table, place, name, self.exact):
            shown = [i for i, interval in enumerate(intervals) if interval is not None]
            scale = PERCENT[name]
            for pairs in self._pairs(name):
                known = [
                    (i, pair) for i in shown if (pair := pairs[i]) is not None and pair[1].at(self.truth)
                ]
                ratios = [
                    100 / scale * top.at(self.truth) / whole.at(self.truth) for _, (top, whole) in known
                ]
                if known and all(fits(r, intervals[i]) for r, (i, _) in zip(ratios, known, strict=True)):
                    self.reading.numbers["in the system"] += len(known)
                    for i, (top, whole) in known:
                        low, high = intervals[i]  # type: ignore[misc]
                        self._keep(i, name, top, (scale * low, scale * high), whole)
                    if len(known) < len(shown):
                        self._missed(place, shown[len(known) :], "")
                    return
        self._missed(place, shown, "")

    def _pairs(self, name: str) -> Iterator[list[Pair]]:
        """Numerator and denominator of a share, by row, in each way that a page may mean it."""
        universe, first = self.universe, next(iter(self.keys.values()), None)
        if name == "senior_share_percent":
            if "senior" in universe.measures:
                yield self._over("senior", "aged", None)
            return
        if name == "described_percent":
            if "declared_headcount" in universe.measures:
                yield self._over("headcount", "declared_headcount", None)
            return
        words = universe.words(first) if first else None
        # Shares of amounts that are not of this universe are not either, though they may fit.
        alone = not any(is_amount(header) and not is_bound(header) for header in self.reading.table.headers)
        measures = self.measures or (list(universe.measures)[:1] if alone else [])
        for measure in [one for one in measures if one not in self.misread]:
            if name != "peak_ratio":
                yield self._over(measure, measure, np.zeros(len(universe.keys)))
            if words is not None and len(self.keys) > 1:
                yield self._over(measure, measure, words)

    def _over(self, top: str, whole: str, group: np.ndarray | None) -> list[Pair]:
        """Each row over all the records of its groups; over its own where there is no group."""
        pairs: list[Pair] = []
        for mask in self.masks:
            if mask is None:
                pairs.append(None)
                continue
            rest = mask if group is None else np.isin(group, np.unique(group[mask]))
            pairs.append((cell(self.universe, top, mask), cell(self.universe, whole, rest)))
        return pairs

    def _others(self) -> None:
        """Numbers of actors, ranks, keys: known; ends of intervals; and what is not read."""
        for place, header in enumerate(self.reading.table.headers):
            if place in self.values:
                continue
            names = columns_of(header)
            shown = [i for i, row in enumerate(self.reading.table.rows) if number(row[place]) is not None]
            if is_bound(header):
                self.reading.numbers["bounds"] += len(shown)
            elif place in self.keys or names & KNOWN:
                self.reading.numbers["known"] += len(shown)
            else:
                self._missed(place, shown, "")

    def _unnamed(self, measure: str) -> None:
        """The groups of records that the table could have a row for and does not name.

        A row that leaves a key blank stands for all its values.
        """
        words = list(zip(*(self.universe.words(name) for name in self.keys.values()), strict=True))
        named = {tuple(folded(row[k]).strip("–-") for k in self.keys) for row in self.reading.table.rows}
        partly = [row for row in named if "" in row]
        for group in sorted(set(words) - named):
            if any(all(said in ("", word) for said, word in zip(row, group, strict=True)) for row in partly):
                continue
            mask = np.array([word == group for word in words])
            form = cell(self.universe, measure, mask)
            if len(form.variables):
                title = self.reading.table.title or self.reading.table.file
                people, label = self.universe.people, " × ".join(group)
                cell_ = Cell(title, label, measure, form, None, people, kind="unnamed")
                self.reading.cells.append(cell_)

    def _keep(self, i: int, name: str, form: Form, interval: tuple | None, whole: Form | None = None) -> None:
        title = self.reading.table.title or self.reading.table.file
        kind = kind_of(self.reading.table.rows[i], self.keys)
        found = Cell(title, self.labels[i], name, form, interval, self.universe.people, whole, kind)
        self.reading.cells.append(found)

    def _missed(self, place: int, rows: list[int], example: str) -> None:
        header = self.reading.table.headers[place]
        self.reading.numbers["unread" if is_amount(header) else "no amount"] += len(rows)
        if rows and is_amount(header):
            self.reading.unread.append(f"{header}: {example}" if example else header)


def read_table(table: Table, universes: list[Universe], truth: np.ndarray, is_exact: bool) -> Reading:
    """The reading that puts most numbers in the system, then knows most keys, then that of the title."""
    title = folded(table.title or table.file.replace("-", " "))
    wanted = next((name for word, name in HINTS.items() if word in title), "out")
    best, merit = Reading(table), (0, 0, 0, 0)
    for universe in universes:
        attempt = Attempt(Reading(table, universe.name), universe, truth, is_exact)
        reading = attempt.reading
        # Without a key that it knows, only numbers that fit tell what a table is about.
        if not attempt.possible or not (attempt.keys or reading.numbers["in the system"]):
            continue
        fitting = reading.numbers["in the system"]
        hinted = int(universe.name.endswith(f" {wanted}"))
        score = (fitting - reading.numbers["unread"], len(attempt.keys), hinted, fitting)
        if not best.universe or score > merit:
            best, merit = reading, score
    if not best.universe or not best.cells:
        best = Reading(table)
        for place, header in enumerate(table.headers):
            shown = sum(number(row[place]) is not None for row in table.rows)
            kind = "bounds" if is_bound(header) else "unread" if is_amount(header) else "no amount"
            best.numbers[kind] += shown
        best.unread = ["whole table"] if best.numbers["unread"] else []
    return best
