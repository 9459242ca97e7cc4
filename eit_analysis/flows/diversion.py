"""What if: the outflows as they would be, part by part, were some sent elsewhere, sorted better or lost.

    every declared flow x  ->  parts p of it,   x = sum of p x,   0 < p <= 1, public

A part that stays is as declared. One that moves has another route, and what an actor says of the old one
(price, contractor) no longer holds of it. What an actor that is lost sent out goes nowhere (``gone``): mass
is conserved by every function here. Each takes described outflows (:mod:`dimensions`) or what another gave,
so that steps follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eit_analysis import reference
from eit_analysis.config_flows import FlowStep, known_category, known_route
from eit_analysis.errors import UsageError
from eit_analysis.flows.dimensions import RECOVERY, UNKNOWN, VALORISED
from eit_analysis.flows.uncertainty.propagation import MASS
from eit_analysis.flows.uncertainty.scaling import scaled
from eit_analysis.reference.vocabulary import heading

GONE, TODAY = "gone", "today"
DECLARED = "declared_t_per_year"
# Where what an outlet took goes when it closes and nothing else is said: the next step down the hierarchy,
# between the two organic routes first, and never to the outlet that closed.
NEXT = {
    "reuse": "recycling", "recycling": "energy", "composting": "digestion", "digestion": "composting",
    "energy": "incineration", "incineration": "landfill", "landfill": "incineration", UNKNOWN: UNKNOWN,
}  # fmt: skip
# Steel, glass and rubble do not burn: below recycling they have another landfill and nothing else.
UNBURNT, BURNT = ("metal", "glass", "mineral"), ("energy", "incineration")
BEFORE = {
    "category_before": "category", "route_before": "route", "cost_before_eur_per_t": "cost_eur_per_t",
    "contractor_before": "contractor",
}  # fmt: skip


def as_declared(out: pd.DataFrame) -> pd.DataFrame:
    """The outflows as parts, each whole and in place.

    Returns
    -------
    pandas.DataFrame
        With ``part`` (1), ``declared_t_per_year`` (the mass of the whole flow), ``moved`` (no), what family,
        route, price and contractor were (``BEFORE``), ``tax_rise_eur_per_t`` (0); as it is where they are.
    """
    if "part" in out:
        return out
    before = {name: out[column] for name, column in BEFORE.items()}
    return out.assign(part=1.0, **{DECLARED: out[MASS]}, moved="no", **before, tax_rise_eur_per_t=0.0)


def divert(
    out: pd.DataFrame, to_route: str, share: float = 1.0, category: str = "", from_route: str = ""
) -> pd.DataFrame:
    """``share`` of every flow of a family (or of all) on a route (or on any) goes to another route.

    Parameters
    ----------
    out : pandas.DataFrame
        Described outflows, or parts of them; t/year.
    to_route : str
        Where it goes.
    share : float
        0 to 1.
    category, from_route : str
        Empty for all.

    Returns
    -------
    pandas.DataFrame
        The parts (:func:`as_declared`): those that stay, then those that move.

    Raises
    ------
    UsageError
        A share beyond 0 and 1, a family or a route that there is not.
    """
    if not 0 <= share <= 1:
        raise UsageError(f"La part détournée, share, va de 0 à 1 (0.5\u00a0: la moitié), et non {share}.")
    if not to_route:
        raise UsageError("Dites vers quel exutoire détourner, par to_route.")
    try:
        known_category(category)
        known_route(from_route)
        known_route(to_route)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    parts = as_declared(out)
    chosen = _named(parts, category, from_route) & (parts["route"] != to_route)
    return _moved(parts, chosen, share, to_route)


def apply_step(out: pd.DataFrame, step: FlowStep) -> pd.DataFrame:
    """The parts after one step of a scenario.

    ``divert``
        :func:`divert`.
    ``sort``
        ``share`` of what is mixed or soiled becomes clean, and goes to another route; what is taken out of
        mixed waste is of another family. Hazardous waste stays: no sorting makes it clean.
    ``close``
        What a contractor takes goes to a route, or each flow to the next one of its own (``NEXT``) that its
        family allows.
    ``lose``
        What an actor sends out goes nowhere any more: its parts are ``gone``, and cost or emit nothing.
    ``tax``
        The tax on a tonne of a route rises; what pays none still pays none (:mod:`outcomes`).
    """
    parts = as_declared(out)
    match step.kind:
        case "divert":
            return divert(parts, step.to_route, step.share, step.category, step.from_route)
        case "sort":
            bad = parts["quality"].isin(["mixed", "soiled"]) | (parts["category"] == "mixed")
            chosen = _named(parts, step.category, step.from_route) & bad & (parts["hazardous"] != "yes")
            family = {"category": step.to_category} if step.to_category else {}
            return _moved(parts, chosen, step.share, step.to_route, quality="clean", **family)
        case "close":
            below = parts["route"].map(NEXT).fillna(UNKNOWN)
            unburnt = parts["category"].isin(UNBURNT) & below.isin(BURNT)
            route = step.to_route or below.mask(unburnt, "landfill")
            return _moved(parts, parts["contractor"] == step.contractor, 1.0, route)
        case "lose":
            return _moved(parts, parts["site_id"] == step.site_id, 1.0, GONE)
    rise = step.rise_eur_per_t * (parts["route"] == step.from_route)
    return parts.assign(tax_rise_eur_per_t=parts["tax_rise_eur_per_t"] + rise)


def what_if(out: pd.DataFrame, steps: Sequence[FlowStep]) -> pd.DataFrame:
    """The outflows today and in each scenario, one below the other.

    Steps of one name follow one another in their order: they are one scenario.

    Returns
    -------
    pandas.DataFrame
        The parts with ``scenario``: ``today``, then the names in the order of the study.
    """
    found = [as_declared(out).assign(scenario=TODAY)]
    for name in dict.fromkeys(step.name for step in steps):
        parts = as_declared(out)
        for step in steps:
            parts = apply_step(parts, step) if step.name == name else parts
        found.append(parts.assign(scenario=name))
    return pd.concat(found, ignore_index=True)


def assumptions(steps: Sequence[FlowStep]) -> pd.DataFrame:
    """What each step supposes, one row each: ``scenario``, rank, what, from where to where, of which family
    what is sorted out, at what price.

    Neither the contractor nor the actor that a step names.
    """
    price, families = {"tax": "risen", "lose": "none"}, heading("category").labels
    rows = [
        {
            "step_rank": rank,
            "scenario": step.name,
            "flow_step": step.kind,
            "category": step.category or "all",
            # Of what one contractor takes or one actor sends out, and of nothing else.
            "old_route": step.from_route or ("own" if step.contractor or step.site_id else "all"),
            "new_route": step.to_route or ("next" if step.kind == "close" else None),
            "sorted_family": families.get(step.to_category),
            "moved_percent": None if step.kind == "tax" else 100 * step.share,
            "eur_per_t_rise": step.rise_eur_per_t if step.kind == "tax" else None,
            "price_taken": price.get(step.kind, "reference"),
        }
        for rank, step in enumerate(steps, 1)
    ]
    return pd.DataFrame(rows).astype({"moved_percent": float, "eur_per_t_rise": float})


def idle(out: pd.DataFrame, steps: Sequence[FlowStep]) -> list[FlowStep]:
    """The steps that change no flow of the wave: a name written otherwise, or flows no longer there."""
    return [step for step in steps if not touched(what_if(out, [step])).any()]


def idle_names(steps: Sequence[FlowStep], entering: pd.DataFrame) -> list[str]:
    """The scenarios of :func:`idle` steps, each once; who only takes is said to.

    ``entering`` are the inflows of the wave.
    """
    takers = set(entering["site_id"])
    only_takes = {True: reference.sentence("scenario_only_takes"), False: ""}
    return list(dict.fromkeys(f"{step.name}{only_takes[step.site_id in takers]}" for step in steps))


def touched(parts: pd.DataFrame) -> pd.Series:
    """Which parts a scenario moves or taxes more."""
    return (parts["moved"] == "yes") | (parts["tax_rise_eur_per_t"] != 0)


def _named(parts: pd.DataFrame, category: str, from_route: str) -> pd.Series:
    chosen = parts["route"] != GONE
    for column, code in (("category", category), ("route", from_route)):
        chosen &= (parts[column] == code) | (not code)
    return chosen


def _moved(
    parts: pd.DataFrame, chosen: pd.Series, share: float, to_route: str | pd.Series, **become: str
) -> pd.DataFrame:
    route = to_route if isinstance(to_route, str) else to_route[chosen]
    stays = _part(parts, np.where(chosen, 1.0 - share, 1.0))
    moves = _part(parts[chosen], np.full(int(chosen.sum()), share)).assign(
        **become, route=route, moved="yes", contractor=UNKNOWN,
        cost_eur_per_t=np.nan, cost_known="no", payment=UNKNOWN, cost_eur_per_year=np.nan,
    )  # fmt: skip
    moves["recovery"] = moves["route"].map(RECOVERY).fillna(GONE)
    moves["valorised"] = moves["recovery"].map(VALORISED).fillna(GONE)
    # What a step moves whole leaves nothing behind.
    return pd.concat([stays[stays["part"] > 0], moves[moves["part"] > 0]], ignore_index=True)


def _part(parts: pd.DataFrame, share: np.ndarray) -> pd.DataFrame:
    """The parts, of each of which only a share is there."""
    left = {name: parts[name] * share for name in ("part", "cost_eur_per_year")}
    return scaled(parts, share).assign(**left)
