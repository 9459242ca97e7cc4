"""How far the outflows are from what the law, Europe or a regional plan aims at, in tonnes.

    share  = R / C              R tonnes that do what is aimed at, C tonnes that the target is about
    gap    = v C - R            at least the share v:  tonnes still to recover
    gap    = R - v C,  R - cap  at most v, or so many tonnes:  tonnes still to keep out of landfills

Below zero, the target is met. What nobody said makes a range of both, given with its middle:

    at least  R / (C + N)            the U tonnes of unknown destination do not; N, a mix that does not
    at most   (R + U + D) / (C + D)  they do, but no liquid is landfilled; D, a mix that does or may

The mix is that of code 15 01 06, of packaging, which is often given to activity waste: it is in C where its
name says packaging, else in N and D. A target for a whole country, or for all producers of a packaging, binds
no firm: what is reckoned here is a mark to compare with, and says so (``applies_to``). A cut since a base
year asks for the tonnes of that year: a study that knows them states its own cap in ``[[waste_targets]]``.
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
from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import group
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.flows.uncertainty.scaling import scaled
from eit_analysis.records import Share
from eit_analysis.reference.communes import departments_of
from eit_analysis.reference.dated import in_force
from eit_analysis.reference.designations import families
from eit_analysis.reference.law_flows import is_by_product, is_feed, is_inert, is_liquid, named, readable
from eit_analysis.reference.nomenclatures import spaced_code

# By indicator, the column that says whether a flow does what is counted, and with which codes.
COUNTED = {
    "material_percent": ("recovery", ["material", "organic"]),
    "recovery_percent": ("valorised", ["yes"]),
    "landfill_percent": ("route", ["landfill"]),
    "landfill_t_per_year": ("route", ["landfill"]),
}
SOILED = ("150110", "150111")  # packaging that held what is hazardous
MIX, LAW = "150106", "sort_packaging_mix"  # mixed packaging, and the row of the law on it
RESIDUAL = "07A"  # ordures ménagères résiduelles, in SINOE
CAP = "landfill_t_per_year"
PER_VALUE = "waste_per_value_cut_percent"
AT_MOST = ("landfill_percent", CAP)
MASSES = [MASS, LOW, HIGH]
ABOUT = ["concerned_t_per_year", "concerned_low_t_per_year", "concerned_high_t_per_year"]
COLUMNS = [
    "target", "aim", "indicator", "target_value", "year", "waste_code_prefixes", "base_year", "applies_to",
    "text_ref", "from_date", "source", "seen",
]  # fmt: skip
READINGS = ["said", "least", "most"]
ENDS = ["share_low_percent", "share_high_percent"]
GAP = ["gap_t_per_year", "gap_low_t_per_year", "gap_high_t_per_year"]


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
    counts as not hazardous, and one whose code or name does not show it to be inert as not inert. An animal
    by-product that is used as such is no waste (:func:`law_flows.is_by_product`), nor is plant matter that
    feeds animals (:func:`law_flows.is_feed`). Soiled packaging has one code, whatever it is made of: it is of
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
    keys = ["aim", "reading"]
    rows = _about(out, aims)
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


def _about(out: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """The flows once for each reading of a measure that is about them, and whether each ``does`` it."""
    known = propagation.prepared(out)
    plain = (known["hazardous"] != "yes") & ~is_inert(known)
    plain &= ~is_by_product(known) & ~is_feed(known)
    soiled, liquid = known["waste_code"].isin(SOILED), is_liquid(known)
    parts = [known.head(0).assign(aim="", reading="", does="")]
    measurable = aims[aims["indicator"].isin(COUNTED)].drop_duplicates("aim")
    for aim in measurable.fillna({"waste_code_prefixes": ""}).to_dict("records"):
        prefixes = tuple(str(aim["waste_code_prefixes"]).split())
        column, codes = COUNTED[aim["indicator"]]
        made_so = soiled & known["category"].isin([families().get(code) for code in prefixes])
        of_codes = known["waste_code"].str.startswith(prefixes) | made_so
        about = known[of_codes if prefixes else plain]
        does, unsaid = about[column].isin(codes), about["route"] == UNKNOWN
        unsaid &= ~(liquid[about.index] & ("landfill" in codes))
        # Without prefixes waste is concerned whatever it is made of.
        mix = _mixed(about) & bool(prefixes)
        readings = {"least": (does, ~(mix & does)), "most": (does | unsaid, ~mix | does | unsaid)}
        if not (unsaid | mix).any():
            readings = {"said": (does, ~mix)}
        for reading, (yes, kept) in readings.items():
            answers = np.where(yes, "yes", "no")
            parts.append(about.assign(aim=aim["aim"], reading=reading, does=answers)[kept])
    return pd.concat(parts, ignore_index=True)


def _mixed(about: pd.DataFrame) -> pd.Series:
    """Which flows have the code of mixed packaging without being called packaging."""
    words = reference.load("obligations").set_index("code").loc[[LAW], "words"].iloc[-1]
    return (about["waste_code"] == MIX) & ~named(readable(about)["words"], words)


def _shares(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The bounds of what does as a share of what each is about: ``keys`` and ``ENDS``."""
    found = [pd.DataFrame(columns=[*keys, "does", *ENDS])]
    for _, own in rows.groupby(keys, sort=False):
        cells = propagation.error_cells(own, group(own, ["does"]))
        found.append(propagation.shares(cells).merge(own[keys].head(1), how="cross"))
    return pd.concat(found).query("does == 'yes'")[[*keys, *ENDS]]


def coming(aims: pd.DataFrame, year: int) -> pd.DataFrame:
    """Of the targets that are measured, the next of each measure from a year on."""
    known = aims[aims["indicator"].isin(COUNTED) & (aims["year"] >= year)].sort_values("year", kind="stable")
    return known.drop_duplicates("aim").sort_index()


def unmeasured(aims: pd.DataFrame) -> pd.DataFrame:
    """The targets that no answer of one year can measure, and what would have to be known.

    Returns
    -------
    pandas.DataFrame
        ``target``, ``target_value`` (percent), ``year``, ``base_year``, ``to_know`` and ``text_ref``.
    """
    rows = aims[~aims["indicator"].isin(COUNTED)].reset_index(drop=True)
    known = [
        reference.sentence("target_base_year_value" if what == PER_VALUE else "target_base_year", year=year)
        for what, year in zip(rows["indicator"], rows["base_year"], strict=True)
    ]
    columns = ["target", "target_value", "year", "base_year", "to_know", "text_ref"]
    return rows.assign(to_know=pd.Series(known, rows.index, dtype=object))[columns]


def gaps(shown: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """How far each measured target is, from what is printed of it.

    The bounds of a gap are those of the share and of the tonnes that it is about, or of a cap's own tonnes,
    at both readings; its middle is that of the two. Of a range of which one end is withheld, the other end
    decides or nothing does: 12 % at least misses at most 8 %, and says nothing of at least 20 %.

    Parameters
    ----------
    shown : pandas.DataFrame
        The rows of :func:`measured` that may be read.
    aims : pandas.DataFrame
        :func:`targets`.

    Returns
    -------
    pandas.DataFrame
        Of each of ``aims`` that is measured, ``target``, ``indicator``, ``year``, ``target_value`` and its
        ``unit``, ``reading`` (``both`` ends, or the one that is known), ``share_percent``, gap (t/year;
        missing for one end), each with bounds, ``attainment`` (``met``, ``missed``, ``open`` where zero is
        inside the bounds, missing where one end does not decide), ``applies_to``.
    """
    columns = ["target", "indicator", "year", "target_value", "applies_to"]
    rows = _apart(aims[[*columns, "aim"]].merge(shown, on="aim"))
    shares = ["share_percent", *ENDS]
    how = dict.fromkeys([*columns[1:], "reading"], "first")
    how |= dict(zip([*GAP, *shares], ["mean", "min", "max"] * 2, strict=True))
    both = rows["target"].duplicated(keep=False)
    one_end = rows["reading"].isin(READINGS[1:]) & ~both
    lowest = rows["reading"].eq(READINGS[1]) == rows["indicator"].isin(AT_MOST)
    rows[GAP[1]] = rows[GAP[1]].mask(one_end & ~lowest, -np.inf)
    rows[GAP[2]] = rows[GAP[2]].mask(one_end & lowest, np.inf)
    rows["reading"] = rows["reading"].mask(both, "both")
    found = rows.groupby("target", sort=False).agg(how).reset_index()
    found["attainment"] = np.select([found[GAP[2]] <= 0, found[GAP[1]] > 0], ["met", "missed"], "open")
    # An end that decides nothing leaves open what the other, withheld, may decide: nothing is said.
    one_sided = found[GAP].abs().eq(np.inf).any(axis=1) & found["attainment"].eq("open")
    found["attainment"] = found["attainment"].mask(one_sided | found[GAP].isna().any(axis=1), None)
    found[GAP] = found[GAP].mask(found[GAP].isin([np.inf, -np.inf]))
    found[GAP[0]] = found[GAP[0]].where(found[GAP[1:]].notna().all(axis=1))
    found["unit"] = np.where(found["indicator"] == CAP, "t/an", "%")
    return found[[*columns[:-1], "unit", "reading", *shares, *GAP, "attainment", "applies_to"]]


def hinging(out: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """Of the targets of which one flow decides, that flow: without it the conclusion would be another.

    Returns
    -------
    pandas.DataFrame
        ``target``, ``attainment`` (:func:`gaps`), ``site_id``, ``description`` and mass (t/year) of the
        heaviest flow that does what the target counts.
    """
    whole = gaps(measured(out, aims).frame, aims).query("attainment in ['met', 'missed']")
    columns = ["target", "attainment", "site_id", "description", MASS]
    found = [out.head(0).assign(target="", attainment="")]
    for target, attainment in zip(whole["target"], whole["attainment"], strict=True):
        aim = aims[aims["target"] == target]
        about = _about(out, aim)
        heaviest = about[about["does"] == "yes"].nlargest(1, MASS)
        rest = gaps(measured(out[~out["flow_id"].isin(heaviest["flow_id"])], aim).frame, aim)
        if len(heaviest) and len(rest) and rest["attainment"].iloc[0] != attainment:
            found.append(heaviest.assign(target=target, attainment=attainment))
    return pd.concat(found, ignore_index=True)[columns]


def _apart(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their own gap and its bounds."""
    value, cap = rows["target_value"], (rows["indicator"] == CAP).to_numpy()
    over = [rows[name] - value for name in ("share_percent", *ENDS)]
    # Of a product C (s - v): the bounds of either factor, in quadrature.
    middle, low, high = (rows[ABOUT[0]] * part / 100 for part in over)
    spread = [(rows[end] - rows[ABOUT[0]]).abs() * over[0].abs() / 100 for end in ABOUT[1:]]
    bounds = [middle, middle - np.hypot(middle - low, spread[0]), middle + np.hypot(high - middle, spread[1])]
    ends = [np.where(cap, rows[mass] - value, part) for mass, part in zip(MASSES, bounds, strict=True)]
    least = ~rows["indicator"].isin(AT_MOST).to_numpy()
    turned = [ends[0], ends[2], ends[1]]
    found = [np.where(least, -one, other) for one, other in zip(turned, ends, strict=True)]
    return rows.assign(**dict(zip(GAP, found, strict=True)))


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
