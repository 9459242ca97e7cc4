"""Who sits where: projects to the left, their members to the right, a line for each seat."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from eit_analysis import french
from eit_analysis.publishing import wording
from eit_analysis.publishing.figures.drawing import DARK, OfPart, drawn, empty, wrapped
from eit_analysis.publishing.figures.palette import MARKS, NEUTRAL, PALETTE
from eit_analysis.publishing.release.tables import Table

ROW = 0.38  # inches that a name of two lines needs
WIDTH = 30  # characters
SWEEPS = 8
CARRIED = PALETTE[0]
MOST_PROJECTS, MOST_ACTORS = 25, 40  # of more, no line could be followed


def seats(table: Table) -> str:
    """Lines from each project (``title``) to its members (``site_id``), thick to the one who carries it.

    The table has one row for each seat, with ``seat`` and ``actor_type``. Of many projects the largest are
    drawn, and the figure says so.
    """
    rows = _largest(table)
    if rows.empty:
        return empty()
    left, right = _places(rows["title"]), _places(rows["site_id"])
    # Each side in turn stands by the mean place of what it is linked to: lines then cross little.
    for _ in range(SWEEPS):
        right = _places(_mean(rows["title"].map(left), rows["site_id"]))
        left = _places(_mean(rows["site_id"].map(right), rows["title"]))
    kinds = dict(zip(rows["site_id"], rows["actor_type"], strict=True))

    def paint(axes: Axes) -> None:
        for title, name, seat in rows[["title", "site_id", "seat"]].itertuples(index=False):
            carries = seat == "carrier"
            shade, width = (CARRIED, 2.6) if carries else (NEUTRAL, 1.0)
            axes.plot([0, 1], [left[title], right[name]], color=shade, linewidth=width, zorder=1 + carries)
        for title, y in left.items():
            axes.plot(0, y, "s", color=DARK, markersize=5, zorder=3)
            axes.text(-0.04, y, wrapped(title, WIDTH), ha="right", va="center")
        for name, y in right.items():
            mark = MARKS.get(kinds[name], MARKS["public"])
            axes.plot(
                1, y, mark.symbol, markerfacecolor=mark.fill, markeredgecolor=DARK, markersize=8, zorder=3
            )
            axes.text(1.05, y, wrapped(name, WIDTH), ha="left", va="center")
        present = [kind for kind in MARKS if kind in kinds.values()]
        key = [
            axes.plot([], [], MARKS[kind].symbol, markerfacecolor=MARKS[kind].fill, markeredgecolor=DARK)[0]
            for kind in present
        ]
        key += [
            axes.plot([], [], color=shade, linewidth=width)[0]
            for shade, width in ((CARRIED, 2.6), (NEUTRAL, 1))
        ]
        words = [wording.cell(kind, "actor_type") for kind in present]
        words += [wording.cell(seat, "seat") for seat in ("carrier", "member")]
        axes.legend(
            key,
            words,
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=3,
            frameon=False,
            handlelength=1.6,
        )
        axes.set_xlim(-1.1, 2.1)
        margin = 0.5 / max(len(left), len(right))
        axes.set_ylim(-margin, 1 + margin)
        axes.set_axis_off()

    return OfPart(drawn(0.9 + ROW * max(len(left), len(right)), paint), _which(table.visible, rows))


def _which(every: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Which projects are drawn, in words; "" where all are."""
    n_all, n_drawn = every["title"].nunique(), rows["title"].nunique()
    if n_drawn == n_all:
        return ""
    those = "le micro-projet qui a" if n_drawn == 1 else f"les {n_drawn} micro-projets qui ont"
    return f"{those} le plus de membres, synergies à plusieurs comprises, sur {french.whole(n_all)}"


def _largest(table: Table) -> pd.DataFrame:
    """The seats of the projects with most members, down to the first that would bring too many actors."""
    rows = table.visible.astype({"title": str, "site_id": str})
    members = rows.groupby("title", sort=False)["site_id"].agg(set)
    kept: list[str] = []
    actors: set[str] = set()
    for title in sorted(members.index, key=lambda title: -len(members[title]))[:MOST_PROJECTS]:
        actors |= members[title]
        if kept and len(actors) > MOST_ACTORS:
            break
        kept.append(title)
    return rows[rows["title"].isin(kept)]


def _mean(place: pd.Series, name: pd.Series) -> pd.Index:
    """Names in the order of the mean of their places."""
    return place.groupby(name, sort=False).mean().sort_values(kind="stable").index


def _places(names: Iterable[str]) -> dict[str, float]:
    """Heights, from 0 to 1, of names one above the other in their order."""
    each = list(dict.fromkeys(names))
    return dict(zip(each, np.linspace(0, 1, len(each)) if len(each) > 1 else [0.5], strict=True))
