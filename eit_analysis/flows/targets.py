"""What of the outflows does what the law, Europe or a regional plan aims at, and which targets there are.

    share = R / C    R tonnes that do what is aimed at, C tonnes that the target is about

What nobody said makes a range of it:

    at least  R / (C + N)            the U tonnes of unknown destination do not; N, a mix that does not
    at most   (R + U + D) / (C + D)  they do, but no liquid is landfilled; D, a mix that does or may

The mix is what is packaging or not (:mod:`packaging`), inert or not (:func:`taxes.perhaps_inert`), or what is
sold, a by-product or not (:func:`law_matter.is_sold`): it is in N and D, and what has no code and is surely
packaging by its name is in C. A target for a whole country, or for all producers of a packaging, binds no
firm: what is reckoned here is a mark to compare with, and says so (``applies_to``). A cut since a base year
asks for the tonnes of that year: a study that knows them states its own cap in ``[[waste_targets]]``.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.config_flows import WasteTarget
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.dimensions import UNKNOWN
from eit_analysis.flows.target_scope import is_waste
from eit_analysis.flows.taxes import perhaps_inert
from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import group
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.flows.uncertainty.scaling import scaled
from eit_analysis.records import Share
from eit_analysis.reference.communes import departments_of
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.designation_families import families
from eit_analysis.reference.inert import inert
from eit_analysis.reference.law_flows import is_liquid
from eit_analysis.reference.law_matter import is_sold
from eit_analysis.reference.nomenclatures import spaced_code
from eit_analysis.reference.packaging import packaging

# By indicator, the column that says whether a flow does what is counted, and with which codes.
COUNTED = {
    "material_percent": ("recovery", ["material", "organic"]),
    "recovery_percent": ("valorised", ["yes"]),
    "landfill_percent": ("route", ["landfill"]),
    "landfill_t_per_year": ("route", ["landfill"]),
}
SOILED = ("150110", "150111")  # packaging that held what is hazardous
RESIDUAL = "07A"  # ordures ménagères résiduelles, in SINOE
CAP = "landfill_t_per_year"
PER_VALUE = "waste_per_value_cut_percent"
# What would have to be known of the others, where it is not the tonnes of a base year alone.
TO_KNOW = {
    PER_VALUE: "target_base_year_value",
    "building_material_percent": "target_building",
    "residual_energy_percent": "target_residual",
}
MASSES = [MASS, LOW, HIGH]
ABOUT = ["concerned_t_per_year", "concerned_low_t_per_year", "concerned_high_t_per_year"]
COLUMNS = [
    "target", "aim", "indicator", "target_value", "year", "waste_code_prefixes", "base_year", "applies_to",
    "text_ref", "from_date", "source", "seen",
]  # fmt: skip
READINGS = ["said", "least", "most"]
ENDS = ["share_low_percent", "share_high_percent"]


def targets(own: Iterable[WasteTarget] = (), day: str = "") -> pd.DataFrame:
    """Every target in force on a day, or that no text ended; those of the study first: ``COLUMNS``."""
    stated = [
        {
            "target": target.title,
            "aim": target.title,
            "indicator": target.indicator,
            "target_value": target.value,
            "year": target.year,
            "waste_code_prefixes": target.waste_code_prefixes or None,
            "applies_to": "le territoire de l'étude",
            "text_ref": target.text,
            "source": target.source,
            "seen": "study",
        }
        for target in own
    ]
    known = in_force(reference.load("waste_targets"), day)[COLUMNS]
    return pd.concat([pd.DataFrame(stated, columns=COLUMNS), known], ignore_index=True).astype(
        {"target_value": float, "year": int, "base_year": "Int64"}
    )


def sources(aims: pd.DataFrame) -> pd.DataFrame:
    """Where each target comes from, with its codes as people write them (20 et 15 01, for ``20 1501``)."""
    spelt = aims["waste_code_prefixes"].map(
        lambda codes: " et ".join(map(spaced_code, codes.split())), na_action="ignore"
    )
    return aims.drop(columns="aim").assign(waste_code_prefixes=spelt)


def measured(out: pd.DataFrame, aims: pd.DataFrame) -> Breakdown:
    """What of the outflows that targets are about does what they count, once for all years.

    Without code prefixes a target is about all waste that is neither hazardous nor inert; a flow without code
    counts as not hazardous, and one whose code or name does not show it to be inert as not inert. What is no
    waste (:mod:`target_scope`) is left out. Soiled packaging has one code, whatever it is made of: it is of
    the material of its family.

    Parameters
    ----------
    out : pandas.DataFrame
        Described outflows (:mod:`dimensions`); t/year.
    aims : pandas.DataFrame
        :func:`targets`; those since a base year are left out.

    Returns
    -------
    Breakdown
        ``aim``, ``reading`` (``least`` and ``most``, or ``said`` where all is said), mass that does, mass
        that it is about (``concerned_t_per_year``), the first as a share of the second (``share_percent``),
        all with their bounds, ``n_sites``; in the order of ``aims``, without those about no flow.
    """
    return of_readings(about(out, aims), aims)


def of_readings(rows: pd.DataFrame, aims: pd.DataFrame) -> Breakdown:
    """The same from the flows of :func:`about`, or some of them."""
    keys = ["aim", "reading"]
    counted = scaled(rows, rows["does"].eq("yes").astype(float))
    does, whole = (totals(part, keys, total=False).frame for part in (counted, rows))
    whole = whole.rename(columns=dict(zip(MASSES, ABOUT, strict=True)))[[*keys, *ABOUT, "n_sites"]]
    frame = does[[*keys, *MASSES]].merge(whole, on=keys)
    frame["share_percent"] = 100 * frame[MASS] / frame[ABOUT[0]]
    # Where nothing does, or everything, the share has no error.
    found = frame[keys].merge(_shares(rows, keys), how="left")[ENDS].astype(float)
    frame[ENDS] = found.apply(lambda end: end.fillna(frame["share_percent"]))
    order = {name: place for place, name in enumerate([*aims["aim"].unique(), *READINGS])}
    frame = frame.sort_values(keys, key=lambda names: names.map(order), ignore_index=True)
    columns = [*keys, *MASSES, *ABOUT, "share_percent", *ENDS, "n_sites"]
    return Breakdown(
        frame[columns], keys, counted.assign(**{ABOUT[0]: rows[MASS]}), MASS, of=ABOUT[0],
        sums=[ABOUT[0]], shares={"share_percent": Share(keys, ABOUT[0])},
    )  # fmt: skip


def about(out: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """The flows once for each reading of a measure that is about them, and whether each ``does`` it."""
    known = propagation.prepared(out)
    plain = (known["hazardous"] != "yes") & (inert(known) != "yes") & is_waste(known)
    soiled, liquid, kinds = known["waste_code"].isin(SOILED), is_liquid(known), packaging(known)
    maybe_none = perhaps_inert(known) | is_sold(known)
    parts = [known.head(0).assign(aim="", reading="", does="")]
    measurable = aims[aims["indicator"].isin(COUNTED)].drop_duplicates("aim")
    for aim in measurable.fillna({"waste_code_prefixes": ""}).to_dict("records"):
        prefixes = tuple(str(aim["waste_code_prefixes"]).split())
        column, codes = COUNTED[aim["indicator"]]
        made_so = soiled & known["category"].isin([families().get(code) for code in prefixes])
        of_codes = kinds["code"].str.startswith(prefixes) | made_so
        rows = known[of_codes if prefixes else plain]
        does, unsaid = rows[column].isin(codes), rows["route"] == UNKNOWN
        unsaid &= ~(liquid[rows.index] & ("landfill" in codes))
        # Without prefixes waste is concerned whatever it is made of, unless it is inert or a by-product.
        mix = (kinds["packaging"] == "perhaps") if prefixes else maybe_none
        mix = mix[rows.index]
        readings = {"least": (does, ~(mix & does)), "most": (does | unsaid, ~mix | does | unsaid)}
        if not (unsaid | mix).any():
            readings = {"said": (does, ~mix)}
        for reading, (yes, kept) in readings.items():
            answers = np.where(yes, "yes", "no")
            parts.append(rows.assign(aim=aim["aim"], reading=reading, does=answers)[kept])
    return pd.concat(parts, ignore_index=True)


def _shares(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The bounds of what does as a share of what each is about: ``keys`` and ``ENDS``."""
    found = [pd.DataFrame(columns=[*keys, "does", *ENDS])]
    for _, own in rows.groupby(keys, sort=False):
        cells = propagation.error_cells(own, group(own, ["does"]))
        found.append(propagation.shares(cells).merge(own[keys].head(1), how="cross"))
    return pd.concat(found).query("does == 'yes'")[[*keys, *ENDS]]


def coming(aims: pd.DataFrame, year: int) -> pd.DataFrame:
    """Of the targets that are measured, the next of each measure from a year on, else the last that is past.

    That a year is past excuses nobody who misses its target, where no other follows.
    """
    known = aims[aims["indicator"].isin(COUNTED)].sort_values("year", kind="stable")
    ahead = known["year"] >= year
    return pd.concat([known[ahead], known[~ahead][::-1]]).drop_duplicates("aim").sort_index()


def unmeasured(aims: pd.DataFrame) -> pd.DataFrame:
    """The targets that no answer of one year can measure, and what would have to be known.

    Returns
    -------
    pandas.DataFrame
        ``target``, ``target_value`` (percent), ``year``, ``base_year``, ``to_know`` and ``text_ref``.
    """
    rows = aims[~aims["indicator"].isin(COUNTED)].reset_index(drop=True)
    known = [
        reference.sentence(TO_KNOW.get(what, "target_base_year"), year=year)
        for what, year in zip(rows["indicator"], rows["base_year"], strict=True)
    ]
    columns = ["target", "target_value", "year", "base_year", "to_know", "text_ref"]
    return rows.assign(to_know=pd.Series(known, rows.index, dtype=object))[columns]


def collected_apart(published: pd.DataFrame, communes: pd.Series, year: int) -> pd.DataFrame:
    """What the départements of the actors collect apart from residual household waste, by ADEME's SINOE.

    Tonnes collected, not recycled: a mark beside the targets, of households and those served with them.

    Parameters
    ----------
    published : pandas.DataFrame
        The register ``sinoe_tonnage``; t/year.
    communes : pandas.Series
        Commune codes of the actors.
    year : int
        That of the wave: the last one published until then, else the first.

    Returns
    -------
    pandas.DataFrame
        ``department``, ``year``, ``published_apart_percent``.
    """
    own = published[published["department_code"].isin(departments_of(communes))]
    until = own.loc[own["year"] <= year, "year"].max()
    own = own[own["year"] == (own["year"].min() if pd.isna(until) else until)]
    apart = own.assign(apart=own[MASS].where(own["waste_type_code"] != RESIDUAL, 0.0))
    sums = apart.groupby(["department", "year"])[["apart", MASS]].sum()
    share = (100 * sums["apart"] / sums[MASS]).rename("published_apart_percent")
    return share.reset_index()
