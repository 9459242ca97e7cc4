"""Small made-up candidates for the tests of the joint plan, and every plan of them by brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy.optimize import linprog

INDICATORS = ("margin_eur_per_year", "emissions_tco2e_per_year", "avoided_tco2e_per_year", "jobs")


def candidates(rows: list[tuple]) -> pd.DataFrame:
    """Rows (out, in, supply, demand, yield, then up to four indicators per tonne)."""
    names = ["out_flow_id", "in_flow_id", "supply_t_per_year", "demand_t_per_year", "yield_central"]
    frame = pd.DataFrame([row[:5] for row in rows], columns=names).astype(
        {"out_flow_id": "str", "in_flow_id": "str"} | dict.fromkeys(names[2:], float)
    )
    most = np.minimum(frame["supply_t_per_year"], frame["demand_t_per_year"] / frame["yield_central"])
    rates = np.array([[*row[5:], 0.0, 0.0, 0.0, 0.0][:4] for row in rows], dtype=float).reshape(-1, 4)
    return frame.assign(
        candidate_id=frame["out_flow_id"] + ">" + frame["in_flow_id"],
        giver_site_id=frame["out_flow_id"].str.upper(),
        taker_site_id=frame["in_flow_id"].str.upper(),
        use="reuse",
        category="wood",
        new_route="reuse",
        need_t_per_t=frame["yield_central"],
        most_of_need=1.0,
        diverted_t_per_year=most,
        **{name: rates[:, i] * most for i, name in enumerate(INDICATORS)},
    )


def with_intakes(table: pd.DataFrame, needs: set[str]) -> pd.DataFrame:
    """The candidates when some needs are those of structures, at the same rates per tonne."""
    taken_up = table["yield_central"].where(~table["in_flow_id"].isin(needs), 1.0)
    most = np.minimum(table["supply_t_per_year"], table["demand_t_per_year"] / taken_up)
    gains = {name: rates(table, name) * most for name in INDICATORS}
    return table.assign(need_t_per_t=taken_up, diverted_t_per_year=most, **gains)


def transport() -> pd.DataFrame:
    """Two canneries, three markets, cases: the transport problem of Dantzig that GAMS and GLPK carry.

    Freight is 90 $ per case and thousand miles. A case is worth 1 k$ less its freight, so that all demand is
    served, as the example asks.
    """
    supply = {"seattle": 350, "san-diego": 600}
    demand = {"new-york": 325, "chicago": 300, "topeka": 275}
    miles = {"seattle": (2.5, 1.7, 1.8), "san-diego": (2.5, 1.8, 1.4)}
    return candidates(
        [
            (plant, market, supply[plant], demand[market], 1, 1 - 0.09 * distance)
            for plant, distances in miles.items()
            for market, distance in zip(demand, distances, strict=True)
        ]
    )


@st.composite
def tables(draw: st.DrawFn, most_rows: int = 5, crossed: bool = True) -> pd.DataFrame:
    """Up to three outputs and three needs; rates of four indicators, of both signs.

    Three sites have an output and a need each when ``crossed``, so that two may exchange both ways.
    """
    masses = st.sampled_from([0.0, 1.0, 2.5, 4.0, 7.0])
    supply, demand = (draw(st.lists(masses, min_size=3, max_size=3)) for _ in range(2))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=most_rows, unique=True)
    )
    rate = st.integers(-4, 9).map(float)
    rows = [
        (f"o{i}", f"i{j}", supply[i], demand[j], draw(st.sampled_from([0.5, 0.8, 1.0])),
         *(draw(rate) for _ in INDICATORS))
        for i, j in pairs
    ]  # fmt: skip
    table = candidates(rows)
    # A need may be an intake: what arrives fills it, whatever the yield.
    intakes = draw(st.sets(st.sampled_from(["i0", "i1", "i2"])))
    table = with_intakes(table, intakes)
    if crossed:
        table["giver_site_id"] = table["out_flow_id"].map({"o0": "A", "o1": "B", "o2": "C"})
        table["taker_site_id"] = table["in_flow_id"].map({"i0": "B", "i1": "A", "i2": "C"})
        table["use"] = [draw(st.sampled_from(["reuse", "reuse", "recycling"])) for _ in rows]
    # Of a need, some wastes are a part at most.
    table["most_of_need"] = [draw(st.sampled_from([1.0, 1.0, 0.4])) for _ in rows]
    part = table["most_of_need"] * table["demand_t_per_year"] / table["need_t_per_t"]
    alone = table["diverted_t_per_year"]
    kept = (part.clip(upper=alone) / alone.where(alone > 0)).fillna(1.0)
    table[["diverted_t_per_year", *INDICATORS]] = table[["diverted_t_per_year", *INDICATORS]].mul(
        kept, axis=0
    )
    # Half of the tables have options of several steps of the waste hierarchy.
    steps = draw(
        st.sampled_from([["recycling"], ["reuse", "recycling", "energy"], ["recycling", "digestion"]])
    )
    table["category"] = draw(st.sampled_from(["wood", "food"]))
    table["new_route"] = [draw(st.sampled_from(steps)) for _ in rows]
    # Something else than its two flows may bound an exchange.
    share = draw(st.sampled_from([1.0, 1.0, 0.6]))
    bounded = ["diverted_t_per_year", *INDICATORS]
    table.loc[0, bounded] *= share
    return table


def rates(table: pd.DataFrame, column: str) -> np.ndarray:
    most = table["diverted_t_per_year"].to_numpy()
    return np.divide(table[column].to_numpy(), most, out=np.zeros(len(most)), where=most > 0)


def swaps(table: pd.DataFrame) -> list[tuple[str, str]]:
    """The candidates that would swap like for like between two sites, two by two."""
    rows = table[["candidate_id", "giver_site_id", "taker_site_id", "use"]].itertuples(index=False)
    return [
        (one.candidate_id, back.candidate_id)
        for one, back in itertools.combinations(rows, 2)
        if (one.giver_site_id, one.taker_site_id, one.use)
        == (back.taker_site_id, back.giver_site_id, back.use)
    ]


STEPS = {"reuse": 0, "recycling": 1, "energy": 2}
# Of food, what feeds animals comes before what is digested; of the rest, both are recycled.
DIGESTION = {"wood": 1, "food": 1.5}


def pays_from(table, settings) -> np.ndarray:
    """Tonnes from which each exchange pays its fixed cost and brings the least gain, and no fewer than a lot.

    NaN where it cannot cover the cost, infinite where it can and never brings the gain.
    """
    gain, most = rates(table, "margin_eur_per_year"), table["diverted_t_per_year"].to_numpy()
    fixed, least = settings.project_cost_eur_per_year or 0.0, settings.minimum_gain_eur_per_year or 0.0

    def from_which(g: float, m: float) -> float:
        if not g * m > fixed:
            return np.nan
        return max(settings.minimum_lot_t, (fixed + least) / g) if g * m > fixed + least else np.inf

    return np.array([from_which(g, m) for g, m in zip(gain, most, strict=True)])


def waiting(table, settings) -> list[tuple[int, int]]:
    """Places of two options of one flow, the second of a higher step and paying, by plain loops."""
    pays = np.isfinite(pays_from(table, settings))
    possible = table["diverted_t_per_year"] >= max(settings.minimum_lot_t, 1e-300)
    flow, routes = list(table["out_flow_id"]), zip(table["new_route"], table["category"], strict=True)
    step = [DIGESTION[of] if route == "digestion" else STEPS[route] for route, of in routes]
    return [
        (k, m)
        for k in range(len(table))
        for m in range(len(table))
        if flow[k] == flow[m]
        and step[m] < step[k]
        and pays[m]
        and possible.iloc[m]
        and table["most_of_need"].iloc[m] == 1
    ]


def brute_force(table, value, settings, floors=()) -> float:
    """max value·t − cost z over every set of exchanges, one linear programme each, from the issue's words.

    ``value`` and each floor are (per tonne, per exchange); a floor is (per tonne, per exchange, at least).
    """
    n = len(table)
    gain = rates(table, "margin_eur_per_year")
    supply, demand, most, y = (
        table[c].to_numpy()
        for c in ("supply_t_per_year", "demand_t_per_year", "diverted_t_per_year", "need_t_per_t")
    )
    best = -np.inf
    groups = [*settings.exclusive, *swaps(table)]
    alone = pays_from(table, settings)
    least = np.where(np.isnan(alone), settings.minimum_lot_t, alone)
    waits = waiting(table, settings)
    for chosen in itertools.product([False, True], repeat=n):
        z = np.array(chosen)
        names = set(table["candidate_id"][z])
        if settings.maximum_projects is not None and z.sum() > settings.maximum_projects:
            continue
        if any(len(names & set(group)) > 1 for group in groups):
            continue
        if (most[z] < least[z]).any():
            continue
        rows, limits = [], []
        for flow in table["out_flow_id"].unique():
            here = (table["out_flow_id"] == flow).to_numpy()
            rows.append(here * 1.0)
            limits.append(supply[here][0])
        for flow in table["in_flow_id"].unique():
            here = (table["in_flow_id"] == flow).to_numpy()
            rows.append(here * y)
            limits.append(demand[here][0])
        for flow, part in set(zip(table["in_flow_id"], table["most_of_need"], strict=True)):
            here = ((table["in_flow_id"] == flow) & (table["most_of_need"] == part)).to_numpy()
            rows.append(here * y)
            limits.append(part * demand[here][0])
        for k, m in waits:
            if z[k]:
                into = (table["in_flow_id"] == table["in_flow_id"].iloc[m]).to_numpy() & np.isfinite(alone)
                room = 0.0 if z[m] else y[m] * settings.minimum_lot_t
                rows.append(-(into * y))
                limits.append(room - demand[m])
        if settings.budget_eur_per_year is not None:
            rows.append(np.maximum(0, -gain))
            limits.append(settings.budget_eur_per_year - (settings.project_cost_eur_per_year or 0) * z.sum())
        for per_tonne, per_exchange, floor in floors:
            rows.append(-per_tonne)
            limits.append(per_exchange * z.sum() - floor)
        low = np.where(z, least, 0)
        found = linprog(
            -value[0], A_ub=np.array(rows), b_ub=limits, bounds=np.column_stack([low, np.where(z, most, 0)])
        )
        if found.status == 0:
            best = max(best, -found.fun + value[1] * z.sum())
    return best


def greedy(table: pd.DataFrame, objective: str, lot: float) -> float:
    """Best rate first, as much of each as is left: what a person would do by hand."""
    rate = rates(table, objective)
    left = dict(zip(table["out_flow_id"], table["supply_t_per_year"], strict=True))
    room = dict(zip(table["in_flow_id"], table["demand_t_per_year"], strict=True))
    total, taken, refused = 0.0, set(), swaps(table)
    need_part = list(zip(table["in_flow_id"], table["most_of_need"], strict=True))
    parts = dict(zip(need_part, table["most_of_need"] * table["demand_t_per_year"], strict=True))
    for k in np.argsort(-rate, kind="stable"):
        row = table.iloc[k]
        out, into, y = row["out_flow_id"], row["in_flow_id"], row["need_t_per_t"]
        tonnes = min(left[out], room[into] / y, parts[need_part[k]] / y, row["diverted_t_per_year"])
        name = row["candidate_id"]
        swapped = any({name, other} in map(set, refused) for other in taken)
        if rate[k] > 0 and tonnes >= max(lot, 1e-9) and not swapped:
            total += rate[k] * tonnes
            taken.add(name)
            left[out] -= tonnes
            room[into] -= y * tonnes
            parts[need_part[k]] -= y * tonnes
    return total
