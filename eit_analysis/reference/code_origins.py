"""Which activities a waste code comes from, where the list of waste names one.

The codes of chapters 01 to 12 and 17 to 20 are of their source (décision 2000/532/CE): what a printer cuts
off is no reject of a paper mill, and only who treats waste has waste of treatment. Where anybody may be the
source (``waste_code_origins.csv`` has no row), nothing is said.
"""

from __future__ import annotations

from functools import cache

from eit_analysis import reference

OF_TREATMENT = "19"  # of an activity that must be known


@cache
def of_another_trade(waste_code: str, naf_code: str) -> bool:
    """Whether a code is of other activities than this one; ``""``, unknown, may be any but a treatment.

    >>> of_another_trade("030308", "1812Z"), of_another_trade("030308", "1712Z")
    (True, False)
    """
    origins = reference.pairs("waste_code_origins", "waste_code_prefix", "naf_codes")
    if not naf_code:
        return waste_code.startswith(OF_TREATMENT)
    activities = (origins.get(waste_code[:digits], naf_code) for digits in (2, 4))
    return not all(naf_code.startswith(tuple(codes.split())) for codes in activities)
