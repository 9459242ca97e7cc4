"""Drawings of released tables, as SVG text. Every function takes the table and names of its columns.

Only the visible rows of the table are drawn: what is withheld cannot be read off a picture.
"""

from eit_analysis.publishing.figures.changes import before_after, waterfall
from eit_analysis.publishing.figures.concentration import pareto
from eit_analysis.publishing.figures.maps import commune_map, partners_map
from eit_analysis.publishing.figures.projection import fan, lines, pyramid, survival, tradeoff
from eit_analysis.publishing.figures.ranked import bars, diverging, dots, funnel, shrinkage
from eit_analysis.publishing.figures.sankey_diagram import sankey
from eit_analysis.publishing.figures.seasons import monthly
from eit_analysis.publishing.figures.seats import seats
from eit_analysis.publishing.figures.waves import series, slope

__all__ = [
    "bars", "before_after", "commune_map", "diverging", "dots", "fan", "funnel", "lines", "monthly", "pareto",
    "partners_map", "pyramid", "sankey", "seats", "series", "shrinkage", "slope", "survival", "tradeoff",
    "waterfall",
]  # fmt: skip


def __dir__() -> list[str]:
    """The figures, without the modules that draw them."""
    return __all__
