"""What fills a cubic metre of a flow, by how it is called: wood without voids, a liquid, else bulk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.intake.cells.columns import Cells, jointly
from eit_analysis.intake.cells.periods import split_unit
from eit_analysis.intake.cells.stated import CUBIC_METRES
from eit_analysis.intake.cleaning.gathering import SurveyBatch
from eit_analysis.reference.law_flows import is_liquid
from eit_analysis.reference.units import LIQUID_METRE, SOLID_METRE, normalise_unit, sold_solid, to_tonnes

WOOD = "wood"


def cubic_metres(batch: SurveyBatch) -> Cells:
    """The unit of a cubic metre of each flow, ``""`` where that of its family is one in bulk."""
    named, codes, families = (batch.values[name] for name in ("description", "waste_code", "category"))
    states = np.zeros(len(batch), dtype=np.int32)
    wood = families.where(lambda family: family == WOOD)
    names, at = np.unique(named.codes[wood], return_inverse=True)
    states[wood] = np.array([sold_solid(named.values[code]) for code in names], dtype=np.int32)[at]
    flowing = families.where(lambda family: to_tonnes(1.0, LIQUID_METRE, family or "") is not None)
    # Most rows are in tonnes, and reading a hundred thousand names takes a second.
    flowing = np.intersect1d(flowing, batch.values["unit"].where(_may_be_volume), assume_unique=True)
    told = jointly([Cells(codes.values, codes.codes[flowing]), Cells(named.values, named.codes[flowing])])
    liquid = is_liquid(pd.DataFrame(told.values, columns=["waste_code", "description"]))
    states[flowing[liquid.to_numpy(dtype=bool)[told.codes]]] = 2
    return Cells(["", SOLID_METRE, LIQUID_METRE], states)


def _may_be_volume(typed: str | None) -> bool:
    """Whether a unit is one of volume, or is told elsewhere than in its cell."""
    unit = split_unit(typed or "")[0]
    return not unit or normalise_unit(unit) in CUBIC_METRES
