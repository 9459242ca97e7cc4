"""Analytical study workbench for industrial and territorial ecology (EIT).

    import eit_analysis as eit

    study = eit.open_study("thur-doller")                                   # its last wave
    by_family = eit.flows.totals(study.flows(), by="category")              # by_family.frame: a DataFrame
    release = eit.Release(study, "internal", page="essai")                  # what one audience may read
    table = release.table(by_family, "Tonnages sortants par famille")
    release.figure(eit.figures.bars, table, "Tonnages sortants par famille", interval=True)

Every name is imported when it is first asked for.
"""

import os
from typing import TYPE_CHECKING

from eit_analysis.on_demand import on_demand

if TYPE_CHECKING:
    from eit_analysis import change as change
    from eit_analysis import employment as employment
    from eit_analysis import flows as flows
    from eit_analysis import reference as reference
    from eit_analysis import synergies as synergies
    from eit_analysis.breakdown import Breakdown as Breakdown
    from eit_analysis.derived import Derived as Derived
    from eit_analysis.prepared import Study as Study
    from eit_analysis.prepared import list_studies as list_studies
    from eit_analysis.prepared import open_study as open_study
    from eit_analysis.publishing import figures as figures
    from eit_analysis.publishing.drawn_sections import preview as preview
    from eit_analysis.publishing.release.gate import Release as Release
    from eit_analysis.reference.vocabulary import labelled as labelled

# The allocator of the system gives memory back; the one that Arrow brings would keep half as much again.
# It is chosen once, when pyarrow is first imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

PLACES = (
    "prepared:open_study", "prepared:list_studies", "prepared:Study", "publishing.release.gate:Release",
    "publishing.figures", "publishing.drawn_sections:preview", "breakdown:Breakdown", "derived:Derived",
    "reference.vocabulary:labelled", "flows", "synergies", "employment", "change", "reference",
)  # fmt: skip
__getattr__, __dir__ = on_demand(__name__, PLACES)
__all__ = __dir__()
