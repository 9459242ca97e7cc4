"""What to do first: a few actions, each with the family where most is at stake, ranked by plain criteria.

What is implausible is to be checked before anything else. The rank of the other actions is that of the sum
of three ranks: tonnes, euros at stake, ease (:mod:`potential`). No weight. Equal values share the better
rank; what has no euros comes last in euros. Equal sums go by euros at stake, then by tonnes. An action of
less than a hundredth of the tonnes and of the bills, or of next to nothing, is no advice: it is left out;
so is a question (what it costs, what it weighs) about less than a tenth of the tonnes, and a tax that
mostly rises on the tonnes of one other action.

What is at stake is not what will be saved: it is a bill, a surcharge or a rise, as ``stake_kind`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.breakdown import Breakdown
from eit_analysis.derived import Derived
from eit_analysis.flows.comparison import BEFORE
from eit_analysis.flows.costs import amounts, valued
from eit_analysis.flows.diagnosis import totals
from eit_analysis.flows.full_cost import WATER, named_as
from eit_analysis.flows.potential import mark_bill, mark_ease
from eit_analysis.flows.sorting import badly_sorted, mark_sorting
from eit_analysis.flows.taxes import rising
from eit_analysis.flows.uncertainty.propagation import HIGH, LOW, MASS

KEYS = ["action", "first_category"]
STAKE = amounts("stake")
WORTH = 0.01  # of all tonnes, or of all bills, that an action concerns at least
ASKED = 0.1  # of all tonnes, that a question concerns at least
SAME = 0.8  # of what pays more tax, that one other action is about already
STATED = 0.1  # of what a bill adds up, paid or earned, that actors stated at least to be told
MAIN = 2 / 3  # of the tonnes of an action, that one flow of several makes at least to be named
# What a sorting leaves, and what streets and sewers do: nobody sorts it again.
REST = r"\bultimes?\b|\brefus\b|\bbalayures?\b|\bcurages?\b|\bdessablage\b"
WET = rf"{WATER}|^(?:autres )?émulsions\b"  # too much water to burn for energy
NAMED_WET = r"\b(?:boues?|eaux|[ée]mulsions?)\b"  # the same by a designation, whatever its code
LEAST = [1, 500]  # t and EUR a year: less is no stake, whatever share it is; a guess of the project
# What to do with what is landfilled or burnt, by its best known use.
BY_USE = {"material": "divert", "energy": "recover_energy", "cleaner": "clean_up", "none": "find_outlet"}


def actions(
    out: pd.DataFrame,
    years: Sequence[int],
    compatibility: pd.DataFrame,
    factors: pd.DataFrame,
    aside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The flows behind each action; one flow may be behind several.

    ``check``
        Set aside, for its mass is implausible: nothing in euros, for what would be at stake is as wrong as
        the mass. No other action counts it.
    ``sort``
        Badly sorted, and dearer than the same family clean: the surcharge. Flows whose surcharge is negative
        are left out, not set against the others: sorting them would not pay, and nobody needs to.
    ``unmix``
        Mixed waste landfilled or incinerated, but for what a sorting left and sweepings (`REST`): the bill.
    ``divert``, ``recover_energy``, ``clean_up``, ``find_outlet``
        Other families landfilled or incinerated, by the best use that a rule knows of: of matter, of energy
        alone, none but for a better quality, none (:func:`compatibility.known_use`): the bill. Sludges,
        emulsions and waters, by code or designation, are left out of ``recover_energy``: they hold hardly
        any heat.
    ``limit_tax``
        What surely pays more waste tax: the least that its rise over ``years`` may be. Not where `SAME` of
        its tonnes are of one other action: they would be told twice.
    ``trace``
        Unknown destination: the bill.
    ``ask_cost``, ``weigh``
        No stated cost; mass estimated or taken from a ratio: nothing in euros. Who is asked where all those
        flows without a cost go is asked it with that: they are no action of their own.

    ``out``, ``compatibility`` and ``factors`` are as for :func:`potential.potential`, ``out`` marked by
    :func:`taxes.mark_tax`, ``years`` of :func:`taxes.steps`: the rise is from the first to the last;
    ``aside`` are the flows of :func:`dimensions.set_aside`, perhaps with their mass before
    (:func:`comparison.with_before`), the larger of the two being what is to be checked. An action stays that
    concerns ``WORTH`` of the tonnes of ``out`` or of its bills (what is sold counted as what is paid), and
    ``LEAST``; one that is about euros alone, a surcharge or a tax, by these alone.

    Returns
    -------
    pandas.DataFrame
        The flows with ``action``, ``stake_kind`` (``surcharge``, ``bill``, ``tax_increase``,
        ``none``) and ``stake_eur_per_t``. A bill that reference costs
        complete is a ``completed_bill``; one that they make up, but for less than ``STATED`` of it, an
        ``estimated_bill``.
    """
    marked = mark_bill(mark_ease(mark_sorting(out), compatibility), factors)
    ended = marked[marked["valorised"] == "no"]
    sorted_once, codes = ended[ended["category"] != "mixed"], reference.load("waste_codes")
    rest = named_as(ended, codes, REST) | ended["description"].astype("str").str.contains(REST, case=False)
    wet = sorted_once["description"].astype("str").str.contains(NAMED_WET, case=False)
    wet = (wet | named_as(sorted_once, codes, WET)) & (sorted_once["known_use"] == "energy")
    sorted_once = sorted_once[~wet]
    bad = badly_sorted(marked)
    last = rising(marked, years).query("rise_low > 0")
    lost, unpriced = marked["valorised"] == "unknown", marked["cost_known"] == "no"
    doubtful = mark_bill(mark_ease(out.head(0) if aside is None else aside, compatibility), factors)
    parts = [
        ("check", "none", doubtful, None),
        ("sort", "surcharge", bad[bad["surcharge_eur_per_t"] > 0], "surcharge_eur_per_t"),
        ("unmix", "bill", ended[(ended["category"] == "mixed") & ~rest], "price_eur_per_t"),
        *(
            (action, "bill", sorted_once[sorted_once["known_use"] == use], "price_eur_per_t")
            for use, action in BY_USE.items()
        ),
        ("limit_tax", "tax_increase", last, "rise_low"),
        ("trace", "bill", marked[lost], "price_eur_per_t"),
        ("ask_cost", "none", marked[unpriced & bool((unpriced & ~lost).any())], None),
        ("weigh", "none", marked[marked["evidence"].isin(["estimated", "inferred"])], None),
    ]
    named = [
        flows.assign(
            action=action, stake_kind=_kind(flows, kind), stake_eur_per_t=flows[price] if price else np.nan
        )
        for action, kind, flows, price in parts
    ]
    found = pd.concat(named, ignore_index=True)
    whole = [out[MASS].sum(), marked["bill_eur_per_year"].abs().sum()]
    found = found[found["action"].isin(_worth(found, whole))]
    taxed, others = (found["action"] == "limit_tax"), found[found["action"].isin(["unmix", *BY_USE.values()])]
    again = others[others["flow_id"].isin(found.loc[taxed, "flow_id"])].groupby("action")[MASS].sum()
    told = taxed & bool((again >= SAME * found.loc[taxed, MASS].sum()).any())
    return found[~told].reset_index(drop=True)


def _worth(found: pd.DataFrame, whole: list[float]) -> pd.Index:
    """The actions that concern enough of all tonnes and bills; some are about euros alone."""
    concerned = found.assign(
        tonnes=found.reindex(columns=[MASS, BEFORE[MASS]]).max(axis=1),
        euros=found[MASS] * found["stake_eur_per_t"],
    )
    concerned = concerned.groupby("action")[["tonnes", "euros"]].sum()
    worth = concerned >= np.maximum(WORTH * np.array(whole), LEAST)
    asked = worth.index.isin(["ask_cost", "weigh"])
    worth["tonnes"] &= ~asked | (concerned["tonnes"] >= ASKED * whole[0])
    of_euros = worth.index.isin(["sort", "limit_tax"])
    return worth.index[worth["euros"] | (worth["tonnes"] & ~of_euros)]


def _kind(flows: pd.DataFrame, kind: str) -> str:
    """The kind of stake; of a bill, whether actors stated all of it, a part or next to nothing."""
    if kind != "bill" or "reference" not in set(flows["cost_basis"]):
        return kind
    euros = flows["bill_eur_per_year"].abs().groupby(flows["cost_basis"]).sum()
    return "completed_bill" if euros.get("stated", -1.0) >= STATED * euros.sum() else "estimated_bill"


def recommendations(behind: pd.DataFrame, minimum_sites: int = 3) -> Derived:
    """One row per action of :func:`actions`, over all families, with the family that leads it; ranked.

    Outside the team, a family of fewer than ``minimum_sites`` is not named, and none in its place.

    Returns
    -------
    Derived
        ``rank``, ``action``, ``first_category`` (the family of most euros, or else tonnes; ``withheld``
        where it concerns fewer than ``minimum_sites``, missing of ``unmix``), for the team, or one firm,
        ``only_flow`` (the designation of the single flow behind it), ``main_flow`` (of one that makes
        ``MAIN`` of its tonnes) and ``other_flow`` (of such a one that is not of the family named), mass and
        bounds (t/year; no bounds of what is set aside), stake and bounds (EUR/year, missing where nothing is
        in euros), ``stake_kind``,
        ``ease`` (0 to 5, over the tonnes), ``n_sites``, ``advice`` (the action again, shown as a sentence);
        one row an action. From the tonnes of each action, and from what is at stake where that is in euros.
    """
    rows = _sums(behind, ["action"])
    rows = rows[rows[MASS] > 0].merge(_leading(behind, minimum_sites), on="action")
    others = rows.loc[rows["action"] != "check", [MASS, STAKE[0], "ease"]]
    places = others.rank(method="min", ascending=False, na_option="bottom").sum(axis=1)
    rows = rows.assign(places=places, advice=rows["action"]).fillna({"places": 0})
    rows = rows.sort_values(["places", STAKE[0], MASS], ascending=[True, False, False], ignore_index=True)
    rows = rows.assign(rank=range(1, len(rows) + 1))
    rows[[LOW, HIGH]] = rows[[LOW, HIGH]].mask(rows["action"] == "check")
    told = [] if minimum_sites > 1 else ["only_flow", "main_flow", "other_flow"]
    rows = rows.merge(_main_flow(behind, rows), on="action", how="left") if told else rows
    columns = ["rank", *KEYS, *told, MASS, LOW, HIGH, *STAKE, "stake_kind", "ease", "n_sites", "advice"]
    named = behind.merge(rows[KEYS], on="action")
    sums = {MASS: [(0, MASS, 1.0)], STAKE[0]: [(1, STAKE[0], 1.0)]}
    parents = [totals(named, KEYS, total=False), _stakes(named, KEYS)]
    return Derived(rows[columns], KEYS, parents, sums=sums)


def _leading(behind: pd.DataFrame, minimum_sites: int) -> pd.DataFrame:
    families = _sums(behind, ["action", "category"])
    order = {STAKE[0]: False, MASS: False, "category": True}
    families = families.sort_values(list(order), ascending=list(order.values()), na_position="last")
    first = families.drop_duplicates("action")
    named = first["category"].astype(object).where(first["n_sites"] >= minimum_sites, "withheld")
    named = named.where(first["action"] != "unmix", None)  # of which the action is the name
    return first[["action"]].assign(first_category=named)


def _main_flow(behind: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """``action`` and, one of them or none, ``only_flow``, ``main_flow`` and ``other_flow``."""
    flows = behind.sort_values(MASS, ascending=False)
    first, of = flows.drop_duplicates("action"), flows.groupby("action")[MASS].agg(["sum", "size"])
    of = of.loc[first["action"]].reset_index(drop=True)
    name = first["description"].astype(object).mask(first["description"] == "unknown").reset_index(drop=True)
    only, most = of["size"] == 1, first[MASS].to_numpy() >= MAIN * of["sum"]
    led = rows.set_index("action")["first_category"].reindex(first["action"]).astype(object).to_numpy()
    leads = pd.isna(led) | (first["category"].to_numpy() == led)
    cases = {"only_flow": only, "main_flow": most & ~only & leads, "other_flow": most & ~only & ~leads}
    found = {column: name.where(case, None) for column, case in cases.items()}
    return first[["action"]].reset_index(drop=True).assign(**found)


def _sums(behind: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Mass, stake, kind of stake and mean ease of each group."""
    stake = _stakes(behind, by).frame.drop(columns="n_sites")
    points = behind.assign(points=behind[MASS] * behind["ease"])
    means = points.groupby(by).agg(points=("points", "sum"), stake_kind=("stake_kind", "first")).reset_index()
    rows = totals(behind, by, total=False).frame.merge(stake, on=by, how="left").merge(means, on=by)
    return rows.assign(ease=rows["points"] / rows[MASS].where(rows[MASS] > 0))


def _stakes(behind: pd.DataFrame, by: list[str]) -> Breakdown:
    worth = valued(behind[behind["stake_eur_per_t"].notna()], "stake_eur_per_t", by, "stake", total=False)
    rows = worth.records
    # A rise of the tax and a bill at a reference price are public multiples of the tonnes.
    public = (rows["stake_kind"] == "tax_increase") | _estimated(rows)
    records = rows.assign(staked=rows[STAKE[0]].where(~public, rows[MASS]))
    return replace(worth, records=records, of={STAKE[0]: "staked"})


def _estimated(behind: pd.DataFrame) -> pd.Series:
    """Which flows have a bill at a reference price."""
    return behind["stake_kind"].str.endswith("bill") & (behind["cost_basis"] == "reference")
