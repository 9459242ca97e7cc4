"""The exchange files of other territories, read as what a stranger wrote.

``cells``
    Texts, whole numbers and numbers of a cell, or a refusal that says where.
``descriptor``
    The bytes of a file, unpacked under limits, and what it says that it holds.
``reading``
    The tables of all files, what was refused and what was converted.
"""

from eit_analysis.intake.territories.reading import Territories as Territories
from eit_analysis.intake.territories.reading import read_territories as read_territories
