"""Whom to ask what: what knowing one quantity of a flow would be worth, the rest of the plan held as it is.

    value of knowing = E[b(x)] − max(0, max_k E[g_k(x)])                    b(x) = max(0, max_k g_k(x))
    moved            = E |b(x) − E[b(x)]|                                    €/year
    g_k(x) = r_k(x) t_k(x) − F

the expected value of perfect information on x, with g_k the joint surplus of exchange k of the flow, r_k that
per tonne before the fixed cost F, and t_k what the flow has or takes, at most what the plan leaves to the
other side. To know is worth something where the best choice, none of them included, depends on it. What is
asked first is what moves the gain most: of a flow whose takers it suits or not, all alike, knowing is worth
half of F whatever the flow brings, and ranks nothing. A mass, a
cost or a price has its low, central and high value for 13, 74 and 13 %: weights that keep the mean and the
variance of the normal law whose 95 % interval it is. A quality is clean, mixed or soiled, each as likely, and
an exchange that it shuts still costs F. Nobody was asked the grade of a plastic that a firm would work again,
nor the format of pallets: it suits all these takers or none, each as likely, an assumption of ours. One
exchange of the flow takes place at a time, which is prudent.

Asked are masses that were not measured, costs and prices that were not declared, qualities that are not
known, grades and formats. What a missing waste code would change is not told. Source: Raiffa & Schlaifer,
Applied Statistical Decision Theory (1961).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from eit_analysis.reference.compatibility import QUALITY_RANK
from eit_analysis.synergies.factor_rows import BOUNDS, rows_used, values
from eit_analysis.synergies.impacts import FORMULAS, per_candidate
from eit_analysis.synergies.likelihood import LEAST

WEIGHTS = np.array([0.13, 0.74, 0.13])
MASSES = ["mass_low_t_per_year", "mass_t_per_year", "mass_high_t_per_year"]
KNOWN = "measured"
PALLETS = "150103"
CENTS = 2  # decimals: less is rounding
COLUMNS = [
    "site_id", "flow_id", "category", "description", "unknown", "moved_eur_per_year",
    "gain_worst_eur_per_year", "gain_best_eur_per_year", "knowing_eur_per_year",
]  # fmt: skip


def unknowns(
    plan: pd.DataFrame, flows: pd.DataFrame, factors: pd.DataFrame, by_quality: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """What is not known of the flows of some exchange, what moves its gain most first.

    Parameters
    ----------
    plan : pandas.DataFrame
        All candidates with what the plan allocates to each (``JointPlan.exchanges``).
    flows, factors : pandas.DataFrame
        The tidy flows, and the factors behind the impacts.
    by_quality : mapping of str to pandas.DataFrame
        For each quality, the candidates of the outputs of unknown quality if all of them were of that one.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``, without what changes nothing. ``unknown`` is ``mass``, ``cost``, ``price``, ``quality``,
        ``grade`` or ``format``. Beside what the answer moves and the value of knowing it: what the flow would
        bring, best choice made, at the worst answer and at the best.
    """
    about = flows.drop_duplicates("flow_id").set_index("flow_id")
    options = _options(plan, factors)
    asked = [
        *_masses(options, about), *_prices(options), *_qualities(by_quality, options),
        *_fitting(options, flows),
    ]  # fmt: skip
    rows = []
    for flow, unknown, gains, weights in asked:
        best = np.maximum(gains.max(axis=0), 0.0)
        knowing = float(best @ weights) - max(float((gains @ weights).max()), 0.0)
        moved = round(float(np.abs(best - best @ weights) @ weights), CENTS)
        rows.append((flow, unknown, moved, best.min(), best.max(), max(round(knowing, CENTS), 0.0)))
    table = pd.DataFrame(rows, columns=["flow_id", *COLUMNS[4:]])
    table = table[table["gain_best_eur_per_year"] - table["gain_worst_eur_per_year"] > 0]
    told = about[["site_id", "category", "description"]].reindex(table["flow_id"])
    table[list(told.columns)] = told.to_numpy()
    order = ["moved_eur_per_year", "flow_id", "unknown"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)[COLUMNS]


def _options(plan: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The exchanges whose surplus is known, with what the rest of the plan leaves to each side.

    ``cost_low``, ``cost_central`` and ``cost_high`` are the surplus per tonne at the bounds of an undeclared
    cost, ``price_…`` at those of a price; ``supply_left`` and ``demand_left`` are tonnes sent.
    """
    known = plan[plan["joint_surplus_eur_per_year"].notna() & (plan["diverted_t_per_year"] > 0)]
    used = rows_used(known, factors)
    at = values(known, used, factors[BOUNDS].to_numpy(dtype=float))
    middle = per_candidate(known) | {role: bounds[:, [1]] for role, bounds in at.items()}
    sent, taken_up = known["allocated_t_per_year"], known["need_t_per_t"]
    others = sent.groupby(known["out_flow_id"]).transform("sum") - sent
    received = sent * taken_up
    others_in = received.groupby(known["in_flow_id"]).transform("sum") - received
    columns = {}
    for name, roles in (("cost", ["old_cost"]), ("price", ["virgin_price", "new_cost"])):
        for i, bound in enumerate(("low", "central", "high")):
            rates = FORMULAS["margin"].per_tonne(middle | {role: at[role][:, [i]] for role in roles})
            columns[f"{name}_{bound}"] = rates[:, 0]
    return known.assign(
        **columns,
        supply_left=(known["supply_t_per_year"] - others).clip(lower=0),
        demand_left=((known["demand_t_per_year"] - others_in) / taken_up).clip(lower=0),
        fixed=at["exchange_cost"][:, 1],
    )


Asked = Iterator[tuple[str, str, np.ndarray, np.ndarray]]


def _masses(options: pd.DataFrame, about: pd.DataFrame) -> Asked:
    one = pd.Series(1.0, options.index)
    ends = ("out", "giver", "demand_left", one), ("in", "taker", "supply_left", options["need_t_per_t"])
    for end, side, other, unit in ends:
        guessed = options[options[f"{side}_evidence"] != KNOWN]
        for flow, part in guessed.groupby(f"{end}_flow_id"):
            bounds = about.loc[flow, MASSES].to_numpy(dtype=float) / unit[part.index].to_numpy()[:, None]
            tonnes = np.minimum(bounds, part[[other]].to_numpy())
            gains = part[["cost_central"]].to_numpy() * tonnes - part[["fixed"]].to_numpy()
            yield str(flow), "mass", gains, WEIGHTS


def _prices(options: pd.DataFrame) -> Asked:
    tonnes = options[["supply_left", "demand_left"]].min(axis=1).to_numpy()[:, None]
    for unknown, flow, declared in (
        ("cost", "out_flow_id", "old_cost_eur_per_t"),
        ("price", "in_flow_id", "taker_price_eur_per_t"),
    ):
        rates = options[[f"{unknown}_{bound}" for bound in ("low", "central", "high")]].to_numpy()
        gains = pd.DataFrame(rates * tonnes - options[["fixed"]].to_numpy(), index=options.index)
        silent = options[declared].isna()
        for name, part in gains[silent].groupby(options.loc[silent, flow]):
            yield str(name), unknown, part.to_numpy(), WEIGHTS


def _fitting(options: pd.DataFrame, flows: pd.DataFrame) -> Asked:
    tonnes, fixed = options[["supply_left", "demand_left"]].min(axis=1), options["fixed"]
    gains, asked = options["cost_central"] * tonnes - fixed, unasked(options, flows)
    for unknown in ("grade", "format"):
        cases = pd.DataFrame({"suits": gains, "does_not": gains.mask(asked == unknown, -fixed)})
        some = options["out_flow_id"][asked == unknown].unique()
        for name, part in cases[options["out_flow_id"].isin(some)].groupby(options["out_flow_id"]):
            yield str(name), unknown, part.to_numpy(), np.full(2, 0.5)


def unasked(exchanges: pd.DataFrame, flows: pd.DataFrame) -> np.ndarray:
    """Of which exchanges it is not known whether they suit, empty elsewhere.

    The ``grade`` of plastics that firms would work again, the ``format`` of pallets reused.
    """
    codes = flows.drop_duplicates("flow_id").set_index("flow_id")["waste_code"]
    code = exchanges["out_flow_id"].map(codes).astype("str").fillna("")
    worked = (exchanges["category"] == "plastic") & (exchanges["new_route"] == "recycling")
    worked &= exchanges["taker_actor_type"] == "firm"
    pallets = code.str.startswith(PALLETS) & (exchanges["new_route"] == "reuse")
    return np.select([worked, pallets], ["grade", "format"], "")


def standing(retained: pd.DataFrame) -> pd.DataFrame:
    """The joint surplus of the plan and its share by what its leads are worth: their likelihood, or to check.

    ``retained`` from ``listings.retained``; ``to_check`` are those of which something is to ask first
    (``ask_first.with_questions``), whatever their likelihood. ``likelihood, n_exchanges,
    joint_surplus_eur_per_year, share_percent``.
    """
    classes = retained["likelihood"].mask(retained["ask_first"].notna(), "to_check")
    gains = retained["joint_surplus_eur_per_year"].groupby(classes).agg(["size", "sum"])
    table = gains.reindex([*LEAST, "to_check"], fill_value=0).rename_axis("likelihood").reset_index()
    table.columns = ["likelihood", "n_exchanges", "joint_surplus_eur_per_year"]
    gain = table["joint_surplus_eur_per_year"]
    return table.assign(share_percent=100 * gain / gain.sum())


def _qualities(by_quality: Mapping[str, pd.DataFrame], options: pd.DataFrame) -> Asked:
    fixed = float(options["fixed"].max()) if len(options) else 0.0
    known = (
        pd.concat(by_quality.values(), keys=by_quality, names=["state"]) if by_quality else options.head(0)
    )
    for name, part in known.groupby("out_flow_id"):
        gains = part.reset_index("state").pivot_table(
            index="candidate_id", columns="state", values="joint_surplus_eur_per_year"
        )
        gains = gains.reindex(columns=list(QUALITY_RANK)).fillna(-fixed)
        yield str(name), "quality", gains.to_numpy(), np.full(len(QUALITY_RANK), 1 / len(QUALITY_RANK))
