"""One quantity by two keys: the heat map."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.patches import Patch, Rectangle

from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import axis_title, drawn, empty, french_axis, row_height, wrapped
from eit_analysis.publishing.figures.palette import ink
from eit_analysis.publishing.release.tables import Table

# One hue, lightness falling evenly from 97 to 25: it survives a grey print.
SCALE = LinearSegmentedColormap.from_list("eit", ["#F4F8FC", "#C3D9EC", "#86B4D9", "#3F87BC", "#0A4C86"])
NOTHING = "–\u00a0: rien de déclaré, ce qui n'est pas zéro"
CLOSED = "s\u00a0: non diffusé"


def heat_map(table: Table, value: str, rows: str, columns: str) -> str:
    """Cells of key ``rows`` by key ``columns``, the number written in each, both keys from the largest down.

    A pair that nobody declared is blank with a dash, for it is not zero; a withheld one is hatched. Shades
    follow the square root, or the largest cell would leave all the others white.
    """
    shown = table.visible.dropna(subset=[value])
    if shown.empty:
        return empty()
    closed = table.frame[table.hidden]
    closed = closed[(closed[[rows, columns]].astype(str) != str(table.total)).all(axis=1)]
    order = {
        key: [
            *shown.groupby(key, sort=False)[value].sum().sort_values(ascending=False, kind="stable").index,
            # By name: the order of the table ranks what is withheld.
            *sorted(
                set(closed[key]) - set(shown[key]), key=lambda c: wording.alphabetical(wording.cell(c, key))
            ),
        ]
        for key in (rows, columns)
    }
    grid = shown.pivot_table(index=rows, columns=columns, values=value, aggfunc="sum", sort=False)
    grid = grid.reindex(index=order[rows], columns=order[columns])
    withheld = set(zip(closed[rows], closed[columns], strict=True))
    names = [wrapped(wording.cell(code, rows), 36) for code in grid.index]
    titles = [wording.cell(code, columns) for code in grid.columns]
    upright = len(titles) > 5 and max(map(len, titles)) > 22  # leaning, their lines would cross
    heads = [wrapped(title, 2 + max(22, len(title) // 2) if upright else 22) for title in titles]

    def paint(axes: Axes) -> None:
        amounts = grid.to_numpy(dtype=float)
        norm = PowerNorm(0.5, vmin=0, vmax=np.nanmax(amounts) or 1.0)
        for i, row in enumerate(grid.index):
            for j, column in enumerate(grid.columns):
                amount = amounts[i, j]
                text, fill = "–", "#FFFFFF"
                if (row, column) in withheld:
                    axes.add_patch(_hatched(j, i))
                    text = wording.SUPPRESSED
                elif not np.isnan(amount):
                    fill = mpl.colors.to_hex(SCALE(norm(amount)))
                    axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=fill, edgecolor="white"))
                    text = wording.rounded(float(amount), value)
                shade = ink(fill) if text != "–" else "#8A8F94"
                axes.text(j, i, text, ha="center", va="center", color=shade, fontsize=9.5)
        axes.set_xlim(-0.5, len(grid.columns) - 0.5)
        axes.set_ylim(len(grid) - 0.5, -0.5)
        axes.set_yticks(range(len(grid)), names)
        axes.set_xticks(range(len(heads)), heads)
        axes.tick_params(axis="both", length=0)
        axes.xaxis.tick_top()
        if len(heads) > 5:
            axes.tick_params(axis="x", rotation=90 if upright else 40)
            for label in axes.get_xticklabels():
                label.set(ha="left", va="center" if upright else "baseline", rotation_mode="anchor")
        axes.spines[:].set_visible(False)
        axes.annotate(NOTHING, (0, 0), (0, -8), "axes fraction", "offset points", va="top", fontsize=10)
        if withheld:
            mark = Patch(facecolor="white", edgecolor="#777777", hatch="////", label=CLOSED)
            axes.figure.legend(handles=[mark], loc="outside lower right", frameon=False)
        shrink, shades = min(1.0, 3.2 / len(grid) + 0.2), mpl.cm.ScalarMappable(norm, SCALE)
        bar = axes.figure.colorbar(shades, ax=axes, shrink=shrink, aspect=14, pad=0.01)
        bar.outline.set_visible(False)
        bar.set_label(f"{axis_title(value)}, teintes en racine carrée")
        french_axis(bar.ax.yaxis)

    return drawn(1.6 + max(0.3, row_height(names)) * len(grid), paint)


def _hatched(x: float, y: float) -> Rectangle:
    return Rectangle(
        (x - 0.46, y - 0.44), 0.92, 0.88, facecolor="white", edgecolor="#BBBBBB", hatch="////", linewidth=0.5
    )
