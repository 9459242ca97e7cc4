"""Drawings of released tables, as SVG text. Every function takes the table and names of its columns.

Only the visible rows of the table are drawn: what is withheld cannot be read off a picture.
"""

from eit_analysis.publishing.figures.composition import stacked
from eit_analysis.publishing.figures.concentration import pareto
from eit_analysis.publishing.figures.matrix import heat_map
from eit_analysis.publishing.figures.places import commune_map
from eit_analysis.publishing.figures.projection import fan, lines, pyramid
from eit_analysis.publishing.figures.ranked import bars, dots, funnel
from eit_analysis.publishing.figures.sankey_diagram import sankey
from eit_analysis.publishing.figures.seasons import monthly
from eit_analysis.publishing.figures.tradeoff import tradeoff
from eit_analysis.publishing.figures.waterfall import waterfall
from eit_analysis.publishing.figures.waves import slope

__all__ = [
    "bars", "commune_map", "dots", "fan", "funnel", "heat_map", "lines", "monthly", "pareto", "pyramid",
    "sankey", "slope", "stacked", "tradeoff", "waterfall",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
