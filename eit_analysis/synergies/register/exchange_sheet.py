"""The sheet of one exchange of the plan: who, how much, what to prepare, who rings whom, and what next.

who rings first = the carrier of its line in the register, where one names it and is one of the two,
                  else the giver, where who takes is an operator whose trade it is, and no mass is a guess,
                  else the study, which alone knows that the two could meet
                  but where that is not who accepted it, the study, who rings the one that has not answered

Nobody's cost or price is in the rule: a sheet may be read by others than the two.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from eit_analysis.reference.compatibility import DONATION
from eit_analysis.reference.stages import RANK, given
from eit_analysis.sheet_content import Asked, Listed, Said, SheetContent, Summed
from eit_analysis.synergies.checklist import of_networks
from eit_analysis.synergies.factor_rows import OPERATORS
from eit_analysis.synergies.impacts import INDICATORS
from eit_analysis.synergies.listings import TERMS
from eit_analysis.synergies.register.fiche import BOTH
from eit_analysis.synergies.register.meeting import of_status, questions, sheet_words
from eit_analysis.synergies.register.steps import NEXT_STEP, QUOTE, WEAK_EVIDENCE
from eit_analysis.synergies.utilities.together import asked_first, described

# The tonnes of the plan are beyond those that are done.
NEXT = NEXT_STEP | {"done": "extend"}
# What it lists, in order: its columns and which of them name actors. A figure more is a column more here.
TABLES: dict[str, tuple[list[str], list[str]]] = {
    "exchange": (
        [*BOTH, "use", "treatment", "yield_central", "legal_status", "months_in_common", "distance_km",
         "allocated_t_per_year", "other_takers"],
        BOTH,
    ),
    "money": (
        [*INDICATORS["joint_surplus"], *TERMS, *BOTH],
        BOTH,
    ),
    "call": (["status", "ask_first", "first_call", "caller_site_id", "called_site_ids", "next_step", "title"],
             ["caller_site_id", "called_site_ids"]),
}  # fmt: skip
TEAM = ("money", "network_money")  # outside, each of its figures would be closed
NOTES = {
    "money": "Valeurs basse et haute\u00a0: toutes les données au pire, ou au mieux, à la fois. Un trajet "
    "qui n'est pas plein est compté pour sa part\u00a0: en trajets entiers, le gain perd au plus le prix "
    "d'un trajet par an. Prix négatif\u00a0: le donneur paie le preneur."
}
FLOWS = [
    "site_id", "direction", "description", "waste_code", "quality", "mass_t_per_year", "mass_low_t_per_year",
    "mass_high_t_per_year", "evidence", "route", "source_file", "source_row",
]  # fmt: skip
# The same of heat, water and gas.
NETWORKS: dict[str, tuple[list[str], list[str]]] = {
    "exchange": (
        [*BOTH, "lead_kind", "heat_pump", "months_in_common", "distance_km", "delivered_mwh_per_year",
         "delivered_m3_per_year"],
        BOTH,
    ),
    "network_money": ([*INDICATORS["joint_surplus"], "gains", *BOTH], BOTH),
    "call": (["status", "ask_first", "first_call", "caller_site_id", "called_site_ids", "next_step"],
             ["caller_site_id", "called_site_ids"]),
}  # fmt: skip
UTILITIES = [
    "site_id", "direction", "description", "temperature_c", "energy_mwh_per_year", "volume_m3_per_year",
    "water_quality", "hours_per_year", "evidence", "supply", "source_file", "source_row",
]  # fmt: skip
SAME_PLACE = "Même commune\u00a0: les deux sites y sont placés au même point, leur distance n'est pas connue."
ITEMS = ["question_fr", "prepare_fr", "reference_fr", "certainty", "authority"]
SUPPOSED = " Le gain suppose une longueur, à remplacer par la distance entre les deux adresses."
NO_ROAD = (
    " Le calcul ne compte du transport que chargement et déchargement, sans kilomètre\u00a0: à compléter par "
    "la distance entre les deux adresses."
)
CAUTION = (
    "Ce qui suit est à vérifier par ceux qui échangent. Rien n'y dit que l'échange est permis ; relire "
    "chaque texte dans sa version du jour."
)


def first_calls(exchanges: pd.DataFrame, recalled: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """Rows of the plan with who rings first and what comes next, by the lines of ``recall.recall``.

    Those alone that the register still has (``stages.standing``): what has ended is not to be extended.

    With ``first_call`` (``carrier``, ``giver``, ``study``, ``awaited``), ``caller_site_id`` and
    ``called_site_ids`` (missing and both where the study rings them; of ``awaited_site_id``, who has not
    answered what the other accepted, that one), and ``title`` and ``next_step`` of the line that has come
    farthest; without a line, that of a new lead.
    """
    lines = recalled[(recalled["status"] != "dropped") & recalled["synergy_id"].isin(last["synergy_id"])]
    lines = lines.assign(
        candidate_id=lines["candidate_ids"].fillna("").astype(str).str.split(),
        stage=lines["status"].map(RANK).astype(float),
    ).explode("candidate_id")
    lines = lines.sort_values(["stage", "synergy_id"], ascending=[False, True])
    line = lines.drop_duplicates("candidate_id").set_index("candidate_id")
    line = line.reindex(exchanges["candidate_id"])[["carrier", "status", "title"]].set_index(exchanges.index)
    carrier = line["carrier"]
    giver, taker = (exchanges[side] for side in BOTH)
    guessed = exchanges[["giver_evidence", "taker_evidence"]].isin(WEAK_EVIDENCE).any(axis=1)
    carried = (carrier == giver) | (carrier == taker)
    trade = ~carried & ~guessed & exchanges["taker_actor_type"].isin(OPERATORS)
    study = ~carried & ~trade
    by_giver = trade | (carrier == giver)
    called, silent = taker.where(by_giver, giver), given(exchanges, "awaited_site_id")
    waits = silent.notna() & (study | (called != silent))
    return exchanges.assign(
        first_call=np.select([waits, carried, trade], ["awaited", "carrier", "giver"], default="study"),
        caller_site_id=giver.where(by_giver, taker).mask(study | waits),
        called_site_ids=called.mask(study, giver + " " + taker).mask(waits, silent),
        next_step=line["status"].map(NEXT).fillna(NEXT["lead"]),
        title=line["title"],
    )


def exchange_sheets(
    exchanges: pd.DataFrame,
    items: pd.DataFrame,
    recalled: pd.DataFrame,
    last: pd.DataFrame,
    flows: pd.DataFrame,
    sites: pd.DataFrame,
) -> list[SheetContent]:
    """A sheet for each exchange, in their order.

    ``exchanges`` are rows of the plan, described (``listings.described``) and with what to ask first
    (``ask.exchange.with_questions``); ``items`` are their checklists (``checklist.checklists``).
    """
    words, names = sheet_words(), sites.set_index("site_id")["name"]
    called = first_calls(exchanges, recalled, last)
    ends = zip(called["output_description"], *(called[side].map(names) for side in BOTH), strict=True)
    called = called.assign(heading=[f"{what}, {giver} vers {taker}" for what, giver, taker in ends])
    # Two flows of one description are two links, which are told apart.
    again = called.groupby("heading").cumcount()
    called["heading"] += [f" ({number + 1})" if number else "" for number in again]
    return [
        _sheet(called.iloc[[place]], items[items["candidate_id"] == name], flows, words)
        for place, name in enumerate(called["candidate_id"])
    ]


def network_sheets(
    taken: pd.DataFrame,
    items: pd.DataFrame,
    recalled: pd.DataFrame,
    last: pd.DataFrame,
    utilities: pd.DataFrame,
    sites: pd.DataFrame,
) -> list[SheetContent]:
    """A sheet for each exchange of heat, water or gas that takes place (``together.together``).

    The nearest first, for an order by gain would tell it. ``items`` are all those of ``checklist.csv`` in
    force, the others as for :func:`exchange_sheets`.
    """
    asked, nearest = of_networks(taken, sites, items), taken.sort_values(["distance_km", "candidate_id"])
    # It is nobody's trade to take heat, water or gas.
    told = described(nearest).assign(taker_actor_type="", ask_first=asked_first(nearest))
    return exchange_sheets(told, asked, recalled, last, utilities, sites)


def _sheet(row: pd.DataFrame, items: pd.DataFrame, flows: pd.DataFrame, words: pd.Series) -> SheetContent:
    network = "utility" in flows
    if network:
        row = row.assign(next_step=row["next_step"].replace(NEXT["lead"], QUOTE))
    apart = row["distance_km"] > 0
    row = row.assign(distance_km=row["distance_km"].where(apart))  # 0 would be where a commune has its centre
    one = row.iloc[0]
    giver, taker = (str(one[side]) for side in BOTH)
    declared = flows.set_index("flow_id")[UTILITIES if network else FLOWS]
    joined = declared.loc[[one["out_flow_id"], one["in_flow_id"]]]
    tables = {
        name: Listed(words["title", name], row[columns], sites, team=name in TEAM, note=NOTES.get(name, ""))
        for name, (columns, sites) in (NETWORKS if network else TABLES).items()
    }
    status, about = str(one.get("legal_status", "")), ["network"]
    if not network:
        about = ["one_exchange", *["price"] * (status != DONATION), *of_status(status, one["category"])]
    return SheetContent(
        str(one["candidate_id"]),
        one["heading"],
        [giver, taker],
        [
            tables["exchange"],
            *[Said(SAME_PLACE + (SUPPOSED if network else NO_ROAD))] * (not apart.all()),
            Listed(words["title", "flows"], joined, ["site_id"]),
            tables["network_money" if network else "money"],
            tables["call"],
            Said(CAUTION),
            Summed(words["title", "checklist"], items[ITEMS]),
            Asked(words["title", "meeting"], questions(words, *about)),
        ],
    )
