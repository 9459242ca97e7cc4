"""What the gain of the plan stands on: the likelihood of its leads, the greatest of them, the register.

    as promised = Σ_k min(gain_k, gain_k × T / t, E × gain_k / g)            €/year

where a line under way promises T tonnes and, where it says so, E euros, of exchanges that have t > T tonnes
of the plan together, and gain g. Elsewhere an exchange keeps its gain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from eit_analysis.reference import sentence
from eit_analysis.synergies.free_flows import SERVED_BUT
from eit_analysis.synergies.likelihood import LEAST
from eit_analysis.synergies.terms import SUPPOSED

ALIVE = ("lead", "study")
GAIN = "joint_surplus_eur_per_year"
TOLD = {"as_promised": GAIN}  # what is said of a row, where it is not its share
UNCOUNTED = ("drying", "machine")  # `ask.taker.uncounted`
HALF, TENTH = 50, 10  # % of the gain: more of it is said beside the sum


class Promise(NamedTuple):
    """What a line under way promises, and the exchanges that answer it with other tonnes of the plan."""

    title: str
    status: str
    tonnes: float
    euros: float
    planned: pd.Series  # tonnes by candidate


def unlike(exchanges: pd.DataFrame, recalled: pd.DataFrame) -> Iterator[Promise]:
    """Lines whose promise is not what their exchanges have of the plan, beyond what masses are known to."""
    planned = exchanges.set_index("candidate_id")["allocated_t_per_year"]
    lines = recalled[recalled["status"].isin(ALIVE) & (recalled["promised_t_per_year"] > 0)]
    columns = ["title", "status", "candidate_ids", "promised_t_per_year", "promised_eur_per_year"]
    for title, status, names, tonnes, euros in lines.dropna(subset="candidate_ids")[columns].to_numpy():
        kept = planned[planned.index.isin(names.split()) & (planned > 0)]
        if abs(kept.sum() - tonnes) > SERVED_BUT * tonnes:
            yield Promise(title, status, tonnes, euros, kept)


def standing(retained: pd.DataFrame, recalled: pd.DataFrame) -> pd.DataFrame:
    """The joint surplus of the plan and its share by what its leads are worth: their likelihood, or to check.

    ``retained`` from ``listings.retained``; ``to_check`` are those of which something is to ask first
    (``ask.exchange.with_questions``), whatever their likelihood. Beside them, of the same sum: the
    ``top`` one, what would be lost if nothing were paid today for what has no declared cost
    (``supposed_cost``), what it would be ``as_promised``, and what would have to bear a ``drying`` or a
    ``machine`` that no cost counts. ``rests_on, n_exchanges,
    joint_surplus_eur_per_year, share_percent``.
    """
    gain = retained[GAIN]
    classes = retained["likelihood"].mask(retained["ask_first"].notna(), "to_check")
    table = gain.groupby(classes).agg(["size", "sum"]).reindex([*LEAST, "to_check"], fill_value=0)
    promised = _as_promised(retained, recalled)
    table.loc["top"] = min(len(gain), 1), gain.max()
    supposed = retained["giver_saving_eur_per_year"].clip(lower=0.0, upper=gain.clip(lower=0.0))
    supposed = supposed.where(retained[SUPPOSED].notna(), 0.0)
    table.loc["supposed_cost"] = (supposed > 0).sum(), supposed.sum()
    table.loc["as_promised"] = (promised < gain.to_numpy()).sum(), promised.sum()
    for name in UNCOUNTED:
        bearing = gain[retained["uncounted"] == name]
        table.loc[name] = len(bearing), bearing.sum()
    table.columns = ["n_exchanges", GAIN]
    table = table.rename_axis("rests_on").reset_index().astype({"n_exchanges": int})
    return table.assign(share_percent=100 * table[GAIN] / gain.sum())


def reserves(standing: pd.DataFrame) -> list[str]:
    """What stands beside the gain wherever it is told: templates, a field being a row of :func:`standing`.

    A lead that brings half of it or more; costs that nobody declared and that carry a tenth or more of it;
    promises that take as much away; as much that bears what no cost counts.
    """
    share = standing.set_index("rests_on")["share_percent"]
    weighs = {
        "top": share["top"] >= HALF,
        "supposed_cost": share["supposed_cost"] >= TENTH,
        "as_promised": share["as_promised"] <= 100 - TENTH,
        **{name: share[name] >= TENTH for name in UNCOUNTED},
    }
    kept = [name for name, heavy in weighs.items() if heavy]
    return [sentence(f"gain_{name}", **{name: f"{{{name}}}"}) for name in kept]


def _as_promised(retained: pd.DataFrame, recalled: pd.DataFrame) -> pd.Series:
    """What each exchange gains where what answers a line brings no more than the line promises."""
    gain = retained.set_index("candidate_id")[GAIN].astype(float)
    for line in unlike(retained, recalled):
        names, tonnes = line.planned.index, line.planned.sum()
        of_line = gain[names].sum()
        if tonnes > line.tonnes and of_line > 0:
            share = line.tonnes / tonnes
            share = min(share, line.euros / of_line) if pd.notna(line.euros) else share
            gain[names] *= share
    return gain
