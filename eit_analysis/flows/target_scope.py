"""What targets leave out of the outflows, for it is no waste, and what they count as packaging by its name.

What a food industry sells of its residues is perhaps a by-product (directive 2008/98/EC, art. 5; C. env.,
art. L. 541-4-2, from memory): it is counted, then not. Of a flow that is two of these the first in
the order of ``NO_WASTE`` is told, then what is sold, packaging last.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.flows.diagnosis import totals
from eit_analysis.reference.law_flows import is_by_product, is_feed
from eit_analysis.reference.law_matter import is_extraction, is_manure, is_sold
from eit_analysis.reference.packaging import packaging

# No waste of directive 2008/98/EC, each by its own rule.
NO_WASTE = {
    "extraction": is_extraction,
    "manure": is_manure,
    "by_product": is_by_product,
    "feed": is_feed,
}
NAMED = {"yes": "packaging_named", "perhaps": "packaging_perhaps"}
CODED, DOUBTED = "coded", "code_doubted"
SOLD = "sold_perhaps"


def is_waste(known: pd.DataFrame) -> pd.Series:
    """Which described outflows the directive on waste is about."""
    return ~np.logical_or.reduce([rule(known) for rule in NO_WASTE.values()])


def told(out: pd.DataFrame) -> Breakdown:
    """The tonnes of each ``target_scope``: no waste, called packaging, of an implausible code, the rest."""
    kinds = packaging(out)
    called = kinds["packaging"].map(NAMED).where(kinds["code"] != out["waste_code"])
    called = called.fillna(CODED).mask(called.isna() & (out["code_doubted"] == "yes"), DOUBTED)
    ways = [*(rule(out) for rule in NO_WASTE.values()), is_sold(out)]
    return totals(out.assign(target_scope=np.select(ways, [*NO_WASTE, SOLD], called)), "target_scope")
