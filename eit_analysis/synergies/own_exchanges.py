"""The exchanges of one firm, from its side: its own amount beside what the other side could take or give.

    enough = n × own  for a firm that gives,        own / n  for one that takes,
    own net gain = own gain per tonne × what the firm could give or take − F,     at most
    joint surplus = r t − F

``enough`` being what the other side must have free (:mod:`free_flows`) for all of the firm's own amount to
pass, n the tonnes of need that one tonne sent asks for, a public figure of the rule (:mod:`substitution`), r
the joint surplus per tonne before the fixed cost F (:mod:`impacts`) and t the tonnes sent. Where all passes
the firm reads the tonnes and its gain. Elsewhere the tonnes would be those of the other side, and not even a
share of its own is said, which would bound them: only the most that it could gain, by its own amount alone.

Two things are said of the other side: that it has enough, and whether some price lets both gain, which no
price does where the joint surplus is not above zero. Of an operator that takes, whose own gain is not known,
its giver alone is told, and of his own gain alone, at its price; nothing is said of what the register says is
done or committed: there the two have a price. Each is said where it would be so of all that lies 15 % around
what the other side declared, its amount and its cost or price together: so none of them, nor several of one
flow, tells either closer. What a class tells of an amount to whoever knows all but that is in the records,
for the audit. Gains per tonne come from the firm's own cost or price, else the reference, and from public
factors. Transport, which is nobody's own and would tell the distance, is left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.breakdown import Breakdown
from eit_analysis.records import SOURCE
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.free_flows import IN_PART

MARGIN = 0.15
# By these columns a row is not advised: an exchange that the plan leaves, that suits no price, by which the
# firm loses until the other pays, or by which both do.
WORTH = ["retained", "some_price", "own_net_eur_per_year", "joint_surplus_eur_per_year"]
NONE = ("no", "not_you")  # of ``some_price``
# The columns of the firm, of its partner, of the flow of each, of the gain per year, of what is free of each.
SIDES = {
    "gives": ["giver_site_id", "taker_site_id", "out_flow_id", "in_flow_id", "giver_saving_eur_per_year",
              "supply_t_per_year", "demand_t_per_year"],
    "takes": ["taker_site_id", "giver_site_id", "in_flow_id", "out_flow_id", "taker_worth_eur_per_year",
              "demand_t_per_year", "supply_t_per_year"],
}  # fmt: skip
COLUMNS = [
    "rank_own", "partner_site_id", "exchange_role", "category", "own_description", "use", "new_route",
    "own_declared_t_per_year", "own_t_per_year", "replaced_t_per_t", "passing", "passing_t_per_year",
    "own_gain_eur_per_t", "own_gain_eur_per_year", "own_net_eur_per_year", "own_basis",
    "least_paid_eur_per_t", "unpaid_t_per_year", "some_price", "retained", "status", "ask_first",
]  # fmt: skip

# Eight at most: more would not be in the body of a page.
BRIEF = [
    "rank_own", "partner_site_id", "exchange_role", "own_description", "new_route", "own_t_per_year",
    "own_gain_eur_per_t", "some_price",
]  # fmt: skip


def own_exchanges(exchanges: pd.DataFrame, flows: pd.DataFrame, firm: str | None) -> Breakdown:
    """The exchanges that a firm is part of, those of the plan first, by rank; the others by its net gain.

    Whether some price lets both gain orders nothing: where it is withheld, a place would tell it. The place
    in this order is what is printed: among the exchanges of all, the firm's own are seldom side by side.

    Parameters
    ----------
    exchanges : pandas.DataFrame
        Ranked, with their impacts, allocated tonnes, ``status`` and ``ask_first`` (``Assessment.listed``), of
        which the lines of the register are the firm's own.
    flows : pandas.DataFrame
        Tidy flows.
    firm : str or None
        Its site id.

    Returns
    -------
    Breakdown
        ``rank_own, partner_site_id, exchange_role`` (``gives``, ``takes``), ``category, own_description, use,
        new_route, own_declared_t_per_year, own_t_per_year`` (what is free of it; of a need that the
        rule meets in part, that part), ``replaced_t_per_t`` (y, for one that takes), ``passing`` (``all``
        or ``some`` of that), ``passing_t_per_year`` that leave the giver and ``own_gain_eur_per_year``
        where all passes, ``own_gain_eur_per_t`` (missing for an operator that takes: its cost is not known),
        ``own_net_eur_per_year`` (at most, the fixed cost deducted; of one that takes a loss alone: its need
        is seldom that of one giver, and the sum of its rows is no gain), ``own_basis`` (``cost_declared``,
        ``cost_reference``, ``price_…``: whether what is in it is the firm's or supposed to be),
        ``least_paid_eur_per_t`` (what the other must at least pay the firm where that is a loss),
        ``unpaid_t_per_year`` (F over the gain of a tonne, where the firm gives and has as much: from there on
        it gains without being paid, before transport),
        ``some_price`` (``yes``, ``no``: whether any lets both gain, ``you``, ``not_you``: whether the giver
        gains at an operator's; missing where it may not be said),
        ``retained``, ``status`` (of a part), ``ask_first``. The records are the flows of the other side, in
        the same order, with what the row tells of each: ``told_low`` and ``told_high`` (t/year).
    """
    by_id = flows.drop_duplicates("flow_id").set_index("flow_id")
    sides = []
    for role, columns in SIDES.items():
        mine = exchanges[exchanges[columns[0]] == firm]
        partner, own_flow, flow, gain, amount, others = (mine[column] for column in columns[1:])
        n = mine["need_t_per_t"] / mine["most_of_need"]  # of a need of which it is a part at most
        operator = mine["taker_actor_type"].isin(OPERATORS)
        replaced = mine["yield_central"].where(~operator, 1.0) if role == "takes" else np.nan
        price = mine["taker_price_eur_per_t"].astype(float)
        declared, kind = (mine["old_cost_eur_per_t"], "cost") if role == "gives" else (price, "price")
        basis = declared.isna().map({True: f"{kind}_reference", False: f"{kind}_declared"})
        if role == "takes":
            gain, enough, price = gain.where(~operator), amount / n, mine["old_cost_eur_per_t"].astype(float)
            amount = enough * replaced  # what is left of its need, or the part that this can be of it
        else:
            enough, price = amount * n, price.where(operator, mine["yield_central"] * price.clip(lower=0))
        parts: dict[str, pd.Series | str | float] = {
            "exchange_role": role, "partner_site_id": partner, "flow_id": flow, "own_t_per_year": amount,
            "own_declared_t_per_year": own_flow.map(by_id["mass_t_per_year"]).astype(float),
            "free_t_per_year": others, "own_description": own_flow.map(by_id["description"]),
            "own_gain_eur_per_year": gain, "enough_t_per_year": enough,
            "own_basis": basis.where(gain.notna()), "replaced_t_per_t": replaced,
            "declared_eur_per_t": price.fillna(0.0).abs(),
        }  # fmt: skip
        sides.append(mine.assign(**parts))
    found = pd.concat(sides, ignore_index=True)
    sent = found["own_t_per_year"].where(found["exchange_role"] == "gives", found["enough_t_per_year"])
    per_t = found["own_gain_eur_per_year"] / found["diverted_t_per_year"].where(lambda t: t > 0)
    net, planned = per_t * sent - found["fixed_cost_eur_per_year"], found["allocated_t_per_year"] > 0
    some_price, pays_from = _some_price(found)
    least_paid = (-net / sent.where(sent > 0)).where(net < 0)
    unpaid = (found["fixed_cost_eur_per_year"] / per_t).where((net > 0) & (found["exchange_role"] == "gives"))
    found = found.assign(
        sent_t_per_year=sent, own_gain_eur_per_t=per_t, own_net_eur_per_year=net, some_price=some_price,
        pays_from=pays_from, least_paid_eur_per_t=least_paid, unpaid_t_per_year=unpaid,
        retained=np.where(planned, "yes", "no"),
    )  # fmt: skip
    # By nothing that may be withheld of a row: the order would tell it. Gains are read in whole euros, cents
    # first, or sums of one gain in two orders would be two. Those of the plan stand by
    # rank, which knows what the partner can supply: the firm's gain if all passed does not.
    gain = net.round(2).round()
    order = np.lexsort([found["rank"], -gain.where(~planned, np.sign(gain.clip(upper=0))), ~planned])
    found = found.iloc[order].assign(rank_own=range(1, len(found) + 1)).reset_index(drop=True)
    records = by_id.reindex(found["flow_id"])[["site_id", "mass_t_per_year", *SOURCE]].reset_index(drop=True)
    declared, enough = records["mass_t_per_year"].astype(float), found["enough_t_per_year"]
    taken = declared - found["free_t_per_year"]
    whole = (enough + taken <= (1 - MARGIN) * declared) & (enough > 0)
    turns, some_price = enough * found["pays_from"] / found["sent_t_per_year"], found["some_price"]
    yes, no = some_price.isin(["yes", "you"]) & (turns > 0), some_price.isin(NONE) & (turns < enough)
    found = found.assign(
        passing=np.where(whole, "all", "some"),
        passing_t_per_year=found["diverted_t_per_year"].where(whole),
        own_gain_eur_per_year=found["own_gain_eur_per_year"].where(whole),
    )
    records = records.assign(
        rank_own=found["rank_own"],
        told_low=np.select([whole, yes], [enough + taken, turns + taken], 0.0),
        told_high=np.where(no, turns + taken, np.inf),
    )
    # Whether it is said must not follow from what the other has: ``passing`` may be withheld.
    net = found["own_net_eur_per_year"]
    found = found.assign(own_net_eur_per_year=net.where((found["exchange_role"] == "gives") | (net < 0)))
    return Breakdown(found[COLUMNS], ["rank_own"], records, "mass_t_per_year")


def _some_price(found: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """``some_price`` of each exchange, and the tonnes from which it pays, F / r, infinite where r <= 0.

    At the corners of what the other side declared: its amount, and ``declared_eur_per_t``, what its cost or
    price is in the surplus of a tonne.
    """
    sent, fixed = found["diverted_t_per_year"].astype(float), found["fixed_cost_eur_per_year"].astype(float)
    rate = found["margin_eur_per_year"] / sent.where(sent > 0)
    around = MARGIN * found["declared_eur_per_t"]
    ends = [
        (rate + sign * around) * (1 + share) * sent - fixed for sign in (-1, 1) for share in (-MARGIN, MARGIN)
    ]
    surplus = pd.concat(ends, axis=1)
    operator, gives = found["taker_actor_type"].isin(OPERATORS), found["exchange_role"] == "gives"
    agreed = found["status"].isin(IN_PART.values())
    some, none = surplus.gt(0).all(axis=1) & ~agreed, surplus.le(0).all(axis=1) & ~agreed
    sure = [some & ~operator, some & gives, none & ~operator, none & gives]
    said = pd.Series(np.select(sure, ["yes", "you", *NONE], ""), found.index, dtype="str")
    return said.where(said != ""), (fixed / rate.where(rate > 0)).fillna(np.inf)
