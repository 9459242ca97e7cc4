"""Drawings of released tables, as SVG text. Every function takes the table and names of its columns.

Only the visible rows of the table are drawn: what is withheld cannot be read off a picture.
"""

from eit_analysis.publishing.figures.changes import before_after as before_after
from eit_analysis.publishing.figures.changes import waterfall as waterfall
from eit_analysis.publishing.figures.concentration import pareto as pareto
from eit_analysis.publishing.figures.maps import commune_map as commune_map
from eit_analysis.publishing.figures.maps import partners_map as partners_map
from eit_analysis.publishing.figures.projection import fan as fan
from eit_analysis.publishing.figures.projection import lines as lines
from eit_analysis.publishing.figures.projection import pyramid as pyramid
from eit_analysis.publishing.figures.projection import survival as survival
from eit_analysis.publishing.figures.projection import tradeoff as tradeoff
from eit_analysis.publishing.figures.ranked import bars as bars
from eit_analysis.publishing.figures.ranked import diverging as diverging
from eit_analysis.publishing.figures.ranked import dots as dots
from eit_analysis.publishing.figures.ranked import funnel as funnel
from eit_analysis.publishing.figures.ranked import shrinkage as shrinkage
from eit_analysis.publishing.figures.sankey_diagram import sankey as sankey
from eit_analysis.publishing.figures.seasons import monthly as monthly
from eit_analysis.publishing.figures.seats import seats as seats
from eit_analysis.publishing.figures.waves import series as series
from eit_analysis.publishing.figures.waves import slope as slope


def __dir__() -> list[str]:
    """The figures, without the modules that draw them."""
    return [name for name, thing in globals().items() if callable(thing) and not name.startswith("_")]
