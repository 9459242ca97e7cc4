"""A drawing of who imports whom, as SVG: what imports stands above what it imports."""

from __future__ import annotations

from html import escape

# Pixels.
LETTER, PADDING, HEIGHT = 7.4, 12, 28
ROW, GAP, WIDEST = 64, 16, 820.0

Graph = dict[str, set[str]]


def draw(graph: Graph, title: str) -> str:
    """The drawing of a graph of imports; each box leads to the page of its module."""
    essential = _without_shortcuts(graph)
    place = _places(graph, essential)
    left = min(x - _width(name) / 2 for name, (x, _) in place.items()) - 1
    width = max(x + _width(name) / 2 for name, (x, _) in place.items()) - left + 1
    height = max(y for _, y in place.values()) + HEIGHT + 1
    lines = [_line(place[name], place[target]) for name in graph for target in sorted(essential[name])]
    boxes = [_box(name, *place[name]) for name in graph]
    return (
        f'<div class="imports"><svg role="img" aria-label="{escape(title)}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="{left:.0f} 0 {width:.0f} {height:.0f}">'
        f"{''.join(lines + boxes)}</svg></div>"
    )


def _levels(graph: Graph) -> dict[str, int]:
    """Length of the longest chain of imports below each module; a circle is cut where it closes."""
    level: dict[str, int] = {}

    def of(name: str, above: tuple[str, ...] = ()) -> int:
        if name not in level:
            below = [of(target, (*above, name)) for target in sorted(graph[name]) if target not in above]
            level[name] = 1 + max(below, default=-1)
        return level[name]

    for name in graph:
        of(name)
    return level


def _without_shortcuts(graph: Graph) -> Graph:
    """The imports that no longer way through others implies."""
    level, reached = _levels(graph), {}
    for name in sorted(graph, key=level.__getitem__):
        reached[name] = set(graph[name]).union(*(reached.get(target, set()) for target in graph[name]))
    return {
        name: {t for t in targets if not any(t in reached[other] for other in targets - {t})}
        for name, targets in graph.items()
    }


def _places(graph: Graph, essential: Graph) -> dict[str, tuple[float, float]]:
    """Middle of each box: rows by level, cut where too wide, each box near the middle of those above it."""
    level = _levels(graph)
    alone = {name for name in graph if not graph[name]} - set().union(*graph.values())
    place: dict[str, tuple[float, float]] = {}
    y = 2.0
    for rank in [*sorted(set(level.values()), reverse=True), -1]:
        names = [n for n in graph if (n in alone if rank < 0 else level[n] == rank and n not in alone)]

        def wanted(name: str) -> float:
            above = [x for other, (x, _) in place.items() if name in essential[other]]
            return sum(above) / len(above) if above else WIDEST / 2

        for row in _rows(sorted(names, key=wanted)):
            x = (WIDEST - sum(map(_width, row)) - GAP * (len(row) - 1)) / 2
            for name in row:
                place[name] = (x + _width(name) / 2, y)
                x += _width(name) + GAP
            y += ROW
    return place


def _rows(names: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for name in names:
        if rows and sum(_width(n) + GAP for n in [*rows[-1], name]) <= WIDEST:
            rows[-1].append(name)
        else:
            rows.append([name])
    return rows


def _label(name: str) -> str:
    return name.rpartition(".")[2]


def _width(name: str) -> float:
    return LETTER * len(_label(name)) + 2 * PADDING


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = (start[0], start[1] + HEIGHT), end
    bend = (y1 + y2) / 2
    return f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {bend:.0f} {x2:.0f} {bend:.0f} {x2:.0f} {y2:.0f}"/>'


def _box(name: str, x: float, y: float) -> str:
    width = _width(name)
    return (
        f'<a href="{name}.html"><rect x="{x - width / 2:.0f}" y="{y:.0f}" width="{width:.0f}" '
        f'height="{HEIGHT}" rx="4"/><text x="{x:.0f}" y="{y + HEIGHT / 2 + 4:.0f}">{escape(_label(name))}'
        "</text></a>"
    )
