"""How far the outflows are from what the law, Europe or a regional plan aims at, in tonnes.

    share  = R / C              R tonnes that do what is aimed at, C tonnes that the target is about
    gap    = v C - R            at least the share v:  tonnes still to recover
    gap    = R - v C,  R - cap  at most v, or so many tonnes:  tonnes still to keep out of landfills

Below zero, the target is met. A target for a whole country, or for all producers of a packaging, binds no
firm: what is reckoned here is a mark to compare with, and says so (``applies_to``). A cut since a base year
asks for the tonnes of that year: a study that knows them states its own cap in ``[[waste_targets]]``.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown, Share
from eit_analysis.config_flows import WasteTarget
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.taxes import is_inert
from eit_analysis.flows.uncertainty import propagation
from eit_analysis.flows.uncertainty.grouping import group
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS
from eit_analysis.flows.uncertainty.scaling import scaled

# By indicator, the column that says whether a flow does what is counted, and with which codes.
COUNTED = {
    "material_percent": ("recovery", ["material", "organic"]),
    "recovery_percent": ("valorised", ["yes"]),
    "landfill_percent": ("route", ["landfill"]),
    "landfill_t_per_year": ("route", ["landfill"]),
}
RESIDUAL = "07A"  # ordures ménagères résiduelles, in SINOE
AT_MOST = ("landfill_percent", "landfill_t_per_year")
MASSES = [MASS, LOW, HIGH]
ABOUT = ["concerned_t_per_year", "concerned_low_t_per_year", "concerned_high_t_per_year"]
COLUMNS = [
    "target", "aim", "indicator", "target_value", "year", "waste_code_prefixes", "base_year", "applies_to",
    "text_ref", "source", "seen",
]  # fmt: skip
ENDS = ["share_low_percent", "share_high_percent"]
GAP = ["gap_t_per_year", "gap_low_t_per_year", "gap_high_t_per_year"]


def targets(own: Iterable[WasteTarget] = ()) -> pd.DataFrame:
    """Every target, those of the study first: ``COLUMNS``."""
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
    known = reference.load("waste_targets")[COLUMNS]
    return pd.concat([pd.DataFrame(stated, columns=COLUMNS), known], ignore_index=True).astype(
        {"target_value": float, "year": int, "base_year": "Int64"}
    )


def measured(out: pd.DataFrame, aims: pd.DataFrame) -> Breakdown:
    """What of the outflows that targets are about does what they count, once for all years.

    Without code prefixes a target is about all waste that is neither hazardous nor inert; a flow without code
    counts as not hazardous, and one whose code or name does not show it to be inert as not inert.

    Parameters
    ----------
    out : pandas.DataFrame
        Described outflows (:mod:`dimensions`); t/year.
    aims : pandas.DataFrame
        :func:`targets`; those since a base year are left out.

    Returns
    -------
    Breakdown
        ``aim``, mass that does, mass that it is about (``concerned_t_per_year``), the first as a share of
        the second (``share_percent``), all with their bounds, ``n_sites``; in the order of ``aims``, without
        those about no flow.
    """
    rows = _about(out, aims)
    counted = scaled(rows, rows["does"].eq("yes").astype(float))
    does, whole = (totals(part, "aim", total=False).frame for part in (counted, rows))
    whole = whole.rename(columns=dict(zip(MASSES, ABOUT, strict=True)))[["aim", *ABOUT]]
    frame = does[["aim", *MASSES, "n_sites"]].merge(whole, on="aim")
    frame["share_percent"] = 100 * frame[MASS] / frame[ABOUT[0]]
    # Where nothing does, or everything, the share has no error.
    found = frame[["aim"]].merge(_shares(rows), how="left")[ENDS].astype(float)
    frame[ENDS] = found.apply(lambda end: end.fillna(frame["share_percent"]))
    order = {name: place for place, name in enumerate(aims["aim"].unique())}
    frame = frame.sort_values("aim", key=lambda names: names.map(order), ignore_index=True)
    columns = ["aim", *MASSES, *ABOUT, "share_percent", *ENDS, "n_sites"]
    return Breakdown(
        frame[columns], ["aim"], counted.assign(**{ABOUT[0]: rows[MASS]}), MASS, of=ABOUT[0],
        sums=[ABOUT[0]], shares={"share_percent": Share(["aim"], ABOUT[0])},
    )  # fmt: skip


def _about(out: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """The flows once for each measure that is about them, and whether each ``does`` what it counts."""
    known = propagation.prepared(out)
    plain = (known["hazardous"] != "yes") & ~is_inert(known)
    parts = [known.head(0).assign(aim="", does="")]
    measurable = aims[aims["indicator"].isin(COUNTED)].drop_duplicates("aim")
    for aim in measurable.fillna({"waste_code_prefixes": ""}).to_dict("records"):
        prefixes = tuple(str(aim["waste_code_prefixes"]).split())
        column, codes = COUNTED[aim["indicator"]]
        about = known[known["waste_code"].str.startswith(prefixes) if prefixes else plain]
        does = np.where(about[column].isin(codes), "yes", "no")
        parts.append(about.assign(aim=aim["aim"], does=does))
    return pd.concat(parts, ignore_index=True)


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """The bounds of what does as a share of what each is about: ``aim`` and ``ENDS``."""
    found = [pd.DataFrame(columns=["aim", "does", *ENDS])]
    for name, own in rows.groupby("aim", sort=False):
        cells = propagation.error_cells(own, group(own, ["does"]))
        found.append(propagation.shares(cells).assign(aim=name))
    return pd.concat(found).query("does == 'yes'")[["aim", *ENDS]]


def coming(aims: pd.DataFrame, year: int) -> pd.DataFrame:
    """Of the targets that are measured, the next of each measure from a year on."""
    known = aims[aims["indicator"].isin(COUNTED) & (aims["year"] >= year)].sort_values("year", kind="stable")
    alike = known.duplicated("aim")
    return known[~alike].sort_index()


def gaps(shown: pd.DataFrame, aims: pd.DataFrame) -> pd.DataFrame:
    """How far each measured target is, from what is printed of it.

    The bounds of a gap are those of the share and of the tonnes that it is about, or of a cap's own tonnes.

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
        ``unit``, ``share_percent``, gap and bounds (t/year),
        ``attainment`` (``met``, ``missed``, ``open`` where zero is inside the bounds), ``applies_to``.
    """
    columns = ["target", "indicator", "year", "target_value", "applies_to"]
    rows = aims[[*columns, "aim"]].merge(shown, on="aim")
    value, cap = rows["target_value"], (rows["indicator"] == "landfill_t_per_year").to_numpy()
    over = [
        rows["share_percent"] - value,
        rows["share_low_percent"] - value,
        rows["share_high_percent"] - value,
    ]
    # Of a product C (s - v): the bounds of either factor, in quadrature.
    middle, low, high = (rows[ABOUT[0]] * part / 100 for part in over)
    spread = [(rows[end] - rows[ABOUT[0]]).abs() * over[0].abs() / 100 for end in ABOUT[1:]]
    bounds = [middle, middle - np.hypot(middle - low, spread[0]), middle + np.hypot(high - middle, spread[1])]
    ends = [np.where(cap, rows[mass] - value, part) for mass, part in zip(MASSES, bounds, strict=True)]
    least = ~rows["indicator"].isin(AT_MOST).to_numpy()
    rows[GAP[0]] = np.where(least, -ends[0], ends[0])
    rows[GAP[1]], rows[GAP[2]] = np.where(least, -ends[2], ends[1]), np.where(least, -ends[1], ends[2])
    rows["attainment"] = np.select([rows[GAP[2]] <= 0, rows[GAP[1]] > 0], ["met", "missed"], "open")
    rows["attainment"] = rows["attainment"].where(rows[GAP].notna().all(axis=1), None)
    rows["unit"] = np.where(cap, "t/an", "%")
    return rows[[*columns[:-1], "unit", "share_percent", *GAP, "attainment", "applies_to"]]


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
    codes = {code[:3] if code.startswith("97") else code[:2] for code in communes.dropna()}
    own = published[published["department_code"].isin(codes)]
    until = own.loc[own["year"] <= year, "year"].max()
    own = own[own["year"] == (own["year"].min() if pd.isna(until) else until)]
    apart = own.assign(apart=own[MASS].where(own["waste_type_code"] != RESIDUAL, 0.0))
    sums = apart.groupby(["department", "year"])[["apart", MASS]].sum()
    share = (100 * sums["apart"] / sums[MASS]).rename("published_apart_percent")
    return share.reset_index()
