"""Lengths in a drawing: bars are as long as what they show, perhaps to more digits than are printed.

No axis is needed: two lengths of one scale have the ratio of what they show. Each length that one printed
number explains is a share of the longest one. Where the lengths are those of the printed numbers, they say
nothing more.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import numpy as np

from .knowledge import folded
from .layout import Cell, Reading, fits

PLACE = 0.016  # coordinates have two decimals, at both ends
RECTANGLE = re.compile(r"<rect\b[^>]*>")
PATH = re.compile(r'<path\b[^>]*\bd="M ([\d.-]+) ([\d.-]+) L ([\d.-]+) ([\d.-]+) L ([\d.-]+) ([\d.-]+) L ')
# A ribbon of a Sankey diagram: its height is at its far end.
RIBBON = re.compile(r'<path\b[^>]*\bd="M[\d.]+,[\d.]+C[\d., ]*,([\d.]+)V([\d.]+)C')


def lengths(drawing: str) -> tuple[np.ndarray, np.ndarray]:
    """Widths and heights of all upright rectangles, and heights of ribbons."""
    found = []
    for tag in RECTANGLE.findall(drawing):
        sides = [re.search(rf'\b{side}="([\d.]+)"', tag) for side in ("width", "height")]
        if all(sides):
            found.append([float(side[1]) for side in sides if side])
    for corner in PATH.findall(drawing):
        x0, y0, x1, y1, x2, y2 = map(float, corner)
        if (x0 == x1 or y0 == y1) and (x1 == x2 or y1 == y2):
            found.append([abs(x2 - x0), abs(y2 - y0)])
    found += [[0.0, abs(float(low) - float(high))] for high, low in RIBBON.findall(drawing)]
    sizes = np.array(found).reshape(-1, 2).round(2)
    return sizes[:, 0], sizes[:, 1]


def measured(drawing: str, reading: Reading, truth: np.ndarray) -> list[Cell]:
    """What the lengths of a drawing say of the cells of its table, beyond what is printed."""
    shown = [c for c in reading.cells if c.interval and c.whole is None and c.interval[0] > 0]
    best: list[tuple[Cell, float]] = []
    for measure in {cell.measure for cell in shown}:
        column = [cell for cell in shown if cell.measure == measure]
        for sides in lengths(drawing):
            matched = _matched(column, np.unique(sides[sides > 1.0]))
            if len(matched) > len(best):
                best = matched
    if len(best) < 3:
        return []
    longest, reference = max(best, key=lambda pair: pair[1])
    said, more = [], False
    for cell, length in best:
        if cell is longest:
            continue
        low, high = ((length + way * PLACE) / (reference - way * PLACE) for way in (-1, 1))
        share = replace(cell, interval=(100 * low, 100 * high), whole=longest.form)
        if not fits(cell.form.at(truth) / longest.form.at(truth), (low, high)):
            return []
        printed = sum(cell.interval or ()) / sum(longest.interval or ())
        more |= not low <= printed <= high
        said.append(share)
    return said if more else []


def _matched(column: list[Cell], sides: np.ndarray) -> list[tuple[Cell, float]]:
    """Each cell with the one length that its printed interval allows, on the scale that explains most."""
    best: list[tuple[Cell, float]] = []
    for anchor in column:
        low, high = anchor.interval or (0.0, 0.0)
        for side in sides:
            scale = (side / high, side / low)
            pairs = []
            for cell in column:
                ends = cell.interval or (0.0, 0.0)
                near = sides[(sides >= ends[0] * scale[0] - PLACE) & (sides <= ends[1] * scale[1] + PLACE)]
                if len(near) and np.ptp(near) <= 2 * PLACE:  # the same length, drawn twice
                    pairs.append((cell, float(near.mean())))
            if len(pairs) > len(best):
                best = pairs
    return best


def of_drawings(drawings: list[str], readings: list[Reading], truth: np.ndarray) -> list[Cell]:
    """What all drawings say; each names the table that it was drawn from."""
    found: list[Cell] = []
    for drawing in drawings:
        named = re.search(r"tableau «\s*(.+?)\s*»", unescape(drawing).replace("\u00a0", " "))
        title = folded(named[1]) if named else ""
        for reading in readings:
            if title and folded(reading.table.title) == title:
                found += measured(drawing, reading, truth)
                break
    return found
