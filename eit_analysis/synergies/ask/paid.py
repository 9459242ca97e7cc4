"""What to ask of what the giver does today with the flow and pays for it, where it declared neither or one.

    fate      the outlet is not declared, its cost is
    today     neither is
    cost      the outlet is declared, its cost is not
    unpriced  what the taker pays for what it would replace is not

Without a declared cost the avoided one is that of the reference: the question tells it, with the cost under
which nothing is gained, where there is one (:mod:`terms`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from eit_analysis import french
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.register.meeting import sheet_words
from eit_analysis.synergies.terms import BREAK_EVEN, SUPPOSED


def asked(exchanges: pd.DataFrame, team: bool) -> Iterator[tuple[str, str]]:
    """Of exchanges of the ``team``, or of the giver that reads, the question of what is not declared."""
    said = sheet_words()["ask_first" if team else "ask_you"]
    blank = exchanges["old_cost_eur_per_t"].isna()
    named = np.select(
        [blank & (exchanges["old_route"] == "unknown"), blank, exchanges["old_route"] == "unknown"],
        ["today", "cost", "fate"],
        default="",
    )
    known = zip(exchanges["candidate_id"], named, exchanges[SUPPOSED], exchanges[BREAK_EVEN], strict=True)
    for name, question, cost, least in known:
        if question:
            yield name, said[question].format(told=_supposed(cost, least) if team else "")


def hanging(exchanges: pd.DataFrame) -> pd.DataFrame:
    """The exchanges whose gain would be none at another cost than the one that is supposed."""
    return exchanges[exchanges[BREAK_EVEN].notna()]


def unpriced(exchanges: pd.DataFrame) -> pd.Series:
    """Where a taker, no operator, declares no price of what it would buy no more, and all gain is that."""
    uses = ~exchanges["taker_actor_type"].isin(OPERATORS) & exchanges["taker_price_eur_per_t"].isna()
    gain = exchanges["joint_surplus_eur_per_year"]
    return uses & (gain > 0) & (gain <= exchanges["taker_worth_eur_per_year"])


def _supposed(cost: float, least: float) -> str:
    """What is supposed of a cost, in brackets: for the team alone, since it tells the gain."""
    said = [] if pd.isna(cost) else [f"{french.exact(french.half_up(cost, 0))}\u00a0€/t"]
    said += [] if pd.isna(least) else [f"plus de gain sous {french.exact(french.half_up(least, 0))}\u00a0€/t"]
    return f" ({', '.join(said)})" if said else ""
