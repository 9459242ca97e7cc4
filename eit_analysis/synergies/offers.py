"""The two sides of an exchange: what sites put out and what sites take in, as substitution reads them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import text_read
from eit_analysis.reference.designation_families import family_of
from eit_analysis.reference.matter_grades import grades_named, kinds_of_codes
from eit_analysis.reference.needs import FOR_ANIMALS, code_asked, need_told, object_asked, share_met
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.synergies.matching.located_flows import ALL_YEAR

# What they declare to take in is what may arrive; a firm declares what it uses.
TAKERS = ("outlet", "ess")
# Activities (NAF rév. 2) that live on the waste brought to them, or trade in it, also where called firms.
WASTE_OPERATORS = "38"
OF_WASTE = (WASTE_OPERATORS, "4677")
# So does a firm whose need is of something to be treated: « palettes à réparer », « fûts à laver ».
TO_TREAT = r"\ba (?:broyer|demonter|laver|reconditionner|recycler|regenerer|reparer|trier|valoriser)\b"
# What rules call a structure of the social economy, whose code says what it trades in (47.79) or collects
# (38.32) and not that it mends, sews and sells again: 94.99 beside it.
SOCIAL, OF_SOCIAL = ("88", "9499"), " 9499"
OILS = ("120106", "120107", "120108", "120109", "120110", "120118", "120119")  # of machining, and its sludge
# Classes of waste wood (usage of the trade): raw, or in panels, painted and of buildings, for which one pays.
WOOD_A, WOOD_B = ("030101", "030105", "150103"), ("170201", "191207", "200138")
PANELS = (
    r"\b(?:panneaux?|placages?|contreplaques?|cp|latte|particules|mdf|melamines?|agglomeres?|stratifies?)\b"
)
# Where it is written: « bois à broyer » is of any class, and « bois A et B » of none alone.
CLASS_A = (
    r"(?:(?i:\bclasse\s+a)\b|\b[Bb]ois\s+A\b|(?i:\bbois\s+a)(?=\s*$|\s+\w+ée?s?\b))"
    r"(?!\s*(?:et|ou|[-/,+&])\s*(?:(?:bois|classe)\s+)?[BCbc]\b)"
)
GREEN = "green_wood"  # chips and sawdust that a sawmill has just made: of class A
DOWNGRADED = (
    r"\b(?:declasse\w*|(?:second|2e|deuxieme) choix|hors (?:calibre|norme)s?|moches?|invendu\w*|dlc|ddm)\b"
)
READ = [
    "flow_id", "site_id", "category", "waste_code", "quality", "mass_t_per_year", "mass_low_t_per_year",
    "mass_high_t_per_year", "evidence", "route", "cost_eur_per_t", "months",
]  # fmt: skip


def bought(sharing: pd.DataFrame) -> pd.DataFrame:
    """The purchases that sites would share, as needs of matter, of no mass: ``site_id, category, direction``,
    ``description``. Of an item whose name is of no family there is none."""
    asked = sharing[(sharing["nature"] == "purchase") & (sharing["side"] == "need")].dropna(subset="item")
    needs = asked[["site_id", "item"]].rename(columns={"item": "description"}).assign(direction="in")
    needs["category"] = needs["description"].map(family_of).astype("str")
    return needs[needs["category"] != ""]


def by_trade(sites: pd.DataFrame) -> pd.DataFrame:
    """The sites, with a firm that treats or trades waste as the outlet that it is: it works what it buys, the
    same whoever brings it, and buys no new material."""
    trades = (sites["actor_type"] == "firm") & activity(sites["site_id"], sites).str.startswith(OF_WASTE)
    return sites.assign(actor_type=sites["actor_type"].mask(trades, TAKERS[0]))


def month_mask(months: pd.Series) -> np.ndarray:
    """Twelve bits per row, bit m−1 set when the flow exists in month m; a missing text is all year."""
    unique = months.drop_duplicates()
    bits = {text: ALL_YEAR if pd.isna(text) or not str(text).split() else _bits(str(text)) for text in unique}
    return months.map(bits).to_numpy(dtype=np.int64) if len(months) else np.zeros(0, dtype=np.int64)


def _bits(text: str) -> int:
    return sum(1 << (month - 1) for month in {int(part) for part in text.split()})


def _sorted_out(out: pd.DataFrame, descriptions: pd.Series) -> pd.Series:
    """What a firm has taken out of an object, as a flow for reuse: ``mendable``, ``good`` or ``""``."""
    reused = out["route"] == "reuse"
    mended = reused & need_told(descriptions.astype("str").fillna("")).astype("str").str.contains("mending")
    keys = [out["site_id"], out["waste_code"]]
    some, mendable = (of.groupby(keys).transform("max").eq(True) & ~reused for of in (reused, mended))
    return pd.Series(np.select([mendable, some], ["mendable", "good"], ""), out.index)


def _grades(told: pd.Series, categories: pd.Series, classes: pd.Series) -> pd.Series:
    """The grades that each designation names, those of wood after its class."""
    named = grades_named(told, categories)
    return named.mask(categories == "wood", (classes + " " + named).str.strip())


def wood_class(flows: pd.DataFrame) -> pd.Series:
    """``A`` or ``B`` of each flow of wood, by its name, else by its code; ``""`` where neither tells."""
    codes, texts = (
        flows.reindex(columns=[name])[name].astype("str").fillna("") for name in ("waste_code", "description")
    )
    raw, panels = codes.isin(WOOD_A), texts.map(fold_words).str.contains(PANELS).astype(bool)
    called = class_asked(texts)
    cases = [called == "A", codes.isin(WOOD_B) | panels, raw]
    return pd.Series(np.select(cases, ["A", "B", "A"], ""), flows.index)


def class_asked(texts: pd.Series) -> pd.Series:
    """``A`` of wood that is called so, ``""`` of the rest: who burns or shreds class B takes class A too."""
    unique = texts.drop_duplicates()
    called = unique[unique.str.contains(CLASS_A).astype(bool)]
    return pd.Series(np.where(texts.isin(called), "A", ""), texts.index)


def of_output(exchanges: pd.DataFrame, flows: pd.DataFrame, name: str) -> pd.Series:
    """A column of texts of the output of each exchange, ``""`` where it says nothing."""
    about = flows.drop_duplicates("flow_id").set_index("flow_id").reindex(columns=[name])[name]
    return exchanges["out_flow_id"].map(about).astype("str").fillna("")


def downgraded(exchanges: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Of which exchanges food that is eaten again is called downgraded or unsold."""
    told = of_output(exchanges, flows, "description").map(fold_words).str.contains(DOWNGRADED).astype(bool)
    return told & (exchanges["category"] == "food") & (exchanges["new_route"] == "reuse")


def activity(site_ids: pd.Series, sites: pd.DataFrame) -> pd.Series:
    """The NAF code of each site without its point, ``""`` where it is not known."""
    codes = site_ids.map(sites.drop_duplicates("site_id").set_index("site_id")["naf_code"])
    return codes.astype("str").fillna("").str.replace(".", "", regex=False)


def outputs(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    out = flows[flows["direction"] == "out"]
    oily = out.loc[out["waste_code"].astype("str").fillna("").str.startswith(OILS), "site_id"]
    told = out.get("description", pd.Series("", out.index))
    grades = _grades(told, out["category"], wood_class(out))
    unnamed = (out["category"] == "food") & (grades == "")
    out = out.assign(
        description=text_read(out),
        sorted_out=_sorted_out(out, told),
        grades=grades.mask(unnamed, kinds_of_codes(out["waste_code"])),
    )
    out = out[[*READ, "description", "sorted_out", "grades"]].merge(
        sites[["site_id", "naf_code", "latitude", "longitude"]], on="site_id", how="left"
    )
    return pd.DataFrame(
        {
            "out_flow_id": out["flow_id"].astype(str),
            "giver_site_id": out["site_id"],
            "giver_naf_code": out["naf_code"].fillna("").astype(str),
            "giver_oils": out["site_id"].isin(oily),
            "category": out["category"].astype(str),
            "waste_code": out["waste_code"].fillna("").astype(str),
            "description": out["description"],
            "sorted_out": out["sorted_out"],
            "grades": out["grades"],
            "hazardous": hazardous(out["waste_code"]),
            "quality": out["quality"].fillna("unknown").astype(str),
            "supply": out["mass_t_per_year"].astype(float),
            "supply_low": out["mass_low_t_per_year"].astype(float),
            "supply_high": out["mass_high_t_per_year"].astype(float),
            "giver_evidence": out["evidence"],
            "old_route": out["route"].fillna("unknown"),
            "old_cost_eur_per_t": out["cost_eur_per_t"].astype(float),
            "out_months": month_mask(out["months"]),
            "out_lat": out["latitude"].astype(float),
            "out_lon": out["longitude"].astype(float),
        }
    )


def inputs(flows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    entering = (
        flows[flows["direction"] == "in"]
        .reindex(columns=[*READ, "description"])
        .merge(sites[["site_id", "actor_type", "latitude", "longitude"]], on="site_id", how="left")
    )
    told = entering["description"].astype("str").fillna("")
    need, intake = need_told(told), entering["actor_type"].isin(TAKERS)
    takes_in = told.map(fold_words).str.contains(TO_TREAT).astype(bool)
    naf = activity(entering["site_id"], sites)
    social = (entering["actor_type"] == "ess") & (naf != "") & ~naf.str.startswith(SOCIAL)
    return pd.DataFrame(
        {
            "in_flow_id": entering["flow_id"].astype(str),
            "taker_site_id": entering["site_id"],
            "input_category": entering["category"].astype(str),
            "input_waste_code": code_asked(entering),
            "object_asked": object_asked(entering).mask(intake | takes_in, ""),
            "need_told": need,
            "grades_asked": _grades(
                told, entering["category"], class_asked(told).mask(need.str.contains(GREEN), "A")
            ).mask(need.str.contains(FOR_ANIMALS), ""),
            "share_met": share_met(need).where(~intake, 1.0),
            "asked_quality": entering["quality"].fillna("unknown").astype(str),
            "naf_code": naf.mask(social, naf + OF_SOCIAL),
            "is_intake": intake,
            "takes_in": takes_in,
            "demand": entering["mass_t_per_year"].astype(float),
            "demand_low": entering["mass_low_t_per_year"].astype(float),
            "demand_high": entering["mass_high_t_per_year"].astype(float),
            "taker_evidence": entering["evidence"],
            "in_months": month_mask(entering["months"]),
            "in_lat": entering["latitude"].astype(float),
            "in_lon": entering["longitude"].astype(float),
        }
    )
