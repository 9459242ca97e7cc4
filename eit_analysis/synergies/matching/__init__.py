"""Who is best placed to take what: the top partners of every output within reach, at any scale.

``best_matches`` is the face; ``plain`` and ``sweep`` answer it alike, in numpy for a study and in numba for a
country; ``bands`` shares it out between processes. Only ``sweep`` imports numba and only ``bands`` Dask, and
nothing imports those two before they are needed.
"""

from eit_analysis.synergies.matching.best import best_matches

__all__ = ["best_matches"]
