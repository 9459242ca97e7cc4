"""Who is best placed to take what: the top partners of every output within reach, at any scale.

``best_matches`` looks at every pair of a study in numpy, and chooses ``spatial_index``, in numba, for a
country; they give the same answer. Numba is imported when it is needed.
"""

from eit_analysis.synergies.matching.best import best_matches

__all__ = ["best_matches"]
