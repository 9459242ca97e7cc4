"""Several header rows on one sheet: below one that differs from the first, columns are those it names.

Rows are laid out again under the first header row, so that all that follows knows one. A unit that only some
of the headers state (``Quantité (kg)``) is written beside the numbers under them. A table beside another,
whose rows would bear the numbers of the rows of the first, is not read, and said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eit_analysis import tables
from eit_analysis.french import fold
from eit_analysis.intake.cells.columns import Rows
from eit_analysis.intake.cells.parsing import clean_text, header_unit, parse_number
from eit_analysis.intake.cells.periods import header_part, split_unit, year_and_month
from eit_analysis.intake.cells.remarks import YEAR
from eit_analysis.intake.sheets.header_words import BARE_UNIT, words
from eit_analysis.intake.sheets.headers import AMOUNTS, HEADER_WORDS, header_year
from eit_analysis.intake.sheets.ledger import NO_ROW, Ledger
from eit_analysis.intake.sheets.products import Making, made_of, product, total_of
from eit_analysis.intake.sheets.spec import Layout, TableSpec, layout_of
from eit_analysis.reference.findings import finding
from eit_analysis.reference.units import known_unit, normalise_unit, to_tonnes

SAME = 0.02  # between a total and the months that it adds, which were rounded
SCALES = 0.001, 1, 1000  # of kg beside t
WEIGHTS = "", "t", "kg", "g"  # the units that another quantity may state: 30 m3 may well be 12 t
# Headers of another quantity, and of a number of weights; not of another time, nor of trips.
OTHER_QUANTITY = re.compile(
    r"\b(?:quantite|qte|tonnage|poids|masse)s?\b"
    r"(?! (?:volumique|unitaire|moyen|max|min|stock|autoris|a vide|d(?:es? |u |')(?!dechet|matiere)))"
)
ONE_WEIGHT = re.compile(r"(?:poids|masse)s?\b|(?:t|kgs?|kilos?|tonnes?)(?: ?/ ?an)?$")
NUMBER_OF = re.compile(r"(?:nombre|nbre?|nb)\b")
OF_TIMES = re.compile(r"(?:nombre|nbre?|nb) (?:de |d')?(?:semaines?|mois|jours?|an)\b")  # that a year has
ELSEWHERE = re.compile(
    r"[0-9]{4}|\bn ?- ?1|prev|budget|objectif|enlevement|collecte|rotation|passage|levee|voyage|bordereau"
)
EXACT, MOST_ADDED = 1e-6, 200  # of a sum, and of its numbers
START = 4  # letters
LEAST = 2  # headers that make a row a header row
BARE = re.compile(r".*[0-9]")  # a number without its unit


def one_layout(layout: Layout, cells: Rows, place: int, ledger: Ledger) -> tuple[Layout, Rows]:
    """The layout and the rows of a sheet as if it had only its first header row."""
    found = [layout, *_later(layout, cells)]
    # Quantities of several years are of one table, not those of several sites.
    beside = [
        one for one in found if sum(_again(one, cells, text) for text in one.repeated.values()) >= LEAST
    ]
    below = [layout]
    for other in found[1:]:
        if other.columns == layout.columns and other.units == layout.units:
            continue
        end = next((next_.header_row for next_ in found if next_.header_row > other.header_row), len(cells))
        (beside if _is_beside(layout, other, cells, end) else below).append(other)
    for other in beside:
        row = cells[other.header_row]
        names = [*other.repeated.values()] or [clean_text(row[i]) for i in other.columns.values()]
        found_beside = finding("table_beside", row=other.header_row + 1)
        ledger.quarantine(place, NO_ROW, "", " | ".join(names), found_beside)
    layout, cells = _rearranged(below, cells) if len(below) > 1 else (layout, cells)
    layout, cells = _year_of_months(layout, cells, place, ledger)
    made = product(layout, cells)
    return made_of(layout, cells, made, place, ledger) if made else (layout, cells)


def _again(layout: Layout, cells: Rows, text: str) -> bool:
    """Whether a header that repeats one of the table is of no year, or of the year of the quantity read."""
    own = layout.columns.get("quantity")
    read = "" if own is None else header_year(clean_text(cells[layout.header_row][own]))
    return header_year(text) in ("", read)


def one_header(spec: TableSpec, cells: Rows, row: int) -> Rows:
    """The rows of a sheet whose header row stands on two, the second under the columns that it parts.

    ``Quantité (t)`` above ``2017`` and ``2018`` is ``Quantité 2017 (t)``; a unit below is that of its column.
    """
    if row + 1 >= len(cells):
        return cells
    top, below = (list(map(clean_text, line)) for line in cells[row : row + 2])
    layout = layout_of(spec, row, top)
    parted = [i for i, text in enumerate(below) if text and text != top[i]]
    if sum(map(bool, top)) < LEAST or len(parted) < LEAST:  # the first of them a title
        return cells
    kept = [i for name, i in layout.columns.items() if name not in AMOUNTS and i in parted]
    quantity = any(i == layout.columns.get("quantity") or not top[i] for i in parted)
    several = {i for i in kept if i + 1 in parted and not top[i + 1]}  # a head over more than one column
    if not quantity or not all(header_unit(f"{top[i]} {below[i]}")[1] for i in kept if i not in several):
        return cells
    if not all(YEAR.fullmatch(below[i]) or parse_number(below[i]).value is None for i in parted):
        return cells
    rows = [list(line) for line in cells]
    for i in parted:
        text, unit = header_unit(next(filter(None, top[i::-1]), ""))
        both = f"{text} {below[i]}".strip() + (f" ({unit})" if unit else "")
        whole = spec.means(below[i]) and not spec.means(both) and not BARE_UNIT.fullmatch(below[i])
        rows[row][i] = below[i] if whole else both
    rows[row + 1] = [""] * len(top)
    return Rows.of(rows)


def _year_of_months(layout: Layout, cells: Rows, place: int, ledger: Ledger) -> tuple[Layout, Rows]:
    """A quantity that stands in a column for each month, quarter or half of the year, as that of the year.

    Where the sheet has a quantity beside them, it is marked if it is not their sum.
    """
    named = {index: header_unit(text) for index, text in layout.unknown.items()}
    parts = [(part, index, unit) for index, (text, unit) in named.items() if (part := header_part(text))]
    own = sorted(part for part in parts if part[0][0] == max(parts)[0][0])
    units = {unit for *_, unit in own}
    # Each part once, in one unit: two years or a budget side by side are asked.
    whole = [number for (_, number), *_ in own] == list(range(1, max(parts)[0][0] + 1)) if own else False
    summed = {fold(layout.unknown[index]).startswith("cumul") for _, index, _ in own}
    if "quantity" not in tables.form(layout.table) or not whole or len(units) > 1 or len(summed) > 1:
        return layout, cells
    # The last of cumulated months holds the year.
    where = [index for _, index, _ in (own[-1:] if summed == {True} else own)]
    unit, stated = next(iter(units)) or layout.units.get("quantity", ""), layout.columns.get("quantity")
    if stated is None:
        return made_of(layout, cells, Making(where, " + ", unit, "months_added", total_of), place, ledger)
    for index, row in enumerate(cells[layout.header_row + 1 :], start=layout.header_row + 2):
        months, total = [parse_number(row[month]).value for month in where], parse_number(row[stated]).value
        if total is None or not any(months):
            continue
        if abs((added := sum(filter(None, months))) - total) > SAME * max(added, total):
            found = finding("months_against_total", added=added)
        elif None in months:
            found = finding("month_missing")
        else:
            continue
        ledger.mark(place, index, tables.header(layout.table, "quantity"), clean_text(row[stated]), found)
    return layout, cells


def beside_quantity(layout: Layout, cells: Rows, kept: np.ndarray, place: int, ledger: Ledger) -> None:
    """Mark the quantities beside which a column that is not read holds another, or how many such weights."""
    if "quantity" not in layout.columns:
        return
    stated, header = layout.columns["quantity"], tables.header(layout.table, "quantity")
    weight = ONE_WEIGHT.match(fold(clean_text(cells[layout.header_row][stated])))
    for index, text in (layout.unknown | layout.repeated).items():
        words = fold(text)
        counts = (weight and NUMBER_OF.match(words)) or OF_TIMES.match(words)
        weighs = normalise_unit(split_unit(header_unit(text)[1])[0]) in WEIGHTS
        again = index in layout.repeated and ONE_WEIGHT.match(words)
        other = weighs and (OTHER_QUANTITY.search(words) or again)
        if ELSEWHERE.search(words) or not (counts or other):
            continue
        for row in kept.tolist():
            own, value = (parse_number(cells[row][column]).value for column in (stated, index))
            if own and value and (counts or not any(abs(value / own / k - 1) < SAME for k in SCALES)):
                found = finding("quantity_beside", title=text, value=value)
                ledger.mark(place, row + 1, header, clean_text(cells[row][stated]), found)


def doubt_own(layout: Layout, cells: Rows, kept: np.ndarray, place: int, ledger: Ledger) -> None:
    """Mark what may not add up in a table of people's own: each of its rows is read, and none was asked for.

    A credit note is of the rows that it names; an invoice has a tonnage on each of its lines; a row may be
    the sum of those around it.
    """
    stated, header = layout.columns["quantity"], tables.header(layout.table, "quantity")
    rows = kept.tolist()
    texts, names = (
        ["" if i is None else clean_text(cells[row][i]) for row in rows]
        for i in (stated, layout.columns.get("description"))
    )
    numbers, folded = [parse_number(cells[row][stated]) for row in rows], list(map(fold, names))
    values = [number.value or 0.0 for number in numbers]
    dated = [i for i in layout.unknown if any(year_and_month(cells[row][i]) for row in rows)]
    days = [tuple(clean_text(cells[row][i]) for i in dated) for row in rows]
    loads, totals = Counter(zip(days, values, strict=True)), _sums(values)
    backs = [name for name, value in zip(folded, values, strict=True) if value < 0]
    for n, row in enumerate(rows):
        found = []
        if folded[n] and any(folded[n] in back and folded[n] != back for back in backs):
            found.append(finding("taken_back"))
        if dated and values[n] and loads[days[n], values[n]] > 1:
            found.append(finding("same_day"))
        if n in totals:
            found.append(finding("perhaps_total", name=names[n]))
        for one in found:
            ledger.mark(place, row + 1, header, texts[n], one)


def doubt_weights(layout: Layout, cells: Rows, rows: Sequence[int], place: int, ledger: Ledger) -> None:
    """Mark pieces and volumes whose family nobody stated: their mass may be twice as much."""
    stated, unit = layout.columns["quantity"], layout.columns.get("unit")
    for row in rows:
        text, beside = (clean_text(cells[row][i]) if i is not None else "" for i in (stated, unit))
        number = parse_number(cells[row][stated])
        own = split_unit(number.suffix or beside or layout.units.get("quantity", ""))[0]
        if number.value and known_unit(own) and to_tonnes(1.0, own, "") is None:
            found = finding("no_weight", text=f"{text} {beside}".strip())
            ledger.mark(place, row + 1, tables.header(layout.table, "quantity"), text, found)


def _sums(values: Sequence[float]) -> set[int]:
    """Which numbers are the sum of those after or before them: of two, where it has three figures."""
    found = set()
    for n, value in enumerate(values[:MOST_ADDED]):
        least = 2 if len(f"{value:g}".strip("0").replace(".", "")) > 2 else 3
        for around in (values[n + 1 : n + MOST_ADDED], values[:n][::-1]):
            sums = [*accumulate(around)][least - 1 :]
            if value > 0 and any(abs(total / value - 1) < EXACT for total in sums):
                found.add(n)
    return found


def _later(layout: Layout, cells: Rows) -> list[Layout]:
    """Layouts of the other header rows below the first."""
    means = layout.spec.means
    first = pc.utf8_lower(pc.utf8_slice_codeunits(pc.utf8_ltrim_whitespace(cells.texts), 0, START))
    likely = pc.is_in(first, pa.array(_starts(layout.table))).to_numpy(zero_copy_only=False)
    like = np.zeros(len(cells.values), dtype=bool)
    for number in np.flatnonzero(likely).tolist():
        like[number] = means(clean_text(cells.values[number])) is not None
    count = like[cells.numbers[layout.header_row + 1 :]].sum(axis=1)
    rows = np.flatnonzero(count >= LEAST) + layout.header_row + 1
    made = [layout_of(layout.spec, int(row), cells[int(row)]) for row in rows]
    return [other for other in made if len(other.columns) >= max(LEAST, len(other.unknown) + 1)]


@cache
def _starts(table: str) -> list[str]:
    """The first letters of all that may be a header of a form."""
    known = [spec["header"] for spec in tables.form(table).values()]
    own = [*known, *map(fold, known), *HEADER_WORDS, *words("head"), *words("kind")]
    return sorted({text[:START].lower() for text in own})


def _is_beside(layout: Layout, other: Layout, cells: Rows, end: int) -> bool:
    """Whether rows under another header row also hold something in columns of the first."""
    left = [i for i in layout.columns.values() if i not in other.columns.values()]
    under = cells.numbers[other.header_row : end]
    apart = not set(other.columns.values()) & set(layout.columns.values())
    return apart and cells.filled()[under[:, left]].any()


def _rearranged(found: list[Layout], cells: Rows) -> tuple[Layout, Rows]:
    first, *others = found
    columns, width = dict(first.columns), cells.numbers.shape[1]
    for name in (name for layout in others for name in layout.columns):
        if name not in columns:
            columns[name], width = width, width + 1
    original = [[*row, *[""] * (width - len(row))] for row in cells]
    rows, header = [list(row) for row in original], original[first.header_row]
    same_unit = len({layout.units.get("quantity", "") for layout in found}) == 1
    for layout, after in zip(found, [*others, None], strict=True):
        span = range(layout.header_row, after.header_row if after else len(rows))
        if layout is not first:
            for index in span:
                rows[index] = [""] * width
                for name, place in layout.columns.items():
                    rows[index][columns[name]] = original[index][place]
            # Its header row is one that repeats the first, which has the columns that only it names.
            rows[layout.header_row][columns[first.key]] = header[columns[first.key]]
            for name in layout.columns.keys() - first.columns.keys():
                rows[first.header_row][columns[name]] = original[layout.header_row][layout.columns[name]]
        unit = "" if same_unit else layout.units.get("quantity", "")
        for row in rows[span.start + 1 : span.stop] if unit else ():
            text = clean_text(row[columns["quantity"]])
            if BARE.fullmatch(text):
                row[columns["quantity"]] = f"{text} {unit}"
    units = first.units if same_unit else {n: u for n, u in first.units.items() if n != "quantity"}
    return replace(first, columns=columns, units=units), Rows.of(rows)
