"""All that was read as one system over the variables, which come as groups that nothing tells apart.

    low <= A x <= high,   x >= 0 (or <= 0: what is earned),

centred on the truth: x = truth + y, so that y = 0 always holds and a solution is a witness.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .knowledge import Form, Known
from .layout import Cell
from .rounding import Interval

LARGE = 1e7


@dataclass
class Row:
    """One inequality that the reader knows: its form, its interval, the cell that says it."""

    form: Form
    low: float
    high: float
    source: str


@dataclass
class System:
    """Rows over groups of variables of one owner; ``groups`` maps a variable to its group."""

    matrix: csr_array
    low: np.ndarray
    high: np.ndarray
    sources: list[str]
    owner: np.ndarray
    truth: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    place: dict[int, tuple[int, float]]
    blocks: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))

    def vector(self, form: Form) -> dict[int, float]:
        """A form over the groups; its coefficients are equal inside each by construction."""
        found: dict[int, float] = {}
        for variable, factor in zip(form.variables, form.coefficients, strict=True):
            group, ratio = self.place[int(variable)]
            found[group] = float(factor) / ratio
        return found


def rows_of(cells: Iterable[Cell]) -> list[Row]:
    """Every printed cell as rows; a share p of a whole as two: x - p_low w >= 0 and x - p_high w <= 0."""
    found: dict[tuple, Row] = {}
    cells = [cell for cell in cells if cell.interval is not None and len(cell.form.variables)]
    printed = {_key(cell.form) for cell in cells if cell.whole is None}
    for cell in cells:
        # A share of two amounts that are both printed is a division that anyone can do.
        if cell.whole is not None and {_key(cell.form), _key(cell.whole)} <= printed:
            continue
        source = f"{cell.table} | {cell.label} | {cell.measure}"
        for form, interval in _inequalities(cell):
            key = _key(form)
            if key in found:
                known = found[key]
                if interval[0] > known.low or interval[1] < known.high:
                    known.source = f"{known.source} ; {source}" if known.source != source else source
                known.low, known.high = max(known.low, interval[0]), min(known.high, interval[1])
            else:
                found[key] = Row(form, *interval, source)
    return list(found.values())


def _key(form: Form) -> tuple[bytes, bytes]:
    return form.variables.tobytes(), form.coefficients.round(12).tobytes()


def _inequalities(cell: Cell) -> list[tuple[Form, Interval]]:
    assert cell.interval is not None
    if cell.whole is None:
        return [(cell.form, cell.interval)]
    low, high = cell.interval
    return [
        (cell.form.less(cell.whole, low / 100), (0.0, np.inf)),
        (cell.form.less(cell.whole, high / 100), (-np.inf, 0.0)),
    ]


def build(known: Known, rows: list[Row], parts: Iterable[Form]) -> System:
    """The system over groups: variables of one owner whose columns, over rows and parts, are proportional."""
    forms = [row.form for row in rows]
    every = [*forms, *parts]
    columns: dict[int, list[tuple[int, float]]] = {}
    for number, form in enumerate(every):
        for variable, factor in zip(form.variables, form.coefficients, strict=True):
            columns.setdefault(int(variable), []).append((number, float(factor)))
    truth = known.truth
    groups: dict[tuple, int] = {}
    place: dict[int, tuple[int, float]] = {}
    owner, sign, sums = [], [], []
    for variable, column in columns.items():
        scale = column[0][1]
        way = known.sign[variable]
        key = (
            known.owner[variable],
            way,
            tuple((number, round(factor / scale, 10)) for number, factor in column),
            np.sign(scale),
        )
        if key not in groups:
            groups[key] = len(groups)
            owner.append(known.owner[variable])
            sign.append(way)
            sums.append((0.0, scale))
        group = groups[key]
        total, first = sums[group]
        # Variable x counts as (its factor / the first one's factor) x in the group's amount.
        ratio = scale / first
        sums[group] = (total + ratio * truth[variable], first)
        place[variable] = (group, ratio)
    size = len(groups)
    data: dict[tuple[int, int], float] = {}
    for number, form in enumerate(every):
        for variable, factor in zip(form.variables, form.coefficients, strict=True):
            group, ratio = place[int(variable)]
            data[number, group] = float(factor) / ratio
    index = np.array(list(data), dtype=int).reshape(-1, 2)
    links = csr_array((list(data.values()), (index[:, 0], index[:, 1])), shape=(len(every), size))
    matrix = csr_array(links[: len(rows)])
    amounts, ways = np.array([s for s, _ in sums]), np.array(sign)
    reached = matrix @ amounts
    slack = 1e-9 * np.maximum(1.0, np.abs(reached))
    lows = np.array([row.low for row in rows])
    highs = np.array([row.high for row in rows])
    system = System(
        matrix,
        np.minimum(lows - reached, -slack),
        np.maximum(highs - reached, slack),
        [row.source for row in rows],
        np.array(owner, dtype=object),
        amounts,
        np.select([ways == 1, ways == 0], [-amounts, np.zeros(size)], -LARGE),
        np.select([ways == -1, ways == 0], [-amounts, np.zeros(size)], LARGE),
        place,
    )
    # A part that lies in two blocks of rows joins them: both are asked together.
    system.blocks = _blocks(links)
    return system


def _blocks(matrix: csr_array) -> np.ndarray:
    """Number of the connected part of the system that each group is in."""
    rows, columns = matrix.shape
    links = matrix.tocoo()
    size = rows + columns
    graph = csr_array((np.ones(links.nnz), (links.coords[0], rows + links.coords[1])), shape=(size, size))
    return connected_components(graph, directed=False)[1][rows:]
