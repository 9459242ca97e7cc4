"""What fills a cubic metre of a flow, by how it is called: solid or loose wood, wool, a liquid, else bulk."""

from __future__ import annotations

from functools import partial
from operator import eq

import numpy as np
import pandas as pd

from eit_analysis.intake.cells.columns import Cells, jointly
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.stated import CUBIC_METRES
from eit_analysis.intake.cleaning.gathering import SurveyBatch
from eit_analysis.reference.law_flows import is_liquid
from eit_analysis.reference.units import (
    LIQUID_METRE,
    NAMED_METRES,
    named_metre,
    normalise_unit,
    to_tonnes,
)

METRES = ["", LIQUID_METRE, *(unit for units in NAMED_METRES.values() for unit in units)]


def cubic_metres(batch: SurveyBatch) -> Cells:
    """The unit of a cubic metre of each flow, ``""`` where that of its family is one in bulk."""
    named, codes, families = (batch.values[name] for name in ("description", "waste_code", "category"))
    states = np.zeros(len(batch), dtype=np.int32)
    for family in NAMED_METRES:
        own = families.where(partial(eq, family))
        names, at = np.unique(named.codes[own], return_inverse=True)
        metres = [METRES.index(named_metre(named.values[code], family)) for code in names]
        states[own] = np.array(metres, dtype=np.int32)[at]
    flowing = families.where(lambda family: to_tonnes(1.0, LIQUID_METRE, family or "") is not None)
    # Most rows are in tonnes, and reading a hundred thousand names takes a second.
    flowing = np.intersect1d(flowing, batch.values["unit"].where(_may_be_volume), assume_unique=True)
    told = jointly([Cells(codes.values, codes.codes[flowing]), Cells(named.values, named.codes[flowing])])
    liquid = is_liquid(pd.DataFrame(told.values, columns=["waste_code", "description"]))
    states[flowing[liquid.to_numpy(dtype=bool)[told.codes]]] = METRES.index(LIQUID_METRE)
    return Cells(METRES, states)


def _may_be_volume(typed: str | None) -> bool:
    """Whether a unit is one of volume, or is told elsewhere than in its cell."""
    unit = split_unit(typed or "")[0]
    return not unit or normalise_unit(unit) in CUBIC_METRES
