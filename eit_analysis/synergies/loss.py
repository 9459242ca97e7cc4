"""If an actor, an outlet or a contractor closes: which flows lose their taker, and what could take them.

    most Σ w_ij x_ij    with   Σ_j x_ij ≤ lost_i,   Σ_i n_ij x_ij ≤ room_j,   x_ij ≤ most_ij
                               Σ_i n_ij x_ij ≤ share × need_j    over the i that are a share of a need at most

x_ij are tonnes of the flow i to the taker j, n_ij the room that a tonne takes up, most_ij what the two can
exchange at most (of the months that they have in common). A share is of the whole need (fines, of a boiler's
chips), less what the plan already gives of it; others fill the rest. Lost are the tonnes taken
today, by contract or by an exchange that is done; what is only planned cannot be lost. A taker's room is its
need or its capacity less what the joint plan already gives it of flows that lose nothing. Weights w are near
1: every tonne counts, whatever it costs, and a tonne goes rather to an exchange between actors than to an
outlet with room, rather there than to who takes the rest of its flow by contract today, and rather to that
one than to an outlet whose room is to be asked for; of one kind, rather to the highest in the hierarchy. What
its contractor leaves may go lower in the waste hierarchy than the route that the flow declares, where nobody
takes it as high: an outlet that is no more bars nothing. What loses an exchange alone goes no lower, its
contractor being there, but may come down again from where this exchange led it. ``goes_down`` says both.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from eit_analysis.french import fold_words
from eit_analysis.reference.compatibility import hierarchy_steps
from eit_analysis.synergies.free_flows import TAKEN

STEP = 5e-5  # less of a weight for each step down the hierarchy: it tells equals apart
BELOW = 0.01  # less for a use below today's route: more than kinds and steps together
WEIGHTS = {"exchange": 1.0, "outlet": 0.999, "contractor": 0.9985, "outlet_to_ask": 0.998}
SUMMARY = [
    "closing", "closing_role", "n_flows_lost", "lost_t_per_year",
    *(f"by_{kind}_t_per_year" for kind in WEIGHTS), "unreplaced_t_per_year",
]  # fmt: skip
SAID = ["closing", "lost_t_per_year", "unreplaced_t_per_year"]
REPLACED = [
    "closing", "out_flow_id", "replacement", "replacement_kind", "replaced_t_per_year", "goes_down",
]  # fmt: skip
NAMED = ["closing", "giver_site_id", "output_description", *REPLACED[1:]]


def takers(
    flows: pd.DataFrame, sites: pd.DataFrame, held: pd.DataFrame, outlets: pd.DataFrame
) -> pd.DataFrame:
    """Who takes what today: the contractor that a flow names, and who takes it by an exchange that is done.

    ``held`` has the rows of :func:`free_flows.held` and of :func:`free_flows.led_away`, whose use is not
    known, nor always the taker: what is committed there is not taken yet. What a flow declares has what is
    done in it: a contractor takes but the rest. One that bears the name of an actor or of an outlet
    is that one. ``taker`` (site or outlet, else the folded name),
    ``closing`` (its name), ``closing_role`` (``contractor``, ``taker``), ``out_flow_id, lost_t_per_year``,
    ``step`` (of today's route, in the waste hierarchy).
    """
    out = flows[flows["direction"] == "out"]
    out = out[out["contractor"].notna() & (out["contractor"] != "unknown")]
    known = {fold_words(name): outlet for name, outlet in outlets[["outlet_name", "outlet_id"]].to_numpy()}
    known |= {fold_words(name): site for name, site in sites[["name", "site_id"]].to_numpy()}
    folded = out["contractor"].map(fold_words)
    taker = folded.map(known).fillna(folded)
    lines = held[(held["status"] == "done") & (held[TAKEN] > 0)]
    lines = lines.assign(step=hierarchy_steps(lines["new_route"], lines["category"]))
    by_taker = lines.groupby(["taker_site_id", "out_flow_id"], dropna=False)
    done = by_taker.agg({TAKEN: "sum", "step": "min"}).reset_index()
    own = dict(zip(out["flow_id"], taker, strict=True))
    others = done[done["taker_site_id"] != done["out_flow_id"].map(own)]
    gone = out["flow_id"].map(others.groupby("out_flow_id")[TAKEN].sum()).fillna(0)
    today = {
        "taker": taker, "closing": out["contractor"],
        "closing_role": "contractor", "out_flow_id": out["flow_id"],
        "lost_t_per_year": (out["mass_t_per_year"] - gone).clip(lower=0),
        "step": hierarchy_steps(out["route"], out["category"]),
    }  # fmt: skip
    names, done = sites.set_index("site_id")["name"], done.dropna(subset="taker_site_id")
    exchanged = {
        "taker": done["taker_site_id"], "closing": done["taker_site_id"].map(names),
        "closing_role": "taker", "out_flow_id": done["out_flow_id"], "lost_t_per_year": done[TAKEN],
        "step": done["step"],
    }  # fmt: skip
    still = pd.DataFrame(today)[~((gone > 0) & (gone >= out["mass_t_per_year"]))]
    found = pd.concat([pd.DataFrame(exchanged), still], ignore_index=True)
    # One name for each, the first that was written.
    return found.assign(closing=found.groupby("taker")["closing"].transform("first"))


def options(
    passed: pd.DataFrame, nearby: pd.DataFrame, sites: pd.DataFrame, taken: pd.DataFrame
) -> pd.DataFrame:
    """All that could take a flow: exchanges and outlets (``local_outlets.possible``) that pass the gates.

    Both of what a flow gives today, done exchanges included, ``passed`` to the needs as they are free
    (``substitution.candidates``). And who takes it by contract today (:func:`takers`), where none of these.

    Columns ``out_flow_id, taker, replacement`` (its name), ``replacement_kind`` (keys of ``WEIGHTS``),
    ``place`` (the need or the outlet that is filled), ``need_t_per_t, most_of_need, room_t_per_year`` and
    ``most_t_per_year`` (infinite: unknown), ``step`` (of its route), ``below`` (:func:`with_lower`): none.
    """
    names = sites.set_index("site_id")["name"]
    exchanges = {
        "out_flow_id": passed["out_flow_id"], "taker": passed["taker_site_id"],
        "replacement": passed["taker_site_id"].map(names), "replacement_kind": "exchange",
        "place": passed["in_flow_id"], "need_t_per_t": passed["need_t_per_t"],
        "most_of_need": passed["most_of_need"],
        "room_t_per_year": passed["demand_t_per_year"], "most_t_per_year": passed["diverted_t_per_year"],
        "step": hierarchy_steps(passed["new_route"], passed["category"]),
    }  # fmt: skip
    outlets = {
        "out_flow_id": nearby["out_flow_id"], "taker": nearby["outlet_id"],
        "replacement": nearby["outlet_name"],
        "replacement_kind": np.where(nearby["room_basis"] == "spare", "outlet", "outlet_to_ask"),
        "place": nearby["outlet_id"], "need_t_per_t": 1.0, "most_of_need": 1.0,
        "room_t_per_year": nearby["room_t_per_year"].astype(float).fillna(np.inf), "most_t_per_year": np.inf,
        "step": hierarchy_steps(nearby["new_route"], nearby["category"]),
    }  # fmt: skip
    found = pd.concat([pd.DataFrame(exchanges), pd.DataFrame(outlets)], ignore_index=True)
    today = taken.loc[taken["closing_role"] == "contractor", ["out_flow_id", "taker", "closing", "step"]]
    today = today.rename(columns={"closing": "replacement"}).assign(
        replacement_kind="contractor",
        place=today["taker"],
        need_t_per_t=1.0,
        most_of_need=1.0,
        room_t_per_year=np.inf,
        most_t_per_year=np.inf,
    )
    both = pd.concat([found, today], ignore_index=True)
    again = both["replacement_kind"].eq("contractor") & both.duplicated(["out_flow_id", "taker"])
    return both[~again].assign(below=False)


def with_lower(possible: pd.DataFrame, whatever: pd.DataFrame) -> pd.DataFrame:
    """:func:`options` with those that today's better route alone bars, which are ``below`` it.

    ``whatever`` are the options of the same flows whatever becomes of them today.
    """
    both = pd.concat([possible, whatever.assign(below=True)], ignore_index=True)
    return both.drop_duplicates(["out_flow_id", "taker", "place"], ignore_index=True)


def closures(
    taken: pd.DataFrame, possible: pd.DataFrame, exchanges: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every taker closed in turn, alone: of :func:`takers`, :func:`with_lower` and the plan's exchanges.

    Returns
    -------
    summary : pandas.DataFrame
        ``SUMMARY``, what leaves most tonnes without a replacement first. A flow of which both roles lose
        tonnes counts with the larger; one of unknown mass counts no tonne.
    replaced : pandas.DataFrame
        ``REPLACED``: the tonnes of each flow that each replacement would take, in the same order, and
        whether they go down the waste hierarchy from where they go today.
    """
    rows, parts = [], []
    for taker, lost in taken.groupby("taker", sort=True):
        by_flow = lost.groupby("out_flow_id")["lost_t_per_year"].max().fillna(0)
        without = set(lost.loc[lost["closing_role"] == "contractor", "out_flow_id"])
        stays = exchanges[(exchanges["taker_site_id"] != taker) & ~exchanges["out_flow_id"].isin(without)]
        open_ = possible[possible["out_flow_id"].isin(by_flow.index) & (possible["taker"] != taker)]
        open_ = open_[~open_["below"] | open_["out_flow_id"].isin(without)]
        name, roles, total = lost["closing"].iloc[0], lost["closing_role"].unique(), by_flow.sum()
        part = _replaced(by_flow, open_, stays).assign(closing=name)
        today = part["out_flow_id"].map(lost.groupby("out_flow_id")["step"].min()).astype(float)
        fall = (part["step"].astype(float) - today).dropna()
        part["goes_down"] = (fall > 0).map({True: "yes", False: "no"}).astype("str")
        by_kind = part.groupby("replacement_kind")["replaced_t_per_year"].sum()
        amounts = [float(by_kind.get(kind, 0.0)) for kind in WEIGHTS]
        role = roles[0] if len(roles) == 1 else "both"
        rows.append([name, role, len(by_flow), total, *amounts, max(total - sum(amounts), 0.0)])
        parts.append(part[REPLACED])
    summary = pd.DataFrame(rows, columns=SUMMARY).round(6)
    summary = summary.sort_values(["unreplaced_t_per_year", "closing"], ascending=[False, True])
    order = {name: rank for rank, name in enumerate(summary["closing"])}
    replaced = pd.concat(parts) if parts else pd.DataFrame(columns=REPLACED)
    replaced = replaced.sort_values("closing", key=lambda names: names.map(order), kind="stable")
    return summary.reset_index(drop=True), replaced.reset_index(drop=True)


def left_without(
    taken: pd.DataFrame, replaced: pd.DataFrame, flows: pd.DataFrame, summary: pd.DataFrame
) -> pd.DataFrame:
    """``replaced`` with a row more for what of each flow finds nobody (``none``), the flows by their names.

    By whose closure leaves most; a flow of unknown mass that nobody takes is named with no tonne.
    """
    keys = ["closing", "out_flow_id"]
    lost = taken.groupby(keys)["lost_t_per_year"].max().fillna(0)
    found = replaced.groupby(keys)["replaced_t_per_year"].sum()
    left = (lost - found.reindex(lost.index).fillna(0)).round(6)
    left = left[(left > 0) | ~left.index.isin(found.index)]
    nobody = left.where(left > 0).rename("replaced_t_per_year").reset_index().assign(replacement_kind="none")
    rows = pd.concat([replaced, nobody], ignore_index=True)
    about = flows.drop_duplicates("flow_id").set_index("flow_id")
    order = {name: rank for rank, name in enumerate(summary["closing"])}
    named = rows.assign(
        giver_site_id=rows["out_flow_id"].map(about["site_id"]),
        output_description=rows["out_flow_id"].map(about["description"]),
    )[NAMED]
    return named.sort_values("closing", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def worst(summary: pd.DataFrame) -> str:
    """Whose closure leaves most tonnes without a known replacement; empty where none leaves any."""
    left = summary.loc[summary["unreplaced_t_per_year"] > 0, "closing"]
    return str(left.iloc[0]) if len(left) else ""


def all_left(summary: pd.DataFrame) -> bool:
    """Whether that closure leaves all that it took."""
    first = summary.head(1)
    return bool((first["unreplaced_t_per_year"] >= first["lost_t_per_year"]).all())


def _replaced(lost: pd.Series, possible: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """The options with what each takes of the lost tonnes, those that take nothing left out."""
    if possible.empty:
        return possible.assign(replaced_t_per_year=0.0)
    flow, flows = pd.factorize(possible["out_flow_id"])
    columns = np.arange(len(possible))
    limits = csr_array((np.ones(len(possible)), (flow, columns)), shape=(len(flows), len(possible)))
    stays = stays.rename(columns={"in_flow_id": "place"})
    room = possible["room_t_per_year"].fillna(0)
    fills, left = _room(possible, stays, ["place"], room)
    most = possible["most_of_need"]
    of_shares, share_left = _room(
        possible, stays, ["place", "most_of_need"], (room * most).where(most < 1, np.inf)
    )
    less = STEP * possible["step"].fillna(0) + BELOW * possible["below"]
    found = linprog(
        (less - possible["replacement_kind"].map(WEIGHTS)).to_numpy(),
        A_ub=vstack([limits, fills, of_shares]),
        b_ub=np.concatenate([lost.loc[flows], left, share_left]),
        bounds=np.column_stack([np.zeros(len(possible)), possible["most_t_per_year"].clip(lower=0)]),
        method="highs",
    )
    taking = possible.assign(replaced_t_per_year=np.maximum(found.x, 0.0))
    return taking[taking["replaced_t_per_year"] > 1e-6]


def _room(
    possible: pd.DataFrame, stays: pd.DataFrame, keys: list[str], room: pd.Series
) -> tuple[csr_array, np.ndarray]:
    """What a tonne of each option takes up of each place, or share of it, and what the plan leaves of that.

    The rows of both are the places whose ``room`` is bounded.
    """
    code, places = pd.factorize(pd.MultiIndex.from_frame(possible[keys]))
    fills = csr_array(
        (possible["need_t_per_t"], (code, np.arange(len(possible)))), shape=(len(places), len(possible))
    )
    filled = (
        (stays["need_t_per_t"] * stays["allocated_t_per_year"]).groupby([stays[key] for key in keys]).sum()
    )
    if len(keys) == 1:
        places = places.get_level_values(0)
    left = room.groupby(code).first().to_numpy() - filled.reindex(places).fillna(0).to_numpy()
    bounded = np.isfinite(left)
    return fills[bounded], left[bounded].clip(min=0)
