"""What could be shared, from which volume: each economic threshold with who needs it and who offers it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.french import fold
from eit_analysis.records import cell_columns
from eit_analysis.reference.nomenclatures import hazardous
from eit_analysis.reference.units import normalise_unit
from eit_analysis.reference.vocabulary import heading
from eit_analysis.remembered import remembered
from eit_analysis.synergies.pooling.one_need import once
from eit_analysis.synergies.pooling.own_prices import by_site
from eit_analysis.synergies.pooling.own_units import in_own_units
from eit_analysis.synergies.pooling.schemes import free
from eit_analysis.synergies.pooling.seasons import Season, seasons

# (unit of the need, unit of the threshold): factor. A working day is 7 h (35 h over five days), a full-time
# post 1,607 h a year (code du travail, art. L. 3121-41), as in ``pooling_thresholds.csv``. A day of training
# is no person, nor a month of a service a round: those are asked (:func:`without_threshold`).
SAME_UNIT = {
    ("kg", "t"): 0.001, ("place", "personne"): 1.0, ("palette", "unite"): 1.0, ("piece", "unite"): 1.0,
    ("jour", "h"): 7.0, ("etp", "h"): 1607.0, ("kwh", "mwh"): 0.001, ("k€", "€"): 1000.0,
}  # fmt: skip
# As the fields of ``Threshold`` go.
COLUMNS = [
    "nature", "item_keyword", "unit", "threshold", "operations_per_year", "lot", "cost_profile", "label_fr",
    "category", "least_reach_km",
]  # fmt: skip
COLLECTION = "collection"
PEOPLE = ("service", "skill")  # whose hours are those of people
HAZARDOUS = "dangereux"
EUROS = "€"
NO_UNIT, ITS_OWN = "aucune connue", "aucune\u00a0: c'est la sienne"
# Units that count the very thing that is asked for, of which hours would say less.
ACTS = frozenset({"pesee", "lavage", "bac", "analyse"})


class Threshold(NamedTuple):
    """A row of ``reference/pooling_thresholds.csv``; an empty keyword applies to every item.

    A keyword may be several words for one thing, a bar between them. ``least`` is the yearly volume from
    which ``per_year`` operations (collections, orders, sessions) of ``least / per_year`` units are worth
    their while: who has it alone waits for nobody. One can carry ``lot`` units, infinite for no limit.
    ``category`` is the family whose collection a service is. Members may be ``least_reach_km`` apart where a
    study sets less: people travel to a training and to work, a hired machine by road; electricity, gas or an
    order that each receives at home are common whatever the distance. Of what is not ``reckoned``, offered
    and needed in a unit of its own, neither threshold nor cost is known.
    """

    nature: str
    keyword: str
    unit: str
    least: float
    per_year: int
    lot: float
    profile: str
    label: str
    category: str = ""
    least_reach_km: float = 0.0
    reckoned: bool = True

    def reach_km(self, radius_km: float) -> float:
        """How far apart members may be by road: a radius, or what this may travel where that is more."""
        return max(radius_km, self.least_reach_km)


NOTHING = Threshold("", "", "", np.inf, 1, np.inf, "", "")


class Target(NamedTuple):
    """A threshold, what exactly it is applied to, and the sites that need or offer it.

    ``needs`` and ``offers`` are indexed by site: ``volume`` per year, above zero, in the unit of the
    threshold, and ``price`` in euros per unit. ``declared`` are the rows of the survey behind the needs:
    ``site_id``, ``declared``, how many units of the threshold ``one`` of them is, and where it was read.
    ``category`` is that of a collection. ``free`` : whether a producer scheme collects at no cost for some of
    the sites, whose price is then lower. ``seasons`` are by site, of hours of people alone.
    """

    threshold: Threshold
    category: str | None
    needs: pd.DataFrame
    offers: pd.DataFrame
    declared: pd.DataFrame
    free: bool
    seasons: dict[str, Season]


@cache
def keyword_in(keyword: str, text: object) -> str | None:
    """The longest word of a keyword (bars between them) that a text holds; None when it holds none.

    Spaces around it say that it stands alone: ``" epi "`` is not in « épicéa ».
    """
    held = [word for word in fold(keyword).split("|") if word in f" {fold(str(text))} "]
    return max(held, key=len, default=None)


@remembered
def targets(
    sharing: pd.DataFrame,
    flows: pd.DataFrame,
    thresholds: pd.DataFrame,
    schemes: pd.DataFrame | None = None,
) -> list[Target]:
    """Every threshold with the sites it applies to: an item has one, that of the longest keyword it holds.

    Parameters
    ----------
    sharing, flows : pandas.DataFrame
        Tidy tables.
    thresholds : pandas.DataFrame
        Of :func:`costs.threshold_table`. A row without keyword applies to each item that no other row of
        its nature and unit names. A row of nature ``collection`` applies to the outgoing flows of the family
        that is its keyword, once for what is hazardous and once for the rest, which never share a lorry; a
        flow without a code is taken as not hazardous. A purchase may be its cost (:func:`in_euros`). A
        service that collects the same family is one need with the rest (:func:`one_need.once`). What is
        offered and needed in a unit without threshold is one of its own, not ``reckoned``.
    schemes : pandas.DataFrame, optional
        The producer schemes in force: a flow that they collect for nothing costs its holder nothing.
    """
    if schemes is not None:
        flows = flows.assign(free=free(flows, schemes))
    stated = _stated(in_euros(sharing, thresholds))
    named, seen = np.zeros(len(stated), dtype=bool), np.zeros(len(stated), dtype=bool)
    # Of most thresholds, made once.
    nobody, no_flow = _target(NOTHING, stated.head(0)), _collected(NOTHING, "", flows.head(0))
    found = []
    weighed: dict[str, list[pd.DataFrame]] = defaultdict(list)
    counted: dict[str, set[str]] = defaultdict(set)
    for threshold in by_keyword(thresholds):
        if threshold.nature == COLLECTION:
            like = flows[(flows["direction"] == "out") & (flows["category"] == threshold.keyword)]
            apart = hazardous(like["waste_code"])
            harmless = threshold._replace(keyword="")
            harmful = threshold._replace(keyword=HAZARDOUS, label=f"{threshold.label} ({HAZARDOUS})")
            calm = once(like[~apart], weighed[threshold.keyword], counted[threshold.keyword])
            for own, rows in ((harmless, calm), (harmful, like[apart])):
                empty = no_flow._replace(threshold=own, category=threshold.keyword)
                found.append(_collected(own, threshold.keyword, rows) if len(rows) else empty)
        elif threshold.keyword:
            own_rows = _applies(threshold, stated) & ~named
            named = named | own_rows
            own = threshold._replace(keyword=fold(threshold.keyword))
            if threshold.category and own_rows.any():
                asked = stated[own_rows & (stated["side"] == "need").to_numpy()]
                one = asked["unit"].map(partial(scale, wanted=threshold.unit)).astype(float)
                if normalise_unit(threshold.unit) == "t":
                    weighed[threshold.category].append(asked.assign(one=one))
                    # Its offers still find takers, and none of its needs a group.
                    own = own._replace(least=np.inf)
                else:
                    counted[threshold.category].update(asked["site_id"])
            found.append(_target(own, stated[own_rows]) if own_rows.any() else nobody._replace(threshold=own))
        else:
            general = _applies(threshold, stated)
            seen, rest = seen | general, stated[general & ~named]
            for item, part in rest.groupby(rest["item"].astype(str).map(fold)):
                label = f"{threshold.label} ({part['item'].min()})"
                found.append(_target(threshold._replace(keyword=str(item), label=label), part))
    for item, part in in_own_units(stated[~(named | seen)]):
        nature, unit = part[["nature", "unit"]].iloc[0]
        # By what each side calls it: a line of the register that names either is answered.
        called = "|".join(dict.fromkeys(map(fold, part["item"])))
        own = Threshold(nature, called, unit, np.inf, 1, np.inf, "", item, reckoned=False)
        found.append(_target(own, part))
    return found


def in_euros(sharing: pd.DataFrame, thresholds: pd.DataFrame) -> pd.DataFrame:
    """The needs (tidy ``sharing``) of which a threshold is in euros and none in their unit, as their cost.

    « Équipements de protection, 1 150 personnes, 310 000 € par an » says already what would be asked. What
    states no cost stays as it is.
    """
    read = by_keyword(thresholds)

    def is_cost(nature: object, item: object, unit: object, cost: float) -> bool:
        keyword = keyword_of(nature, item, read)
        units = {t.unit for t in read if t.nature == nature and t.keyword == keyword}
        compare = any(scale(normalise_unit(unit), wanted) > 0 for wanted in units)
        return EUROS in units and not compare and cost > 0

    told = sharing[["nature", "item", "unit", "cost_eur_per_year"]].itertuples(index=False)
    asked = (sharing["side"] == "need") & np.array([is_cost(*row) for row in told], dtype=bool)
    return sharing.assign(
        volume_per_year=sharing["volume_per_year"].mask(asked, sharing["cost_eur_per_year"]),
        unit=sharing["unit"].astype(object).mask(asked, EUROS),
    )


def without_threshold(sharing: pd.DataFrame, thresholds: pd.DataFrame) -> Breakdown:
    """Needs whose item and unit have no threshold, counted by nature, item and unit: no group holds them.

    Not those that somebody offers in that very unit: there is none to ask for.
    ``wanted_units`` are those in which the item would have one, the ones of its longest keyword before those
    of its nature: the unit to ask for. ``ITS_OWN`` where its unit counts ``ACTS`` and only its nature has
    another, ``NO_UNIT`` where no threshold is about it, whatever the unit.
    """
    stated, read = _stated(in_euros(sharing, thresholds)), by_keyword(thresholds)
    seen = np.zeros(len(stated), dtype=bool)
    for threshold in read:
        seen = seen | _applies(threshold, stated)
    left = stated[~seen]
    answered = [part.index for _, part in in_own_units(left)]
    left = left[(left["side"] == "need") & ~left.index.isin([row for rows in answered for row in rows])]
    needs = zip(left["nature"], left["item"], left["unit"], strict=True)
    wanted = [_wanted(nature, item, unit, read) for nature, item, unit in needs]
    records = left.assign(wanted_units=pd.Series(wanted, left.index, dtype="str").fillna(NO_UNIT))
    keys = ["nature", "item", "unit", "wanted_units"]
    records = records[[*keys, "site_id"]].reset_index(drop=True)
    return Breakdown(records.groupby(keys, as_index=False).agg(n_needs=("site_id", "size")), keys, records)


def _wanted(nature: object, item: object, unit: object, read: list[Threshold]) -> str | None:
    keyword = keyword_of(nature, item, read)
    if unit in ACTS and not keyword:
        return ITS_OWN
    labels = heading("unit").labels
    wanted = (t.unit for t in read if t.nature == nature and t.keyword == keyword)
    return " ou ".join(dict.fromkeys(labels.get(unit, unit) for unit in wanted)) or None


def keyword_of(nature: object, item: object, read: list[Threshold]) -> str:
    """The longest keyword of a nature that an item holds, whatever its unit (:func:`by_keyword`); ``""``."""
    own = (t.keyword for t in read if t.nature == nature and t.keyword)
    return next((keyword for keyword in own if keyword_in(keyword, item) is not None), "")


def by_keyword(thresholds: pd.DataFrame) -> list[Threshold]:
    """The longest keywords first, ``biodéchet`` before ``déchet``: a general row takes what they leave."""
    absent = {"item_keyword": "", "lot": np.inf, "category": "", "least_reach_km": 0.0}
    rows = thresholds.reindex(columns=COLUMNS).astype(object).fillna(absent)
    kinds = {"threshold": float, "operations_per_year": int, "lot": float, "least_reach_km": float}
    read = [Threshold(*row) for row in rows.astype(kinds).itertuples(index=False)]
    # Collections last: what services ask for is known then.
    return sorted(
        read, key=lambda t: (t.nature == COLLECTION, -max(len(word) for word in t.keyword.split("|")), t)
    )


def _stated(sharing: pd.DataFrame) -> pd.DataFrame:
    rows = sharing[sharing["volume_per_year"].notna()]
    return rows.assign(unit=rows["unit"].map(normalise_unit))


def _applies(threshold: Threshold, stated: pd.DataFrame) -> np.ndarray:
    like = stated["nature"].isin([threshold.nature]).to_numpy(dtype=bool, copy=True)
    rows = stated.loc[like, ["unit", "item"]].to_numpy(dtype=object)
    like[like] = [
        scale(unit, threshold.unit) > 0 and keyword_in(threshold.keyword, item) is not None
        for unit, item in rows
    ]
    return like


@cache
def scale(unit: str, wanted: str) -> float:
    """How many of the wanted unit one unit is, 0 when they do not compare."""
    wanted = normalise_unit(wanted)
    return 1.0 if unit == wanted else SAME_UNIT.get((unit, wanted), 0.0)


def _collected(threshold: Threshold, category: str, flows: pd.DataFrame) -> Target:
    volume, price = (flows[c].astype(float) for c in ("mass_t_per_year", "cost_eur_per_t"))
    unpaid = flows["free"].eq(True) if "free" in flows else np.zeros(len(flows), dtype=bool)
    one = flows["one"].fillna(1.0) if "one" in flows else 1.0  # what is asked for is declared in its unit
    needs = by_site(flows["site_id"], volume, (volume * price).mask(unpaid, 0.0))
    declared = _declared(flows, volume / one, one)
    return Target(threshold, category, needs, needs.head(0), declared, bool(np.any(unpaid)), {})


def _target(threshold: Threshold, stated: pd.DataFrame) -> Target:
    scales = {unit: scale(unit, threshold.unit) for unit in stated["unit"].unique()}
    volume = stated["volume_per_year"].astype(float) * stated["unit"].map(scales).astype(float)
    cost = stated["cost_eur_per_year"].astype(float)
    needs, offers = (
        by_site(stated.loc[side, "site_id"], volume[side], cost[side])
        for side in (stated["side"] == "need", stated["side"] == "offer")
    )
    need = stated[stated["side"] == "need"]
    declared = _declared(need, need["volume_per_year"].astype(float), need["unit"].map(scales).astype(float))
    declared = declared if np.isfinite(threshold.least) else declared.head(0)  # told with the family's
    people = threshold.nature in PEOPLE and threshold.unit == "h"
    own = seasons(need[need["site_id"].isin(needs.index)]) if people else {}
    return Target(threshold, threshold.category or None, needs, offers, declared, False, own)


def _declared(rows: pd.DataFrame, declared: pd.Series, one: pd.Series | float) -> pd.DataFrame:
    found = rows[["site_id", *cell_columns(rows)]].assign(declared=declared, one=one)
    return found[np.isfinite(found["declared"]) & (found["declared"] * found["one"] > 0)]
