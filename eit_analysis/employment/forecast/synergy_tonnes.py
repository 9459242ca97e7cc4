"""Tonnes that change route because of synergies: done, under study or committed, or feasible together.

The first two are read in the tidy ``synergy_register`` and the tidy ``flows`` of those who give; the last is
a joint plan of exchanges, in which no tonne counts twice. Each function gives ``stage, site_id`` (who knows
the tonnes: of what is done, all actors, separated by spaces), ``category, old_route, new_route``, tonnes a
year with their bounds and ``ess_site_id`` (the social-economy structures that take part, separated by
spaces), ``ess`` being the ids of them all; of the register and of flows, the cells too.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from eit_analysis.records import SOURCE
from eit_analysis.reference.compatibility import MATERIAL_OR_ORGANIC
from eit_analysis.reference.stages import wholes

TONNES = ["tonnes_low", "tonnes", "tonnes_high"]
# Where a family usually goes once a synergy exists; the register does not hold it.
NEW_ROUTE = {"food": "reuse", "biowaste": "digestion"}
DEFAULT_NEW_ROUTE = "recycling"
REALISED, PLANNED, ALLOCATED = "realised", "planned", "allocated"
PLANNED_STATUSES = ("study", "committed")
DECLARED_HALF_WIDTH = 0.2  # realised tonnes are declared by the synergy's carrier


def realised_tonnes(register: pd.DataFrame, flows: pd.DataFrame, ess: Collection[str] = ()) -> pd.DataFrame:
    """Tonnes really diverted, from the register, with the route they had before.

    The old route is the main one (by mass) of the actors' flows of the family, ``unknown`` without any. The
    new one is energy where these flows, as they go today, hold the tonnes there alone and not in what is
    recovered as matter; else that of the family.
    """
    done = register[(register["status"] == "done") & register["realised_t_per_year"].gt(0)]
    rows = []
    for row in wholes(done, "realised_t_per_year").to_dict("records"):
        sites = str(row["site_ids"]).split()
        mine = flows[flows["site_id"].isin(sites) & (flows["category"] == row["category"])]
        mass = mine[mine["direction"] == "out"].groupby("route")["mass_t_per_year"].sum()
        matter = mass.index.isin(MATERIAL_OR_ORGANIC)
        before = mass[~matter].sort_values(kind="stable")  # today's route may already be the synergy's
        old = before.index[-1] if len(before) else "unknown"
        central = row["realised_t_per_year"]
        burnt = mass[matter].sum() < central <= mass.get("energy", 0.0)
        new = "energy" if burnt else _usual_route(row["category"])
        low, high = central * (1 - DECLARED_HALF_WIDTH), central * (1 + DECLARED_HALF_WIDTH)
        helpers = " ".join(site for site in sites if site in ess)
        told = (REALISED, row["site_id"], row["category"], old, low, central, high, helpers, new)
        rows.append((*told, *(row[name] for name in SOURCE)))
    return _frame(rows)


def planned_tonnes(register: pd.DataFrame, flows: pd.DataFrame, ess: Collection[str] = ()) -> pd.DataFrame:
    """Most that the synergies under study or committed could divert: their actors' flows not yet recovered.

    A flow wanted by several synergies counts once.
    """
    wanted: dict[tuple[str, str], set[str]] = {}
    for row in register[register["status"].isin(PLANNED_STATUSES)].to_dict("records"):
        sites = str(row["site_ids"]).split()
        for site in sites:
            wanted.setdefault((site, row["category"]), set()).update(set(sites) & set(ess) - {site})
    out = flows[(flows["direction"] == "out") & ~flows["route"].isin(MATERIAL_OR_ORGANIC)]
    rows = [
        (PLANNED, row["site_id"], row["category"], row["route"], row["mass_low_t_per_year"],
         row["mass_t_per_year"], row["mass_high_t_per_year"],
         " ".join(sorted(wanted[row["site_id"], row["category"]])), _usual_route(row["category"]),
         *(row.get(name) for name in SOURCE))
        for row in out.to_dict("records")
        if (row["site_id"], row["category"]) in wanted
    ]  # fmt: skip
    return _frame(rows)


def allocated_tonnes(exchanges: pd.DataFrame, ess: Collection[str] = ()) -> pd.DataFrame:
    """Tonnes of the exchanges that can happen together; their interval is that of each exchange's own tonnes.

    Parameters
    ----------
    exchanges : DataFrame
        ``site_id`` (the side that a total could tell most of), ``taker_site_id, category, old_route,
        new_route, diverted_low_t_per_year, diverted_t_per_year, diverted_high_t_per_year,
        allocated_t_per_year``, one row for each exchange.
    """
    kept = exchanges[exchanges["allocated_t_per_year"] > 0].reset_index(drop=True)
    share = kept["allocated_t_per_year"] / kept["diverted_t_per_year"]
    return pd.DataFrame(
        {
            "stage": ALLOCATED,
            "site_id": kept["site_id"],
            "category": kept["category"],
            "old_route": kept["old_route"].fillna("unknown"),
            "tonnes_low": kept["diverted_low_t_per_year"] * share,
            "tonnes": kept["allocated_t_per_year"],
            "tonnes_high": kept["diverted_high_t_per_year"] * share,
            "ess_site_id": kept["taker_site_id"].where(kept["taker_site_id"].isin(list(ess)), ""),
            "new_route": kept["new_route"],
        }
    )


def _usual_route(category: str) -> str:
    return NEW_ROUTE.get(category, DEFAULT_NEW_ROUTE)


def _frame(rows: list[tuple]) -> pd.DataFrame:
    names = ["stage", "site_id", "category", "old_route", *TONNES, "ess_site_id", "new_route", *SOURCE]
    frame = pd.DataFrame(rows, columns=names)
    frame["old_route"] = frame["old_route"].astype(object).fillna("unknown")
    return frame.astype(dict.fromkeys(TONNES, float))
