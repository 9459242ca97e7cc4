"""What a whole is made of: stacked bars, with the interval of each whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import by_row, drawn, empty, row_height, wrapped
from eit_analysis.publishing.figures.palette import HATCHES, RECOVERIES, colour, ink
from eit_analysis.publishing.figures.ranked import at_end, whiskers
from eit_analysis.publishing.release.tables import Table

# Readers of grey prints tell the parts that are no families of flows by their place in this list.
SPARE = ["", "//", "--", "xx", "\\\\", "||", "////", "++"]
REST = "détail non diffusé"
PARTLY = "+ part non diffusée"


def stacked(table: Table, value: str, by: str, low: str | None = None, high: str | None = None) -> str:
    """Stacked horizontal bars: the first other key on the axis, key ``by`` as colours and hatches.

    Where the table has visible subtotals (rows whose ``by`` is its total), each bar ends with that number
    and, with ``low`` and ``high``, its interval; what the parts shown leave of it is drawn as not detailed.
    A bar with a withheld part and no visible subtotal says so in the place of a number.
    """
    rows = table.visible.dropna(subset=[value])
    first = next((key for key in table.keys if key != by), by)
    wholes = _subtotals(table, first, by, value)
    if rows.empty:
        return empty()
    wide = rows.pivot_table(index=first, columns=by, values=value, aggfunc="sum", sort=False)
    wide = wide[_ordered(list(wide.columns), rows, by, value)].fillna(0.0)
    sums = wide.sum(axis=1)
    if not wholes.empty:
        shown = wholes[value].reindex(wide.index)
        sums = shown.fillna(sums)
    wide = wide.loc[sums.sort_values(kind="stable").index]
    complete = ~rows[first].isin(table.frame.loc[table.hidden, first])
    whole_known = set(wholes.index) | set(rows.loc[complete, first])
    names = [wrapped(wording.cell(code, first)) for code in wide.index]

    def paint(axes: Axes) -> None:
        places = np.arange(len(wide))
        left = np.zeros(len(wide))
        for i, code in enumerate(wide.columns):
            fill = colour(str(code), i)
            some = (wide[code] > 0).to_numpy()
            axes.barh(
                places[some], wide[code][some], left=left[some], height=0.7, **_style(str(code), fill, i)
            )
            left += wide[code].to_numpy()
        ends, rest = left.copy(), np.zeros(len(wide))
        if not wholes.empty:
            whole = wholes[value].reindex(wide.index).to_numpy(dtype=float)
            rest = np.nan_to_num(whole - left).clip(min=0)
            rest[rest < 1e-9 * np.nanmax(left)] = 0
            axes.barh(places, rest, left=left, height=0.7, color="none", edgecolor="#555555", linestyle="--")
            ends = ends + rest
            if low and high:
                bounds = wholes.reindex(wide.index)
                whiskers(axes, bounds[value], bounds[low], bounds[high], places)
                ends = np.fmax(ends, bounds[high].to_numpy(dtype=float))
        for place, code, end in zip(places, wide.index, ends, strict=True):
            known = code in whole_known
            at_end(axes, end, place, wording.measured(float(sums[code]), value) if known else PARTLY)
        by_row(axes, names, value)
        axes.margins(x=0.02, y=0.02)
        axes.set_xlim(left=0)
        patches = [
            Patch(label=wording.cell(code, by), **_style(str(code), colour(str(code), i), i))
            for i, code in enumerate(wide.columns)
        ]
        if rest.any():
            patches.append(Patch(facecolor="none", edgecolor="#555555", linestyle="--", label=REST))
        # Legends placed by the canvas never cover the axis, whatever the number of bars.
        axes.figure.legend(
            handles=patches, loc="outside upper left", ncols=min(5, len(patches)), frameon=False,
            handleheight=1.3, handlelength=2.2,
        )  # fmt: skip

    return drawn(1.3 + 0.25 * -(-len(wide.columns) // 5) + row_height(names) * len(wide), paint)


def _subtotals(table: Table, first: str, by: str, value: str) -> pd.DataFrame:
    """Visible rows that give the whole of each bar, by code of the first key."""
    rows = table.frame[~table.hidden].dropna(subset=[value])
    whole = rows[by].astype(str) == table.total
    return rows[whole & (rows[first].astype(str) != table.total)].drop_duplicates(first).set_index(first)


def _ordered(codes: list, rows: pd.DataFrame, by: str, value: str) -> list:
    """The waste hierarchy in its order; anything else from the largest down."""
    if set(map(str, codes)) <= set(RECOVERIES):
        return sorted(codes, key=list(RECOVERIES).index)
    weights = rows.groupby(by, sort=False)[value].sum()
    return sorted(codes, key=lambda code: -weights[code])


def _style(code: str, fill: str, position: int) -> dict:
    dark = ink(fill) != "#FFFFFF"
    return {
        "facecolor": fill,
        "hatch": HATCHES.get(code, SPARE[position % len(SPARE)]),
        "edgecolor": "#444444" if dark else "#FFFFFF",
        "linewidth": 0.5,
    }
