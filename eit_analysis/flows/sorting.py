"""What is paid for sorting badly: the cost of mixed or soiled flows beside that of the same waste, clean."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.derived import Derived
from eit_analysis.flows.costs import amounts, valued
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.dimensions import UNKNOWN
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.records import TOTAL
from eit_analysis.reference.law_flows import folded

# What a badly sorted flow is compared with, from the nearest to the widest.
REFERENCES = {
    "site": ["site_id", "category", "waste_code"],
    "code": ["category", "waste_code"],
    "material": ["material", "chapter"],
}
# Families of one material. Sludge is no peelings, and copper no steel, however well either is sorted.
MATERIALS = ("cardboard", "glass", "paper", "plastic", "textile", "wood")
# Those of which the codes of a chapter are alike: a sawmill has bark, sawdust and offcuts, each at its price.
ALIKE = tuple(family for family in MATERIALS if family != "wood")
# What a bin of mixed waste holds of them, and of leftovers: packaging, and waste like that of households.
BINNED = r"1501|2001"
# Of which no sorting makes what is clean: a painted bumper is no purge of its own resin. Folded words.
BOUND = (
    r"\b(?:peint|verni|laque|(?:en|contre)?colle|melamine|stratifie|pellicule|enduit|impregne|traite|composite|"
    r"complexe|multicouche|bi matiere)e?s?\b|\bpelliculage\b|\bmodeles?(?: en)? bois\b"
)


def mark_sorting(out: pd.DataFrame) -> pd.DataFrame:
    """The outflows with ``sorting``: how well each is sorted, where sorting better would be possible.

    ``clean``; ``badly_sorted`` (mixed or soiled); ``mix``, the family of mixed waste, which is no family once
    sorted; ``hazardous`` and ``bound`` (painted, glued, treated, composite by its name: ``BOUND``), which no
    sorting makes clean; ``unknown`` quality.
    """
    kinds = {
        "hazardous": out["hazardous"] == "yes",
        "mix": out["category"] == "mixed",
        "clean": out["quality"] == "clean",
        "bound": folded(out["description"]).str.contains(BOUND),
        "badly_sorted": out["quality"].isin(["mixed", "soiled"]),
    }
    return out.assign(sorting=np.select(list(kinds.values()), list(kinds), "unknown"))


def priced(marked: pd.DataFrame) -> pd.DataFrame:
    """The flows whose cost shows what sorting is worth: stated, of some mass, not of goods sold for reuse."""
    return marked[(marked["cost_known"] == "yes") & (marked["route"] != "reuse") & (marked[MASS] > 0)]


def well_sorted(marked: pd.DataFrame) -> pd.DataFrame:
    """:func:`priced` flows that are clean and valorised: one burnt or buried although clean shows no gain."""
    flows = priced(marked)
    return flows[(flows["sorting"] == "clean") & (flows["valorised"] == "yes")]


def prices(flows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Median cost per tonne of each group of :func:`priced` flows.

    A median, not a mean over the tonnes: one bale of copper would set the price of all clean metal. It does
    not add up either, so that no difference of two of them gives the cost of one firm.

    Returns
    -------
    pandas.DataFrame
        ``by``, ``median_cost_eur_per_t``, ``n_flows``, ``n_sites``.
    """
    price, counts = ("cost_eur_per_t", "median"), {"n_flows": "size", "n_sites": "nunique"}
    counted = {name: ("site_id", how) for name, how in counts.items()}
    return flows.groupby(by).agg(median_cost_eur_per_t=price, **counted).reset_index()


def badly_sorted(marked: pd.DataFrame) -> pd.DataFrame:
    """Each badly sorted flow beside a clean one: surcharge = mass x (its cost - clean cost).

    The clean cost is the median of the :func:`well_sorted` flows of the same waste code at the same site,
    else elsewhere, else of those of the same material and chapter of codes. Another waste of the family is no
    comparison. A surcharge holds what clean waste would be sold at, and may pass the bill. A negative one
    means that the clean flow costs more.

    Returns
    -------
    pandas.DataFrame
        The badly sorted flows, with ``clean_cost_eur_per_t``, ``clean_reference`` (``site``, ``code``,
        ``material``, or ``none`` when there is no comparable cost or the flow has no stated cost),
        ``surcharge_eur_per_t``, both missing for ``none``.
    """
    family, code = (marked[name].astype("str") for name in ("category", "waste_code"))
    material = family.where(family.isin(ALIKE), UNKNOWN)
    chapter = code.str[:2].where(code != UNKNOWN, UNKNOWN)
    marked = marked.assign(material=material, chapter=chapter)
    clean = well_sorted(marked)
    flows = marked[marked["sorting"] == "badly_sorted"].reset_index(drop=True)
    flows["clean_cost_eur_per_t"], flows["clean_reference"] = np.nan, "none"
    for reference, keys in REFERENCES.items():
        known = clean[(clean[keys] != UNKNOWN).all(axis=1)]
        median = prices(known, keys)[[*keys, "median_cost_eur_per_t"]]
        found = flows[keys].merge(median, on=keys, how="left")["median_cost_eur_per_t"]
        chosen = flows["clean_cost_eur_per_t"].isna() & found.notna() & flows["cost_eur_per_t"].notna()
        flows["clean_cost_eur_per_t"] = flows["clean_cost_eur_per_t"].mask(chosen, found)
        flows["clean_reference"] = flows["clean_reference"].mask(chosen, reference)
    flows["surcharge_eur_per_t"] = flows["cost_eur_per_t"] - flows["clean_cost_eur_per_t"]
    return flows.drop(columns=["material", "chapter"])


def surcharges(bad: pd.DataFrame, by: str) -> Derived:
    """S_g = sum of m (c - c_clean) over :func:`badly_sorted` flows, with the 95 % interval of their masses.

    Of those alone that have a clean flow to be compared with: of the others nobody knows what sorting costs.

    Returns
    -------
    Derived
        ``by``, the mass that is compared with its bounds, the surcharge (EUR/year) with its bounds, and
        ``n_sites``, from the dearest group down, « Total » last. From the tonnes, and from their surcharges.
    """
    worth = amounts("surcharge")
    bad = bad[bad["clean_reference"] != "none"].reset_index(drop=True)
    mass, paid = totals(bad, by), valued(bad, "surcharge_eur_per_t", by, "surcharge")
    rows = paid.frame.drop(columns="n_sites").merge(mass.frame, on=by)
    rows = rows.sort_values(worth[0], ascending=False, kind="stable")
    rows = rows.sort_values(by, key=lambda names: names == TOTAL, kind="stable")
    sums = {MASS: [(0, MASS, 1.0)], worth[0]: [(1, worth[0], 1.0)]}
    return Derived(rows[[by, MASS, LOW, HIGH, *worth, "n_sites"]], [by], [mass, paid], TOTAL, sums)


def out_of_mix(marked: pd.DataFrame) -> Derived:
    """What each tonne taken out of mixed waste saves: median cost of the mix less that of the family, clean.

    How much of the mix is of which family, nobody stated: the saving is per tonne, not per year. Clean are
    only flows of what a bin holds (``BINNED``): neither whey nor sawdust comes out of one, and metals have no
    common price.

    Returns
    -------
    Derived
        ``category``, ``mix_cost_eur_per_t``, ``clean_cost_eur_per_t``, ``saving_eur_per_t``, ``n_sites`` with
        a :func:`well_sorted` flow; the largest saving first; empty when no cost of mixed waste is stated.
        From the tonnes that are sorted, and from those of the mix, the same for every family.
    """
    mix, clean = priced(marked).query("sorting == 'mix'"), well_sorted(marked)
    binned = clean["waste_code"].astype("str").str.match(BINNED)
    clean = clean[binned & clean["category"].isin([*MATERIALS, "biowaste", "food"])]
    price = prices(mix, ["sorting"])["median_cost_eur_per_t"].rename("mix_cost_eur_per_t")
    rows = prices(clean, ["category"]).merge(price, how="cross")
    rows = rows.rename(columns={"median_cost_eur_per_t": "clean_cost_eur_per_t"})
    rows["saving_eur_per_t"] = rows["mix_cost_eur_per_t"] - rows["clean_cost_eur_per_t"]
    rows = rows.sort_values(["saving_eur_per_t", "category"], ascending=[False, True], ignore_index=True)
    rows = rows[["category", "mix_cost_eur_per_t", "clean_cost_eur_per_t", "saving_eur_per_t", "n_sites"]]
    mixed = mix.drop(columns="category").merge(rows[["category"]], how="cross")
    parents = [totals(flows, "category", total=False) for flows in (clean, mixed)]
    return Derived(rows, ["category"], parents)
