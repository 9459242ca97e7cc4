"""What the diagnosis groups by: sector, commune, hazard, recovery and cost of every flow.

Every key has a code for what is not known (``unknown``): a missing key would leave its tonnes out of a table.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.flows.uncertainty.propagation import MASS, prepare
from eit_analysis.records import SOURCE
from eit_analysis.reference.commune_tables import epci_of
from eit_analysis.reference.findings import setting_aside
from eit_analysis.reference.nomenclatures import naf_division, section_of

UNKNOWN = "unknown"
# Waste hierarchy of directive 2008/98/EC, article 4, by route; burning without recovery is disposal.
RECOVERY = {
    "reuse": "material", "recycling": "material",
    "composting": "organic", "digestion": "organic",
    "energy": "energy",
    "incineration": "disposal", "landfill": "disposal",
    "unknown": "unknown",
}  # fmt: skip
VALORISED = {"material": "yes", "organic": "yes", "energy": "yes", "disposal": "no", "unknown": "unknown"}
OF_SITE = ["commune_code", "commune_name", "actor_type"]
OF_FLOW = ["waste_code", "quality", "contractor"]
# The cells of the form whose marks set something aside, and what.
ASIDE = {"Coût (€/t)": "cost", "Quantité": "mass"}
CODE = "Code déchet"  # its marks set nothing aside


def prepared(
    flows: pd.DataFrame,
    sites: pd.DataFrame,
    waste_codes: pd.DataFrame,
    correlation: float,
    marks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The flows of one wave as every function of the study takes them.

    They have what a diagnosis groups them by (:func:`describe`), and the errors that a total needs
    (:func:`propagation.prepare`, where ``correlation`` is the study's ``shared_error_correlation``).
    """
    return describe(prepare(flows, correlation), sites, waste_codes, marks)


def describe(
    flows: pd.DataFrame, sites: pd.DataFrame, waste_codes: pd.DataFrame, marks: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The flows with the columns a diagnosis groups them by; cost = mass x cost per tonne.

    Parameters
    ----------
    flows, sites : pandas.DataFrame
        Tidy tables of one wave; t/year.
    waste_codes : pandas.DataFrame
        ``waste_code``, ``hazardous`` (0 or 1): the European list. A mirror entry counts by its own code.
    marks : pandas.DataFrame or None
        The lines of ``implausible.csv``: values that no firm has confirmed yet.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order, with ``naf_division`` (two digits), ``naf_section``,
        ``commune_code``, ``commune_name``, ``epci_name`` and ``actor_type`` of the site, ``hazardous`` (yes,
        no), ``recovery`` (material, organic, energy, disposal), ``valorised`` (yes, no), ``cost_known`` (yes,
        no), ``payment`` (paid, free, earned) and ``cost_eur_per_year``, missing where the cost is not stated.
        ``implausible`` is what a mark sets aside: the ``mass``, and with it the flow (:func:`set_aside`), or
        the ``cost``, which is then as if not stated; else ``no``. ``code_doubted``: whether a mark is on the
        waste code, which counts as declared and is said to be doubted beside (yes, no).
        A missing key becomes ``unknown``, that of the waste code, the quality, the contractor and, for an
        outflow, the route included; an inflow has no route, so no recovery.
    """
    of_site = sites.set_index("site_id")[OF_SITE]
    divisions = {code: naf_division(code) for code in sites["naf_code"].dropna().unique()}
    of_site["naf_division"] = sites["naf_code"].map(divisions).to_numpy()
    of_site["naf_section"] = section_of(of_site["naf_division"])
    of_site["epci_name"] = epci_of(of_site["commune_code"])
    hazard = waste_codes.set_index("waste_code")["hazardous"].map({0: "no", 1: "yes"})
    described = marked(flows.reset_index(drop=True), marks)
    for column in of_site:
        described[column] = _matched(described["site_id"], of_site[column])
    described["hazardous"] = _matched(described["waste_code"], hazard)
    for column in [*of_site, "hazardous", *OF_FLOW]:
        described[column] = described[column].astype("str").fillna(UNKNOWN)
    out = described["direction"] == "out"
    described["route"] = described["route"].astype("str").mask(out & described["route"].isna(), UNKNOWN)
    described["recovery"] = _matched(described["route"], pd.Series(RECOVERY))
    described["valorised"] = _matched(described["recovery"], pd.Series(VALORISED))
    described["cost_known"] = np.where(described["cost_eur_per_t"].notna(), "yes", "no")
    price = described["cost_eur_per_t"].to_numpy(dtype=float)
    sign = np.where(np.isnan(price), 2, np.sign(price)).astype(int)
    described["payment"] = np.array(["free", "paid", UNKNOWN, "earned"], dtype=object)[sign]  # 0, 1, none, −1
    described["cost_eur_per_year"] = described[MASS] * described["cost_eur_per_t"]
    return described


def marked(flows: pd.DataFrame, marks: pd.DataFrame | None) -> pd.DataFrame:
    """The flows with ``implausible`` and ``code_doubted`` (:func:`describe`), costs set aside not stated."""
    flows = flows.assign(implausible="no", code_doubted="no")
    if marks is not None and len(marks):
        marks, place = setting_aside(marks), pd.MultiIndex.from_frame(flows[SOURCE])

        def at(header: str) -> np.ndarray:
            return place.isin(pd.MultiIndex.from_frame(marks.loc[marks["column"] == header, SOURCE]))

        flows["code_doubted"] = flows["code_doubted"].mask(at(CODE), "yes")
        for header, what in ASIDE.items():
            here = at(header)
            flows["implausible"] = flows["implausible"].mask(here, what)
            if what == "cost":
                flows["cost_eur_per_t"] = flows["cost_eur_per_t"].mask(here)
    return flows


def outgoing(described: pd.DataFrame) -> pd.DataFrame:
    """What the territory has to deal with: the outflows of every site that is not an outlet.

    A flow whose mass is implausible is set aside (:func:`set_aside`) until its firm confirms it.
    An outlet (digester, sorting centre) sends out again what it received: with the others, those tonnes
    would count twice and raise the recovery rate.
    """
    return counted(_sent(described, outlet=False))


def set_aside(described: pd.DataFrame) -> pd.DataFrame:
    """The outflows, but for those of outlets, whose mass is marked as implausible: in no total."""
    return doubted(described).query("implausible == 'mass'").reset_index(drop=True)


def doubted(described: pd.DataFrame) -> pd.DataFrame:
    """The outflows, but for those of outlets, whose mass or cost is marked as implausible."""
    sent = _sent(described, outlet=False)
    return sent[sent["implausible"] != "no"].reset_index(drop=True)


def reissued(described: pd.DataFrame) -> pd.DataFrame:
    """What outlets send out again."""
    return counted(_sent(described, outlet=True))


def incoming(described: pd.DataFrame) -> pd.DataFrame:
    """The inflows of every site whose mass is not implausible: needs of the firms, and what outlets take."""
    return counted(described[described["direction"] == "in"])


def counted(described: pd.DataFrame) -> pd.DataFrame:
    """What goes either way, of outlets too, but for what is set aside as its mass is implausible."""
    return described[described["implausible"] != "mass"].reset_index(drop=True)


def _sent(described: pd.DataFrame, outlet: bool) -> pd.DataFrame:
    sent = (described["direction"] == "out") & ((described["actor_type"] == "outlet") == outlet)
    return described[sent]


def _matched(keys: pd.Series, values: pd.Series) -> np.ndarray:
    """The value of each key, missing where there is none; each distinct key is looked up once."""
    codes, known = pd.factorize(keys)  # −1, a missing key, takes the last value
    return values.reindex([*known, None]).to_numpy(dtype=object)[codes]
