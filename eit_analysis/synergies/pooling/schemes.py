"""What a producer scheme (REP) takes back for nothing: its holder pays for no collection, and gains by none.

A flow is covered when its waste code begins like one of the scheme's or, without a code, when its family is
the scheme's. Its collection is free from ``free_from_t`` at one pickup, which its holder may wait a year for;
a scheme without it collects nowhere for nothing: it takes what its holder brings.
"""

from __future__ import annotations

import pandas as pd


def covering(flows: pd.DataFrame, schemes: pd.DataFrame) -> pd.Series:
    """The scheme that takes each flow back, whatever there is of it; missing where none does."""
    scheme = pd.Series(None, index=flows.index, dtype=object)  # that covers each
    code = flows["waste_code"].fillna("").astype(str).str.replace(r"\D", "", regex=True)
    columns = ["scheme", "category", "waste_code_prefixes"]
    for name, category, prefixes in schemes[columns].itertuples(index=False):
        uncoded = code.eq("") & flows["category"].eq(category)
        own = code.str.startswith(tuple(str(prefixes).split("|"))) | uncoded
        scheme = scheme.mask(own & scheme.isna(), name)
    return scheme


def free(flows: pd.DataFrame, schemes: pd.DataFrame) -> pd.Series:
    """Whether the holder of each outgoing flow has it collected for nothing."""
    scheme = covering(flows, schemes)
    mass = flows["mass_t_per_year"].astype(float)
    together = mass.groupby([flows["site_id"], scheme]).transform("sum")
    least = scheme.map(schemes.set_index("scheme")["free_from_t"]).astype(float)
    return (together >= least).fillna(False) & scheme.notna()
